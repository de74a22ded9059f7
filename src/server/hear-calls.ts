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

const toText = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** `claude-code/2.1.0`; undefined for what is no name and version: the library checks them in 2026-07-28 only. */
function toClient(info: unknown): string | undefined {
  if (typeof info !== 'object' || info === null) return undefined
  const { name, version } = info as Readonly<Record<string, unknown>>
  return typeof name === 'string' && typeof version === 'string' ? `${name}/${version}` : undefined
}

/** Who asks, in which revision: each request of 2026-07-28 says so itself, older connections said so when they began. */
function describeClient({ server }: McpServer, { mcpReq }: ServerContext) {
  const said: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {}
  const client = toClient(said[CLIENT_INFO_META_KEY] ?? server.getClientVersion())
  const protocolVersion = toText(said[PROTOCOL_VERSION_META_KEY]) ?? server.getNegotiatedProtocolVersion()
  return {
    ...(client !== undefined && { client }),
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
