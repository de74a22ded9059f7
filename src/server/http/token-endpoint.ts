import type { IncomingMessage } from 'node:http'
import { countRefusal } from './count-refusal.ts'
import { readAddress } from './guard.ts'
import { toHost } from './host-of.ts'
import { readBody } from './node-web.ts'
import type { Site } from './site.ts'

const mostFormBytes = 64 * 1024

/** RFC 6749, 5.1: nothing in between keeps a token. */
const unkept = { 'Cache-Control': 'no-store' }

const toInvalid = () =>
  Response.json(
    {
      error: 'invalid_request',
      error_description: 'Send the form fields as application/x-www-form-urlencoded, at most 64 KB.',
    },
    { status: 400 },
  )

const toSlowDown = (what: string, retryAfter: number) =>
  Response.json(
    { error: 'slow_down', error_description: `Too many ${what}. Wait ${retryAfter} seconds.` },
    { status: 429, headers: { 'Retry-After': String(retryAfter) } },
  )

/** `POST /token`: a token of ten minutes for a key, which counts as a request of it. A wrong key is a failed login, whichever grant it came by. */
export async function answerToken(req: IncomingMessage, site: Site): Promise<Response> {
  const body = await readBody(req, mostFormBytes)
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')
  if (body.kind !== 'text' || !isForm) return toInvalid()
  const form = new URLSearchParams(body.text)
  const { status, body: answer, refusal, key } = await site.auth.issueToken(form, req.headers.authorization)
  if (refusal) countRefusal(site, req, refusal)
  const isFailure = refusal !== undefined && refusal !== 'missing'
  const retryAfter = isFailure ? site.failures.count(toHost(readAddress(req, site))) : undefined
  if (retryAfter !== undefined) return toSlowDown('failed logins', retryAfter)
  const count = key && site.limits.count(key.id)
  if (count?.isOver) {
    countRefusal(site, req, 'rate', key?.name)
    return toSlowDown('requests with this key', count.retryAfter)
  }
  // RFC 6749, 5.2: who tried by a header is told by which.
  const scheme = status === 401 ? { 'WWW-Authenticate': 'Basic realm="parquetry"' } : {}
  return Response.json(answer, { status, headers: { ...unkept, ...scheme } })
}
