import type { IncomingMessage } from 'node:http'
import { isJsonContentType } from '@modelcontextprotocol/server'
import type { Principal } from '../../auth/principal.ts'
import { findScope } from '../scopes.ts'
import { readAccept, withoutProgress } from './accept.ts'
import { readFacts } from './caller.ts'
import { endpointPath, refuseScope } from './challenge.ts'
import { countRefusal } from './count-refusal.ts'
import { identify } from './identify.ts'
import { codes, idOf, refuse } from './json-rpc.ts'
import { readBody, toRequest } from './node-web.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'

/** An answer, and what is to be done when it has been sent. */
export type Answer = Readonly<{ response: Response; release?: () => void }>

const parse = (text: string): Readonly<{ ok: true; value: unknown } | { ok: false }> => {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

/** The JSON-RPC message of a request, or the refusal. */
async function readMessage(
  req: IncomingMessage,
  { maxBodyBytes }: Site,
): Promise<Readonly<{ message: unknown }> | Response> {
  if (!isJsonContentType(req.headers['content-type']))
    return refuse({ status: 415, code: codes.refused, message: 'Content-Type must be application/json.' })
  const accept = readAccept(req.headers.accept)
  if (!accept.json)
    return refuse({
      status: 406,
      code: codes.refused,
      message: 'Accept must name application/json, and text/event-stream for progress.',
    })
  const body = await readBody(req, maxBodyBytes)
  if (body.kind === 'too-large')
    return refuse({
      status: 413,
      code: codes.refused,
      message: `The body has more than ${maxBodyBytes} bytes.`,
      headers: { Connection: 'close' },
    })
  const parsed = body.kind === 'text' ? parse(body.text) : ({ ok: false } as const)
  if (!parsed.ok) return refuse({ status: 400, code: codes.parse, message: 'The body is not JSON.' })
  return { message: accept.stream ? parsed.value : withoutProgress(parsed.value) }
}

const toTooMany = (
  reason: 'rate' | 'busy',
  retryAfter: number,
  id: string | number | null,
  headers: Readonly<Record<string, string>>,
) =>
  refuse({
    status: 429,
    code: codes.tooMany,
    message:
      reason === 'rate'
        ? `Too many requests with this key. Wait ${retryAfter} seconds before the next call, and put several queries into one.`
        : `Too many requests of this key run or wait. Wait until some have ended, about ${retryAfter} seconds, then call again.`,
    id,
    data: { retry_after_seconds: retryAfter },
    headers: { ...headers, 'Retry-After': String(retryAfter) },
  })

/** One POST to the endpoint, from credentials to answer. */
export async function answerMcp(req: IncomingMessage, signal: AbortSignal, site: Site): Promise<Answer> {
  if (req.method !== 'POST')
    return {
      response: refuse({
        status: 405,
        code: codes.refused,
        message: 'Send one JSON-RPC message by POST; there are no sessions and no streams to open.',
        headers: { Allow: 'POST' },
      }),
    }
  const principal = await identify(req, site)
  if (principal instanceof Response) return { response: principal }
  const read = await readMessage(req, site)
  if (read instanceof Response) return { response: read }
  const { message } = read
  const id = idOf(message)
  const isLimited = principal.keyId !== ''
  const admission = isLimited ? await site.limits.admit(principal.keyId, signal) : undefined
  if (admission && !admission.ok) {
    if (!signal.aborted) countRefusal(site, admission.reason, principal.name)
    return { response: toTooMany(admission.reason, admission.retryAfter, id, admission.headers) }
  }
  const release = admission?.release
  try {
    const scope = findScope(message)
    const isAllowed = !scope || principal.scopes.includes(scope)
    if (!isAllowed) countRefusal(site, 'scope', principal.name)
    const response = isAllowed
      ? await serve(req, message, principal, signal, site)
      : refuseScope(toOrigin(req, site), scope, id)
    for (const [name, value] of Object.entries(admission?.headers ?? {})) response.headers.set(name, value)
    return { response, ...(release && { release }) }
  } catch (error) {
    release?.()
    throw error
  }
}

function serve(
  req: IncomingMessage,
  message: unknown,
  principal: Principal,
  signal: AbortSignal,
  site: Site,
): Promise<Response> {
  const request = toRequest(req, `${toOrigin(req, site)}${endpointPath}`, signal)
  site.callers.set(request, { principal, facts: readFacts(req) })
  return site.endpoint.serve(request, message)
}
