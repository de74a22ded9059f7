import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'
import { askRawExport } from '../support/raw-export.ts'

type Cell = string | number | null
type Result = Readonly<{ columns: { name: string }[]; rows: Cell[][]; note?: string; error?: unknown }>

let data: string
let sample: string
let connection: Connection

beforeAll(async () => {
  sample = inject('sampleData')
  data = await mkdtemp(join(tmpdir(), 'parquetry-insights-'))
  for (const folder of ['exports', 'lake', 'knowledge'])
    await symlink(join(sample, folder), join(data, folder))
  // The rules that come with Parquetry look for what is rare, too rare for a small sample.
  await writeFile(
    join(data, 'insight-rules.yaml'),
    `rules:
  long_for_queue:
    title: Long for its queue
    category: agent
    service: agent_interaction
    metric: Attributes.cx.interaction.total_ms
    minor: { above: 2 }
    severe: { above: 2.5 }
    peers: { among: Attributes.cx.queue.name, period: week, scale: log }
    recommendation: Read it.
`,
  )
  connection = await connectInMemory(data)
})
afterAll(async () => {
  await connection.close()
  await rm(data, { recursive: true, force: true })
})

async function ask(
  type: string,
  query: object,
  at: Readonly<{ startTime: string; endTime: string }> = window,
): Promise<Result> {
  const { structured } = await connection.call('traces_query', {
    ...at,
    queries: { [type]: [{ key: 'x', service: 'insights', ...query }] },
    max_tokens: 20_000,
  })
  return (structured['results'] as Record<string, Result>)['x'] as Result
}

const count = { name: 'n', fn: 'count', path: '*' }
const raw = (sql: string) => askRawExport(sample, sql)

describe('the service insights', () => {
  it('counts what the limits say, by any column of the span', async () => {
    const expected = await raw(`SELECT SpanAttributes['cx.network.isp'] AS isp, count(*) AS n FROM spans
WHERE SpanName = 'cx.interaction.agent' AND CAST(SpanAttributes['cx.webrtc.audio.jitter_ms'] AS DOUBLE) > 30
GROUP BY ALL ORDER BY n DESC, isp`)
    const { rows } = await ask('scalar', {
      aggregates: [count],
      grouping: ['Attributes.cx.network.isp'],
      filters: [{ path: 'Insight.tag', eq: 'high_jitter' }],
    })
    expect(rows).toEqual(expected.map(({ isp, n }) => [isp, Number(n)]))
    expect(rows.length).toBeGreaterThan(2)
  })

  it('agrees with the issues that were counted on import', async () => {
    const { rows } = await ask('scalar', {
      aggregates: [count],
      filters: [
        { path: 'Insight.service', eq: 'agent_interaction' },
        { path: 'Insight.score', exists: false },
      ],
    })
    const { structured } = await connection.call('traces_query', {
      ...window,
      queries: {
        scalar: [
          {
            key: 'x',
            service: 'agent_interaction',
            aggregates: [{ name: 'n', fn: 'sum', path: 'Attributes.cx.insight.count' }],
          },
        ],
      },
    })
    expect(rows[0]?.[0]).toBe((structured['results'] as Record<string, Result>)['x']?.rows[0]?.[0])
  })

  it('finds outliers against the same queue and week, as the definition says', async () => {
    const legs = await raw(`SELECT SpanId AS id, SpanAttributes['cx.queue.name'] AS queue,
  ln(CAST(SpanAttributes['cx.interaction.total_ms'] AS DOUBLE)) AS x,
  CAST(date_trunc('week', Timestamp) AS VARCHAR) AS week
FROM spans WHERE SpanName = 'cx.interaction.agent'
  AND CAST(SpanAttributes['cx.interaction.total_ms'] AS DOUBLE) > 0 AND SpanAttributes['cx.queue.name'] <> ''`)
    const median = (values: readonly number[]) => {
      const sorted = values.toSorted((a, b) => a - b)
      const middle = (sorted.length - 1) / 2
      return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
    }
    const groups = Map.groupBy(legs, ({ queue, week }) => `${queue} ${week}`)
    const expected = [...groups.values()].flatMap((some) => {
      const values = some.map(({ x }) => Number(x))
      const middle = median(values)
      const spread = median(values.map((x) => Math.abs(x - middle)))
      if (some.length < 30 || spread === 0) return []
      return some
        .map(({ id, x }) => ({ id, score: (0.6745 * (Number(x) - middle)) / spread, n: some.length, middle }))
        .filter(({ score }) => score > 2)
    })
    const { rows } = await ask('table', {
      columns: ['SpanId', 'Insight.score', 'Insight.sample_size', 'Insight.peer_median', 'Insight.severity'],
      filters: [{ path: 'Insight.tag', eq: 'long_for_queue' }],
      orders: [{ path: 'Insight.score', direction: 'desc' }],
    })
    const wanted = expected.toSorted((a, b) => b.score - a.score)
    expect(rows.map(([id]) => id)).toEqual(wanted.map(({ id }) => id))
    expect(rows.length).toBeGreaterThan(0)
    for (const [i, [, score, samples, middle, severity]] of rows.entries()) {
      const want = wanted[i]
      expect(score).toBeCloseTo(want?.score ?? 0, 6)
      expect(samples).toBe(want?.n)
      expect(Number(middle) / Math.exp(want?.middle ?? 0)).toBeCloseTo(1, 6)
      expect(severity).toBe((want?.score ?? 0) > 2.5 ? 'severe' : 'minor')
    }
  })

  it('calls a row an outlier in a short window if it is one in a long', async () => {
    const query = {
      columns: ['SpanId', 'Timestamp', 'Insight.score'],
      filters: [{ path: 'Insight.score', exists: true }],
      orders: [{ path: 'Timestamp', direction: 'asc' }],
    }
    const { rows } = await ask('table', query)
    const [some] = rows.filter(([, time]) => String(time) > '2026-05-06')
    const day = String(some?.[1]).slice(0, 10)
    const near = await ask('table', query, { startTime: `${day}T00:00:00Z`, endTime: `${day}T23:59:59Z` })
    expect(near.rows).toEqual(rows.filter(([, time]) => String(time).startsWith(day)))
    expect(near.rows.length).toBeGreaterThan(0)
  })

  it('is told by get_schema with an example that runs', async () => {
    const { structured } = await connection.call('get_schema', { service: 'insights' })
    const { name, arguments: args } = structured['example'] as {
      name: string
      arguments: Record<string, unknown>
    }
    const answer = await connection.call(name, args)
    expect((answer.structured['results'] as Record<string, Result>)['issues']?.rows.length).toBeGreaterThan(5)
  })

  it('explains an outlier with its peers in traces_span_insights', async () => {
    const { rows } = await ask('table', {
      columns: ['TraceId', 'SpanId', 'Insight.tag', 'Insight.sample_size'],
      filters: [{ path: 'Insight.score', exists: true }],
      limit: 1,
    })
    const [[traceId, spanId, tag, samples] = []] = rows
    const { structured } = await connection.call('traces_span_insights', { traceId, spanId })
    expect(structured['insights']).toContainEqual(
      expect.objectContaining({
        tag,
        recommendation: expect.stringContaining(`of ${samples} rows with the same`),
      }),
    )
  })
})

