import type { Window } from './compare-queries.ts'
import { timePairs } from './timing.ts'
import { openBench } from './tools.ts'

const service = 'agent_interaction'
const mos = 'Attributes.cx.webrtc.audio.mos_score'
const jitter = 'Attributes.cx.webrtc.audio.jitter_ms'
const queue = 'Attributes.cx.queue.name'
const count = { name: 'n', fn: 'count', path: '*' }

/** What a weekly report asks of one service. */
const queries = {
  scalar: [
    { key: 'whole', service, aggregates: [count, { name: 'mos', fn: 'avg', path: mos }] },
    { key: 'queues', service, grouping: [queue], aggregates: [count, { name: 'mos', fn: 'p10', path: mos }] },
    { key: 'agents', service, grouping: ['Attributes.cx.agent.username'], aggregates: [count], limit: 10 },
  ],
  rate: [{ key: 'poor', service, rates: [{ name: 'poor', filters: [{ path: mos, lt: 3 }] }] }],
  series: [
    {
      key: 'days',
      service,
      interval: 86_400,
      aggregates: [count, { name: 'jitter', fn: 'avg', path: jitter }],
    },
  ],
  facet: [{ key: 'reasons', service, path: 'Attributes.cx.contact.disconnect_reason' }],
}

const turns = 9

/** Six queries of one service in one call, and each in a call of its own: milliseconds for all six. */
export async function compareSharing(
  data: string,
  window: Window,
): Promise<Readonly<{ togetherMs: number; apartMs: number }>> {
  const bench = openBench(data)
  const single = Object.entries(queries).flatMap(([type, some]) => some.map((query) => ({ [type]: [query] })))
  const { a, b } = await timePairs(
    turns,
    () => bench.call('traces_query', { ...window, queries }),
    async () => {
      for (const one of single) await bench.call('traces_query', { ...window, queries: one })
    },
  )
  await bench.close()
  return { togetherMs: a, apartMs: b }
}
