import type { IncomingMessage } from 'node:http'
import type { Principal } from '../../auth/principal.ts'
import { challenge } from './challenge.ts'
import { isLoopback } from './guard.ts'
import { anyone, identify } from './identify.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'

/** Whether a request is this machine's own. Where a proxy stands in front, on this machine maybe, nobody can tell. */
const isOwn = (req: IncomingMessage, { publicOrigin }: Site) => publicOrigin === undefined && isLoopback(req)

/** Who may see the state of the server: callers of an open one, this machine itself, and holders of a key; or the refusal. */
export async function identifyLooker(req: IncomingMessage, site: Site): Promise<Principal | Response> {
  if (site.isOpen() || isOwn(req, site)) return anyone
  if (req.headers.authorization !== undefined) return identify(req, site)
  return challenge(toOrigin(req, site), { reason: 'missing', message: 'This needs an API key.' })
}
