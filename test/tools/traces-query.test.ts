import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'
import { askRawExport } from '../support/raw-export.ts'

type Result = Readonly<{
  columns: readonly { name: string; type: string; unit?: string }[]
  rows: readonly (readonly (string | number | boolean | null)[])[]
  rowCount: number
  hasMore: boolean
  matchedRows?: number
  note?: string
  error?: Readonly<{ code: string; message: string; path: string; nearest?: string[]; next: string }>
}>

const agent = "SpanName = 'cx.interaction.agent'"
const mos = 'Attributes.cx.webrtc.audio.mos_score'
const rawMos = "TRY_CAST(SpanAttributes['cx.webrtc.audio.mos_score'] AS DOUBLE)"

let connection: Connection
let data: string
beforeAll(async () => {
  data = inject('sampleData')
  connection = await connectInMemory(data)
})
afterAll(() => connection.close())

async function query(queries: Record<string, unknown>): Promise<Readonly<Record<string, Result>>> {
  const answer = await connection.call('traces_query', { ...window, queries })
  expect(answer.isError ? answer.text : '').toBe('')
  return answer.structured['results'] as Readonly<Record<string, Result>>
}

const count = { name: 'n', fn: 'count', path: '*' }

describe('traces_query against the raw export', () => {
  it('counts, averages and takes percentiles', async () => {
    const { a } = await query({
      scalar: [
        {
          key: 'a',
          service: 'agent_interaction',
          aggregates: [count, { name: 'avg', fn: 'avg', path: mos }, { name: 'p90', fn: 'p90', path: mos }],
        },
      ],
    })
    const [raw] = await askRawExport(
      data,
      `SELECT count(*)::INT n, avg(${rawMos}) a, quantile_cont(${rawMos}, 0.9) p FROM spans WHERE ${agent}`,
    )
    expect(a?.rows[0]?.[0]).toBe(raw?.['n'])
    expect(a?.rows[0]?.[1]).toBeCloseTo(Number(raw?.['a']), 9)
    expect(a?.rows[0]?.[2]).toBeCloseTo(Number(raw?.['p']), 9)
    expect(a?.matchedRows).toBe(raw?.['n'])
  })

  it('groups, filters and orders', async () => {
    const { a } = await query({
      scalar: [
        {
          key: 'a',
          service: 'agent_interaction',
          aggregates: [count, { name: 'holds', fn: 'sum', path: 'Attributes.cx.interaction.hold_count' }],
          grouping: ['Attributes.cx.queue.name', 'Attributes.cx.contact.direction'],
          filters: [{ path: 'Attributes.cx.contact.channel', eq: 'VOICE' }],
          orders: [{ path: 'holds', direction: 'desc' }],
        },
      ],
    })
    const raw = await askRawExport(
      data,
      `SELECT SpanAttributes['cx.queue.name'] q, SpanAttributes['cx.contact.direction'] d, count(*)::INT n,
              sum(SpanAttributes['cx.interaction.hold_count']::INT)::INT h
       FROM spans WHERE ${agent} AND SpanAttributes['cx.contact.channel'] = 'VOICE' GROUP BY 1, 2`,
    )
    const expected = raw.map((row) => [row['q'], row['d'], row['n'], row['h']])
    expect(new Set(a?.rows.map(String))).toEqual(new Set(expected.map(String)))
    const holds = a?.rows.map((row) => Number(row[3])) ?? []
    expect(holds).toEqual(holds.toSorted((x, y) => y - x))
  })

  it('computes rates with numerator and denominator', async () => {
    const { a } = await query({
      rate: [
        {
          key: 'a',
          service: 'agent_interaction',
          filters: [{ path: mos, exists: true }],
          rates: [{ name: 'poor', filters: [{ path: mos, lt: 3 }] }],
        },
      ],
    })
    const [raw] = await askRawExport(
      data,
      `SELECT count(*) FILTER (${rawMos} < 3)::INT poor, count(${rawMos})::INT n FROM spans WHERE ${agent}`,
    )
    expect(a?.rows[0]?.slice(1)).toEqual([raw?.['poor'], raw?.['n']])
    expect(a?.rows[0]?.[0]).toBeCloseTo(Number(raw?.['poor']) / Number(raw?.['n']), 12)
  })

  it('buckets a series by day', async () => {
    const { a } = await query({
      series: [{ key: 'a', service: 'journey_interaction', aggregates: [count], interval: 86_400 }],
    })
    const raw = await askRawExport(
      data,
      `SELECT strftime(Timestamp, '%Y-%m-%dT00:00:00Z') d, count(*)::INT n FROM spans WHERE SpanName = 'cx.journey' GROUP BY 1 ORDER BY 1`,
    )
    expect(a?.rows).toEqual(raw.map((row) => [row['d'], row['n']]))
  })

  it('lists facets, most frequent first', async () => {
    const { a } = await query({
      facet: [{ key: 'a', service: 'node_interaction', path: 'Attributes.cx.flow.node.name', limit: 5 }],
    })
    const raw = await askRawExport(
      data,
      `SELECT SpanAttributes['cx.flow.node.name'] v, count(*)::INT n FROM spans WHERE SpanName = 'cx.flow.node' GROUP BY 1 ORDER BY n DESC, v LIMIT 5`,
    )
    expect(a?.rows).toEqual(raw.map((row) => [row['v'], row['n']]))
    expect(a?.hasMore).toBe(true)
  })

  it('shows rows with chosen columns', async () => {
    const { a } = await query({
      table: [
        {
          key: 'a',
          service: 'agent_interaction',
          columns: ['SpanId', mos],
          orders: [{ path: mos, direction: 'asc' }],
          limit: 3,
        },
      ],
    })
    const raw = await askRawExport(data, `SELECT ${rawMos} m FROM spans WHERE ${agent} ORDER BY m LIMIT 3`)
    expect(a?.rows.map((row) => row[1])).toEqual(raw.map((row) => row['m']))
  })

  it('aggregates journeys over their traces', async () => {
    const { a } = await query({
      scalar: [
        {
          key: 'a',
          service: 'journey_interaction',
          aggregates: [
            count,
            { name: 'with_agent', fn: 'avg', path: 'Attributes.had_agent' },
            { name: 'waits', fn: 'sum', path: 'Attributes.queue_count' },
            { name: 'hold', fn: 'sum', path: 'Attributes.hold_ms' },
          ],
        },
      ],
    })
    const [raw] = await askRawExport(
      data,
      `SELECT count(DISTINCT TraceId)::INT n,
              count(DISTINCT TraceId) FILTER (${agent}) / count(DISTINCT TraceId) AS share,
              count(*) FILTER (SpanName = 'cx.queue.wait')::INT AS waits,
              sum(SpanAttributes['cx.interaction.hold_ms']::BIGINT) FILTER (${agent})::BIGINT AS hold
       FROM spans`,
    )
    expect(a?.rows[0]?.[0]).toBe(raw?.['n'])
    expect(a?.rows[0]?.[1]).toBeCloseTo(Number(raw?.['share']), 12)
    expect(a?.rows[0]?.slice(2)).toEqual([raw?.['waits'], Number(raw?.['hold'])])
  })

  it.each(['true', true, 'TRUE'])('takes booleans as %j', async (flag) => {
    const { a } = await query({
      facet: [
        {
          key: 'a',
          service: 'journey_interaction',
          path: 'Attributes.had_bot',
          filters: [{ path: 'Attributes.had_bot', eq: flag }],
        },
      ],
    })
    const [raw] = await askRawExport(
      data,
      `SELECT count(DISTINCT TraceId)::INT n FROM spans WHERE SpanName = 'cx.ai.conversation'`,
    )
    expect(a?.rows).toEqual([[true, raw?.['n']]])
  })

  it('filters by SpanName and reads attributes of any span', async () => {
    const { a } = await query({
      scalar: [
        {
          key: 'a',
          service: 'spans',
          aggregates: [count],
          grouping: ['Attributes.cx.queue.name'],
          filters: [{ path: 'SpanName', eq: 'cx.queue.wait' }],
        },
      ],
    })
    const raw = await askRawExport(
      data,
      `SELECT SpanAttributes['cx.queue.name'] q, count(*)::INT n FROM spans WHERE SpanName = 'cx.queue.wait' GROUP BY 1 ORDER BY n DESC, q`,
    )
    expect(a?.rows).toEqual(raw.map((row) => [row['q'], row['n']]))
  })
})

