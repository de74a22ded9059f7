import { traces as tracesService } from '../catalog/services/telemetry.ts'
import { listNewestTraces } from '../tools/list-newest-traces.ts'
import { tracesGet } from '../tools/traces-get.ts'
import { matchTyped, type ResourceKind } from './resource.ts'

const mostListed = 20
const mostLooked = 1_000

/** One trace, told so that it can be read: who, what, where the time went, errors and issues. */
export const traces: ResourceKind = {
  template: 'trace://{id}',
  variable: 'id',
  name: 'trace',
  title: 'Trace',
  description: `${tracesService.grain}: summary with its tree, errors and insights`,
  mimeType: 'text/plain',
  list: async (context) => {
    const newest = await listNewestTraces(mostListed, context)
    return newest.map(({ traceId, rootSpanName, timestamp }) => ({
      uri: `trace://${traceId}`,
      name: `${rootSpanName ?? 'trace'} ${timestamp}`,
      mimeType: 'text/plain',
    }))
  },
  complete: async (typed, context) => {
    const newest = await listNewestTraces(mostLooked, context)
    return matchTyped(
      newest.map(({ traceId }) => traceId),
      typed,
    )
  },
  read: async (traceId, context) => {
    const parts = ['summary', 'tree'].map((detail) =>
      tracesGet.call({ traceId, detail, max_tokens: 10_000 }, context),
    )
    const texts = (await Promise.all(parts)).map(({ text }) => text)
    return { mimeType: 'text/plain', text: texts.join('\n\n') }
  },
}