describe("an owner's rules", () => {
  const file = () => join(data, 'insight-rules.yaml')

  it('hold from the next call on, over all data', async () => {
    await writeFile(
      file(),
      `rules:
  long_hold:
    title: Long hold
    category: agent
    service: agent_interaction
    metric: Attributes.cx.interaction.hold_ms
    unit: ms
    minor: { above: 60000 }
    recommendation: Ask why.
  failed_span:
    title: Failed span
    category: operation
    service: spans
    metric: StatusCode
    severe: { equals: Error }
    recommendation: Read its message.
  high_jitter: false
`,
    )
    const { rows } = await ask('scalar', {
      aggregates: [count],
      grouping: ['Insight.tag'],
      filters: [{ path: 'Insight.tag', in: ['long_hold', 'failed_span', 'high_jitter'] }],
    })
    const [expected] = await raw(`SELECT
  count(*) FILTER (WHERE SpanName = 'cx.interaction.agent' AND CAST(SpanAttributes['cx.interaction.hold_ms'] AS DOUBLE) > 60000) AS holds,
  count(*) FILTER (WHERE StatusCode = 'Error') AS failed FROM spans`)
    expect(Object.fromEntries(rows)).toEqual({
      long_hold: Number(expected?.['holds']),
      failed_span: Number(expected?.['failed']),
    })
    expect(Number(expected?.['holds'])).toBeGreaterThan(0)
  })

  it('are told with line and column where they are wrong', async () => {
    await writeFile(file(), 'rules:\n  bad:\n    title: x\n')
    const answer = await connection.call('traces_query', {
      ...window,
      queries: { scalar: [{ key: 'x', service: 'insights', aggregates: [count] }] },
    })
    expect(answer.text).toContain('insight-rules.yaml:')
    expect(answer.isError).toBe(true)
  })
})
