/** What is known of an MCP request when it begins. All texts may come from the caller. */
export type CallStart = Readonly<{
  /** JSON-RPC method: `tools/call`, `resources/read` and so on; `http` for a request that was refused before it was a call. */
  method: string
  /** Name of the tool or prompt, kind or URI of the resource. */
  target?: string
  /** The JSON-RPC id as text. */
  requestId?: string
  /** Standard input and output, or HTTP. */
  transport: 'pipe' | 'tcp'
  /** Version of MCP, e.g. `2025-11-25`. */
  protocolVersion?: string
  /** Name of the API key; never the key. */
  key?: string
  group?: string
  /** Where a request came from that was refused. */
  address?: string
  /** Name and version of the client. */
  client?: string
  /** `params._meta`; of it `traceparent` and `tracestate` are read. */
  meta?: Readonly<Record<string, unknown>>
  /** `traceparent` and `tracestate` of the HTTP request. */
  carrier?: Readonly<Record<string, unknown>>
  arguments?: unknown
}>

/** How an MCP request ended. */
export type CallEnd = Readonly<{
  /** A tool's own error is `tool_error`; one that the protocol reports is `error`; a limit or a missing right is `refused`. */
  outcome: 'ok' | 'tool_error' | 'error' | 'cancelled' | 'refused'
  /** Our error code, the number of a JSON-RPC error, or the reason of a refusal. */
  code?: string
  /** Rows in the answer. */
  rows?: number
  /** Length of the answer. */
  bytes?: number
}>

/** A call with its times, as all reports on it take it. */
export type FinishedCall = Readonly<{
  start: CallStart
  end: CallEnd
  /** The method if MCP has it, else `other`. */
  method: string
  /** The tool, prompt or kind of resource if it exists, `other` if it may not, empty where there is none. */
  name: string
  /** Milliseconds since 1970. */
  startedAt: number
  durationMs: number
}>
