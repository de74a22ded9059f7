/** The two ways in which MCP over HTTP is spoken: without any header of its own, and as of 2026-07-28. */
export type Era = 'legacy' | 'modern'
export const eras: readonly Era[] = ['legacy', 'modern']

/** One JSON-RPC request as it goes over HTTP. */
export type Message = Readonly<{ headers: Readonly<Record<string, string>>; body: string }>

const revision = '2026-07-28'
const envelope = {
  'io.modelcontextprotocol/protocolVersion': revision,
  'io.modelcontextprotocol/clientCapabilities': {},
}
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

type Params = Readonly<Record<string, unknown>>

/** The parameters of a request; those of 2026-07-28 say by themselves which version is spoken. */
export const toParams = (era: Era, params: Params): Params =>
  era === 'modern' ? { ...params, _meta: envelope } : params

export function toMessage(era: Era, method: string, params: Params = {}): Message {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: toParams(era, params) })
  if (era === 'legacy') return { headers, body }
  const name = typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}
  return { headers: { ...headers, 'mcp-protocol-version': revision, 'mcp-method': method, ...name }, body }
}

/** A call of a tool. */
export const toToolCall = (era: Era, name: string, args: Params = {}): Message =>
  toMessage(era, 'tools/call', { name, arguments: args })
