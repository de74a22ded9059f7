import type { IncomingMessage } from 'node:http'
import { defaultGroup } from '../../auth/principal.ts'
import { identifyLooker } from './identify-looker.ts'
import { codes, refuse } from './json-rpc.ts'
import type { Site } from './site.ts'

/** Prometheus' text format 0.0.4. */
export async function answerMetrics(req: IncomingMessage, site: Site): Promise<Response> {
  const looker = await identifyLooker(req, site)
  if (looker instanceof Response) return looker
  if (looker.group !== defaultGroup)
    return refuse({
      status: 403,
      code: codes.refused,
      message: 'The counters are of all groups; ask with a key of the default group.',
    })
  return new Response(site.telemetry.toPrometheus({ parquetry_open_groups: site.groups.list().length }), {
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}
