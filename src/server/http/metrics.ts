import type { IncomingMessage } from 'node:http'
import { identifyLooker } from './identify-looker.ts'
import type { Site } from './site.ts'

/** Prometheus' text format 0.0.4. */
export async function answerMetrics(req: IncomingMessage, site: Site): Promise<Response> {
  const looker = await identifyLooker(req, site)
  if (looker instanceof Response) return looker
  return new Response(site.telemetry.toPrometheus({ parquetry_open_groups: site.groups.list().length }), {
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}
