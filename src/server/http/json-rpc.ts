/** The id of a request, so that an error answers it; null for anything else. */
export function idOf(message: unknown): string | number | null {
  if (typeof message !== 'object' || message === null || !('method' in message) || !('id' in message))
    return null
  return typeof message.id === 'string' || typeof message.id === 'number' ? message.id : null
}

export type Refusal = Readonly<{
  status: number
  /** JSON-RPC error code. */
  code: number
  message: string
  id?: string | number | null
  data?: unknown
  headers?: Readonly<Record<string, string>>
}>

/** An HTTP error with a JSON-RPC body, which every MCP client shows to its user or model. */
export function refuse({ status, code, message, id = null, data, headers = {} }: Refusal): Response {
  const error = { code, message, ...(data === undefined ? {} : { data }) }
  return Response.json({ jsonrpc: '2.0', error, id }, { status, headers: { ...headers } })
}

/** Error codes of JSON-RPC, and of servers for what it has no code for. */
export const codes = {
  parse: -32700,
  invalidRequest: -32600,
  internal: -32603,
  refused: -32000,
  unauthorized: -32001,
  tooMany: -32029,
} as const
