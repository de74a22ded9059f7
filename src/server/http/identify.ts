import type { IncomingMessage } from 'node:http'
import { defaultGroup, type Principal, scopes } from '../../auth/principal.ts'
import { challenge } from './challenge.ts'
import { countRefusal } from './count-refusal.ts'
import { readAddress } from './guard.ts'
import { toHost } from './host-of.ts'
import { codes, refuse } from './json-rpc.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'

/** Whoever calls a server that needs no key. */
export const anyone: Principal = { keyId: '', name: 'local', group: defaultGroup, scopes }

/** Who calls, or the refusal. */
export async function identify(req: IncomingMessage, site: Site): Promise<Principal | Response> {
  if (site.isOpen()) return anyone
  const found = await site.auth.authenticate(req.headers.authorization)
  if (found.ok) return found.principal
  countRefusal(site, req, found.reason)
  if (found.reason === 'missing') return challenge(toOrigin(req, site), found)
  const retryAfter = site.failures.count(toHost(readAddress(req, site)))
  if (retryAfter === undefined) return challenge(toOrigin(req, site), found)
  return refuse({
    status: 429,
    code: codes.tooMany,
    message: `Too many failed logins from this address. Wait ${retryAfter} seconds, and correct the key first.`,
    headers: { 'Retry-After': String(retryAfter) },
  })
}
