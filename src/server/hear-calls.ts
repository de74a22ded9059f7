import {
  CLIENT_INFO_META_KEY,
  type McpServer,
  PROTOCOL_VERSION_META_KEY,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Observe, Observed, Outcome } from './observe.ts'

/** Tells of a request that a server has begun to answer; what it returns is called once, at the end. */
export type Hear = (
  context: ServerContext,
  call: Pick<Observed, 'method' | 'target' | 'arguments'>,
) => (end: Outcome) => void

type Said = Readonly<{
  [CLIENT_INFO_META_KEY]?: Readonly<{ name: string; version: string }>
  [PROTOCOL_VERSION_META_KEY]?: string
}>

/** Who asks, in which revision: each request of 2026-07-28 says so itself, older connections said so when they began. */
function describeClient({ server }: McpServer, { mcpReq }: ServerContext) {
  // The library has checked it, and has no type for it.
  const said: Said = mcpReq.envelope ?? {}
  const info = said[CLIENT_INFO_META_KEY] ?? server.getClientVersion()
  const protocolVersion = said[PROTOCOL_VERSION_META_KEY] ?? server.getNegotiatedProtocolVersion()
  return {
    ...(info && { client: `${info.name}/${info.version}` }),
    ...(protocolVersion !== undefined && { protocolVersion }),
  }
}

/** Hears of the calls of one server, with what they all say of themselves. */
export const hearCalls =
  (server: McpServer, observe: Observe | undefined): Hear =>
  (context, call) => {
    if (!observe) return () => {}
    const { id, _meta: meta } = context.mcpReq
    return observe({
      ...describeClient(server, context),
      requestId: String(id),
      ...(meta && { meta }),
      ...call,
    })
  }
