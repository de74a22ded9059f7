import type { IncomingMessage } from 'node:http'
import { mayLook, toLocked } from './may-look.ts'
import type { Site } from './site.ts'

/** Prometheus' text format 0.0.4. */
export async function answerMetrics(req: IncomingMessage, site: Site): Promise<Response> {
  if (!(await mayLook(req, site))) return toLocked(req, site)
  return new Response(site.telemetry.toPrometheus({ parquetry_open_groups: site.groups.list().length }), {
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}
