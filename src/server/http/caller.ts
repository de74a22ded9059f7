import type { IncomingMessage } from 'node:http'
import type { Principal } from '../../auth/principal.ts'
import type { CallStart } from '../../telemetry/call.ts'

/** What the head of a request says of its client, for those whose messages don't. */
type Facts = Pick<CallStart, 'client' | 'protocolVersion' | 'carrier'>

/** Who sent a request that was let in. */
export type Caller = {
  readonly principal: Principal
  readonly facts: Facts
  /** Whether the server that was made for it has told of the call. */
  isHeard: boolean
}

const traceHeaders = ['traceparent', 'tracestate'] as const

/** Without a session, an older client is known by its head alone: the program it was written with, and the revision. */
export function readFacts({ headers }: IncomingMessage): Facts {
  const client = headers['user-agent']
  const protocolVersion = headers['mcp-protocol-version']
  const carrier = Object.fromEntries(
    traceHeaders.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  )
  return {
    ...(client !== undefined && { client }),
    ...(typeof protocolVersion === 'string' && { protocolVersion }),
    ...(Object.keys(carrier).length > 0 && { carrier }),
  }
}
