import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  mapping,
  type WholeSpan,
  writeClickhouseCsv,
  writeMappedCsv,
  writeOtlpLogs,
  writeOtlpSpans,
} from '../../support/lake-formats.ts'
import { at, spanId, traceId } from '../../support/lake-rows.ts'
import type { LakeWorld } from '../../support/lake-world.ts'

const hour = 3_600_000_000_000n
const start = at('2026-05-01T22:00:00Z')

const names = ['cx.journey', 'cx.interaction.agent', 'cx.ai.conversation', 'cx.flow.node', 'cx.queue.wait']

/** Span `id` of trace `trace`: traces begin every four hours, and their spans every half. */
function toSpan(trace: number, id: number, more: Partial<WholeSpan> = {}): WholeSpan {
  const ns = start + BigInt(trace) * 4n * hour + (BigInt(id) * hour) / 2n + 7n
  return {
    traceId: traceId(trace),
    spanId: spanId(trace * 100 + id),
    ns,
    durationNs: 60_000_000_000n,
    parent: id === 0 ? '' : spanId(trace * 100),
    name: names[id] ?? 'GET /orders',
    kind: 'Internal',
    service: 'app',
    status: id === 3 ? 'Error' : 'Unset',
    message: '',
    attributes: {
      'cx.agent.username': `agent ${trace % 3}`,
      'cx.webrtc.audio.mos_score': `${2 + ((trace * 7 + id) % 20) / 8}`,
      'cx.interaction.talk_ms': String(1000 * trace + id),
      'cx.ai.cost_usd': '0.1',
      'cx.queue.name': 'Größe',
      tier: trace % 2 === 0 ? 'gold' : '5',
      weight: `${trace}.5`,
    },
    resource: { 'service.name': 'app', 'cloud.region': 'eu' },
    events: id === 6 ? [{ ns, name: 'retry', attributes: { a: 'x', b: '1' } }] : [],
    links: [],
    ...more,
  }
}

export const spansOf = (traces: readonly number[], ids: readonly number[]) =>
  traces.flatMap((trace) => ids.map((id) => toSpan(trace, id)))

const toLog = (n: number) => ({
  ns: start + BigInt(n) * 3n * hour,
  body: `line ${n}`,
  traceId: n % 2 === 0 ? traceId(n) : '',
  attributes: { n: String(n) },
})

export const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** A copy of a span of b.jsonl that lasts longer, so that it is the one to stay. */
export const longerOrder = toSpan(4, 5, { durationNs: 90_000_000_000n })

/**
 * Exports of several layouts and formats over four days. Traces lie in several of them; the roots of traces 0 to 5 come
 * late, in a file of their own; copies overlap, some with other content; some rows can't be placed.
 */
export async function writeExports(world: LakeWorld): Promise<void> {
  const path = (name: string) => join(world.exportsDir, name)
  await mkdir(path('more'))
  await world.spans('a.parquet', [...spansOf(numbers(0, 8), [1, 2, 3, 4]), toSpan(1, 9, { spanId: 'no id' })])
  await writeOtlpSpans(path('b.jsonl'), spansOf(numbers(4, 14), [4, 5, 6, 7]))
  await writeClickhouseCsv(path('more/c.csv'), spansOf(numbers(8, 20), [0, 1, 2, 3, 4, 5]))
  await writeMappedCsv(path('d.csv'), spansOf(numbers(18, 22), [0, 3, 5, 7]))
  await writeFile(path('d.mapping.yaml'), mapping)
  await world.logs('e.parquet', numbers(0, 20).map(toLog))
  await writeOtlpLogs(path('f.jsonl'), numbers(15, 30).map(toLog))
  const longer = [1, 2].map((id) => toSpan(3, id, { durationNs: 90_000_000_000n, status: 'Ok' }))
  await world.spans('g.parquet', [...longer, longerOrder])
  await writeOtlpSpans(path('both.jsonl'), spansOf([22], [0, 1]))
  await writeOtlpLogs(path('both-logs'), numbers(40, 43).map(toLog))
  await writeFile(
    path('both.jsonl'),
    (await readFile(path('both.jsonl'), 'utf8')) + (await readFile(path('both-logs'), 'utf8')),
  )
  await rm(path('both-logs'))
}

/** Exports of two days in Parquet, and one that holds spans and logs; a root comes late, and a copy lasts longer. */
export async function writeSmallExports(small: LakeWorld): Promise<void> {
  const path = join(small.exportsDir, 'both.jsonl')
  await small.spans('a.parquet', [
    ...spansOf([3, 4, 5, 7, 8], [1, 2, 3, 4, 5, 6]),
    toSpan(3, 0, { spanId: 'x' }),
  ])
  await small.spans('g.parquet', [longerOrder, toSpan(4, 0), toSpan(7, 0)])
  await small.logs('e.parquet', numbers(2, 12).map(toLog))
  await writeOtlpSpans(path, spansOf([5], [0]))
  const spans = await readFile(path, 'utf8')
  await writeOtlpLogs(path, numbers(40, 43).map(toLog))
  await writeFile(path, spans + (await readFile(path, 'utf8')))
  await small.sync()
}
