import type { IncomingMessage } from 'node:http'
import type { Site } from './site.ts'

/** Scheme and host under which this request's client knows the server. The Host header was checked before. */
export const toOrigin = (req: IncomingMessage, { publicOrigin }: Pick<Site, 'publicOrigin'>): string =>
  publicOrigin ?? `http://${req.headers.host ?? 'localhost'}`
