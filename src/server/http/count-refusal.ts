import type { IncomingMessage } from 'node:http'
import { readAddress } from './guard.ts'
import type { Site } from './site.ts'

/** Tells metrics and log of a request that was turned away before it was a call. */
export function countRefusal(
  site: Site,
  req: Pick<IncomingMessage, 'headers' | 'socket'>,
  code: string,
  key?: string,
): void {
  const start = { method: 'http', transport: 'tcp', address: readAddress(req, site) } as const
  site.telemetry.begin({ ...start, ...(key !== undefined && { key }) })({ outcome: 'refused', code })
}
