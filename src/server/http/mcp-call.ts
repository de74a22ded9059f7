import type { IncomingMessage } from 'node:http'
import { isJsonContentType } from '@modelcontextprotocol/server'
import type { Principal } from '../../auth/principal.ts'
import { findScope } from '../scopes.ts'
import { readAccept, withoutProgress } from './accept.ts'
import { type Caller, readFacts } from './caller.ts'
import { endpointPath, refuseScope } from './challenge.ts'
import { countRefusal } from './count-refusal.ts'
import { hideCredentials, type ReadResponse } from './hide-credentials.ts'
import { identify } from './identify.ts'
import { codes, idOf, refuse } from './json-rpc.ts'
import type { Count } from './limits.ts'
import { readBody, toRequest } from './node-web.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'
import { tellUnheard } from './tell-unheard.ts'

/** An answer, and what is to be done when it has been sent. */
export type Answer = ReadResponse & Readonly<{ release?: () => void }>

const parse = (text: string): Readonly<{ ok: true; value: unknown } | { ok: false }> => {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

/** A refusal, with the reason that it is counted by. */
type Refused = Readonly<{ reason: string; response: Response }>

const toNotPost = () =>
  refuse({
    status: 405,
    code: codes.refused,
    message: 'Send one JSON-RPC message by POST; there are no sessions and no streams to open.',
    headers: { Allow: 'POST' },
  })

const toTooLarge = (most: number) =>
  refuse({
    status: 413,
    code: codes.refused,
    message: `The body has more than ${most} bytes.`,
    headers: { Connection: 'close' },
  })

/** The JSON-RPC message of a request, or the refusal. */
async function readMessage(
  req: IncomingMessage,
  maxBodyBytes: number,
): Promise<Readonly<{ message: unknown }> | Refused> {
  const toRefused = (reason: string, status: number, message: string, code: number = codes.refused) => ({
    reason,
    response: refuse({ status, code, message }),
  })
  if (!isJsonContentType(req.headers['content-type']))
    return toRefused('content_type', 415, 'Content-Type must be application/json.')
  const accept = readAccept(req.headers.accept)
  if (!accept.json)
    return toRefused('accept', 406, 'Accept must name application/json, and text/event-stream for progress.')
  const body = await readBody(req, maxBodyBytes)
  if (body.kind === 'too-large') return { reason: 'too_large', response: toTooLarge(maxBodyBytes) }
  const parsed = body.kind === 'text' ? parse(body.text) : ({ ok: false } as const)
  if (!parsed.ok) return toRefused('malformed', 400, 'The body is not JSON.', codes.parse)
  return { message: accept.stream ? parsed.value : withoutProgress(parsed.value) }
}

const toTooMany = (message: string, retryAfter: number, id: string | number | null) =>
  refuse({
    status: 429,
    code: codes.tooMany,
    message,
    id,
    data: { retry_after_seconds: retryAfter },
    headers: { 'Retry-After': String(retryAfter) },
  })

/** Of a request beyond the limit no more than this is read, so that the refusal answers it by its id. */
const mostToRefuse = 16 * 1024

/** The refusal of a request beyond the limit of its key, most of which were better not read at all. */
async function refuseRate(req: IncomingMessage, { retryAfter }: Count): Promise<Refused> {
  const read = await readMessage(req, mostToRefuse)
  const id = 'message' in read ? idOf(read.message) : null
  const message = `Too many requests with this key. Wait ${retryAfter} seconds before the next call, and put several queries into one.`
  return { reason: 'rate', response: toTooMany(message, retryAfter, id) }
}

const withHeaders = (response: Response, headers: Readonly<Record<string, string>> = {}): Response => {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

type Let = Readonly<{ principal: Principal; signal: AbortSignal; site: Site; since: number }>

/** The answer to a message of somebody who may send one. */
async function answerMessage(
  req: IncomingMessage,
  message: unknown,
  { principal, signal, site, since }: Let,
): Promise<ReadResponse> {
  const scope = findScope(message)
  if (scope && !principal.scopes.includes(scope)) {
    countRefusal(site, req, 'scope', principal.name)
    return { response: refuseScope(toOrigin(req, site), scope, idOf(message)) }
  }
  const request = toRequest(req, `${toOrigin(req, site)}${endpointPath}`, signal)
  const caller: Caller = { principal, facts: readFacts(req), isHeard: false }
  site.callers.set(request, caller)
  const response = await site.endpoint.serve(request, message)
  const hidden = await hideCredentials(response, req.headers.authorization)
  if (!caller.isHeard) tellUnheard(site, req, caller, { message, since, ...hidden })
  return hidden
}

/** One POST to the endpoint, from credentials to answer. What is to be read of it is counted before. */
export async function answerMcp(req: IncomingMessage, signal: AbortSignal, site: Site): Promise<Answer> {
  const since = performance.now()
  if (req.method !== 'POST') {
    // Older clients ask for a stream by GET, or end a session by DELETE, and take no for an answer.
    if (req.method !== 'GET' && req.method !== 'DELETE') countRefusal(site, req, 'method')
    return { response: toNotPost() }
  }
  const principal = await identify(req, site)
  if (principal instanceof Response) return { response: principal }
  const { keyId, name } = principal
  const toAnswer = ({ reason, response }: Refused): Answer => {
    if (!signal.aborted) countRefusal(site, req, reason, keyId === '' ? undefined : name)
    return { response: withHeaders(response, count?.headers) }
  }
  const count = keyId === '' ? undefined : site.limits.count(keyId)
  if (count?.isOver) return toAnswer(await refuseRate(req, count))
  const read = await readMessage(req, site.maxBodyBytes)
  if ('response' in read) return toAnswer(read)
  const release = keyId === '' ? () => {} : await site.limits.enter(keyId, signal)
  if (!release) {
    const after = site.limits.placeAfter
    const message = `Too many requests of this key run or wait. Wait until some have ended, about ${after} seconds, then call again.`
    const response = toTooMany(message, after, idOf(read.message))
    return toAnswer({ reason: 'busy', response })
  }
  try {
    const answer = await answerMessage(req, read.message, { principal, signal, site, since })
    withHeaders(answer.response, count?.headers)
    return { ...answer, release }
  } catch (error) {
    release()
    throw error
  }
}