describe('traces_query in a batch', () => {
  it('gives a failing query its error and answers the others', async () => {
    const results = await query({
      scalar: [
        { key: 'good', service: 'agent_interaction', aggregates: [count] },
        {
          key: 'typo',
          service: 'agent_interaction',
          aggregates: [{ name: 'x', fn: 'avg', path: 'Attributes.cx.webrtc.audio.mos_scor' }],
        },
        { key: 'fn', service: 'agent_interaction', aggregates: [{ name: 'x', fn: 'average', path: mos }] },
        { key: 'service', service: 'agents', aggregates: [count] },
      ],
    })
    expect(results['good']?.rows[0]?.[0]).toBeGreaterThan(0)
    expect(results['typo']?.error).toMatchObject({
      code: 'unknown_name',
      path: 'queries.scalar[1].aggregates[0].path',
    })
    expect(results['typo']?.error?.nearest?.[0]).toBe(mos)
    expect(results['fn']?.error).toMatchObject({
      code: 'unknown_name',
      path: 'queries.scalar[2].aggregates[0].fn',
    })
    expect(results['service']?.error?.nearest).toContain('agent_interaction')
  })

  it('says where the data lies when a window is empty', async () => {
    const answer = await connection.call('traces_query', {
      startTime: '2020-01-01T00:00:00Z',
      endTime: '2020-02-01T00:00:00Z',
      queries: { scalar: [{ key: 'a', service: 'agent_interaction', aggregates: [count] }] },
    })
    expect(answer.text).toMatch(/No rows matched\. agent_interaction has rows from 2026-05-01T/)
    expect(answer.text).toMatch(/\| 0 \|/)
  })

  it('refuses two queries of one key, and no query', async () => {
    const twice = { key: 'a', service: 'agent_interaction', aggregates: [count] }
    const answer = await connection.call('traces_query', { ...window, queries: { scalar: [twice, twice] } })
    expect(answer.text).toMatch(/key "a" is used twice/)
    expect((await connection.call('traces_query', { ...window, queries: {} })).text).toMatch(
      /There is no query/,
    )
  })
})
