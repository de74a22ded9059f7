import type { IncomingMessage } from 'node:http'
import { challenge } from './challenge.ts'
import { isLoopback } from './guard.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'

/** Who may see the state of the server: callers of an open one, this machine itself, and holders of a key. */
export async function mayLook(req: IncomingMessage, site: Site): Promise<boolean> {
  if (site.isOpen() || isLoopback(req)) return true
  return (await site.auth.authenticate(req.headers.authorization)).ok
}

/** The refusal of who may not look. */
export const toLocked = (req: IncomingMessage, site: Site): Response =>
  challenge(toOrigin(req, site), { reason: 'missing', message: 'This needs an API key.' })
