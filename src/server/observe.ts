/** What is known of a request when it begins. */
export type Observed = Readonly<{
  method: string
  /** Name of the tool, the prompt or the kind of resource. */
  target?: string
  requestId?: string
  /** Name and version of the client, where it said so. */
  client?: string
  /** Revision of the protocol, e.g. `2025-11-25`. */
  protocolVersion?: string
  meta?: Readonly<Record<string, unknown>>
  arguments?: unknown
}>

/** How it ended. */
export type Outcome = Readonly<{
  outcome: 'ok' | 'tool_error' | 'error' | 'cancelled'
  /** Our error code. */
  code?: string
  rows?: number
  bytes?: number
}>

/** Hears of each request; what it returns is called once, at the end. */
export type Observe = (call: Observed) => (end: Outcome) => void
