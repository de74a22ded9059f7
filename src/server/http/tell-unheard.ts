import type { IncomingMessage } from 'node:http'
import type { CallEnd } from '../../telemetry/call.ts'
import type { Caller } from './caller.ts'
import { countRefusal } from './count-refusal.ts'
import { idOf } from './json-rpc.ts'
import type { Site } from './site.ts'

type Unheard = Readonly<{
  message: unknown
  /** When it came, of `performance.now()`. */
  since: number
  response: Response
  /** The body of the answer, where it is no stream. */
  text?: string
}>

/** No error is longer. */
const longestError = 4_096

/** The code of the error that an answer is; undefined for a result. */
function findErrorCode(text: string): string | undefined {
  if (text === '' || text.length > longestError) return undefined
  const { error } = JSON.parse(text) as { error?: { code?: unknown } }
  return error && String(error.code)
}

/** How a message was answered that no tool, resource or prompt of ours was asked by. */
function toEnd({ response, text = '' }: Unheard): CallEnd {
  if (response.status === 499) return { outcome: 'cancelled' }
  const code = findErrorCode(text)
  return code === undefined ? { outcome: 'ok', bytes: text.length } : { outcome: 'error', code }
}

const toMethod = (message: unknown): string | undefined => {
  const method = typeof message === 'object' && message !== null && 'method' in message && message.method
  return typeof method === 'string' ? method : undefined
}

/**
 * Tells of a message that the server made for it did not tell of: lists, pings, what begins a connection, and what names nothing
 * that there is. What is no message at all is a refusal.
 */
export function tellUnheard(site: Site, req: IncomingMessage, caller: Caller, unheard: Unheard): void {
  const { keyId, name, group } = caller.principal
  const method = toMethod(unheard.message)
  const key = keyId === '' ? undefined : name
  if (method === undefined) return void countRefusal(site, req, 'invalid_request', key)
  const id = idOf(unheard.message)
  const start = { ...caller.facts, method, transport: 'tcp', group } as const
  const ids = { ...(id !== null && { requestId: String(id) }), ...(key !== undefined && { key }) }
  site.telemetry.begin({ ...start, ...ids }, unheard.since)(toEnd(unheard))
}
