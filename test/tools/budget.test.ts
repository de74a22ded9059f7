import { afterAll, beforeAll, describe, expect, inject, it, test } from 'vitest'
import { allot, fitItems } from '../../src/tools/budget.ts'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { agentSpanId, traceId, window } from '../support/contract-calls.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

const sizesOf = ({ structured, text }: { structured: unknown; text: string }) => [
  JSON.stringify(structured).length,
  text.length,
]

const count = [{ name: 'n', fn: 'count', path: '*' }]
const byTrace = { service: 'spans', aggregates: count, grouping: ['TraceId', 'SpanName'], limit: 1000 }
const table = {
  service: 'agent_interaction',
  columns: ['TraceId', 'SpanId', 'Timestamp', 'Attributes.cx.queue.name'],
  limit: 1000,
}

const calls: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['the schema in short', 'get_schema', {}],
  ['one service', 'get_schema', { service: 'agent_interaction' }],
  ['the plain spans', 'get_schema', { service: 'spans' }],
  ['a search for columns', 'get_schema', { search: 'interaction' }],
  ['a question', 'knowledge', { query: 'How is jitter measured and when is it too high?' }],
  ['a list of traces', 'traces_list', { ...window, limit: 1000 }],
  ['a trace', 'traces_get', { traceId }],
  ...['summary', 'tree', 'critical_path', 'errors'].map(
    (detail) => [`its ${detail}`, 'traces_get', { traceId, detail }] as const,
  ),
  ['insights', 'traces_span_insights', { traceId, spanId: agentSpanId }],
  ['logs', 'traces_span_logs', { traceId, spanId: agentSpanId, limit: 1000 }],
  ['many groups', 'traces_query', { ...window, queries: { scalar: [{ key: 'a', ...byTrace }] } }],
  [
    'queries of all sizes',
    'traces_query',
    {
      ...window,
      queries: {
        scalar: [
          { key: 'a', ...byTrace },
          { key: 'b', service: 'spans', aggregates: count },
        ],
        table: [
          { key: 'c', ...table },
          { key: 'd', ...table, limit: 2 },
        ],
        facet: [{ key: 'e', service: 'spans', path: 'SpanId', limit: 1000 }],
        series: [{ key: 'f', service: 'spans', aggregates: count, interval: 3600 }],
      },
    },
  ],
]

describe('no answer is longer than its budget, in either form', () => {
  it.each(calls)('%s', async (_, tool, args) => {
    const told: number[] = []
    for (const budget of [undefined, 20_000, 3_000, 1_200, 500]) {
      const answer = await connection.call(
        tool,
        budget === undefined ? args : { ...args, max_tokens: budget },
      )
      const most = 4 * (budget ?? 6_000)
      if (answer.isError) {
        expect(answer.text).toMatch(/does not fit into \d+ tokens/)
        expect(budget ?? 6_000).toBeLessThan(3_000)
      } else for (const size of sizesOf(answer)) expect(size).toBeLessThanOrEqual(most)
      told.push(answer.text.length)
    }
    expect(told[0]).toBeGreaterThan(100)
  })
})

describe('rows that do not fit', () => {
  const read = async (args: Record<string, unknown>) => {
    const { structured } = await connection.call('traces_query', args)
    return Object.values(
      structured['results'] as Record<
        string,
        {
          rows: unknown[][]
          totalRows?: number
          next?: Record<string, unknown>
          note?: string
          hasMore: boolean
        }
      >,
    )[0]
  }

  it.each([
    ['scalar', { ...byTrace }],
    ['facet', { service: 'spans', path: 'SpanId', limit: 300 }],
    ['table', table],
    ['series', { service: 'spans', aggregates: count, interval: 600, grouping: ['SpanName'] }],
    ['series', { service: 'spans', aggregates: count, interval: 7200, grouping: ['SpanName'], fill: 'zero' }],
  ])('of a %s query come with next, all of them, each once', async (type, query) => {
    const day = { startTime: '2026-05-04', endTime: '2026-05-04' }
    const rows: unknown[] = []
    let args: Record<string, unknown> | undefined = {
      ...day,
      max_tokens: 800,
      queries: { [type]: [{ key: 'k', ...query }] },
    }
    let total: number | undefined
    let pages = 0
    while (args) {
      const page = await read(args)
      if (page?.hasMore)
        expect(page.note).toMatch(/Rows \d+ to \d+ of (at least )?\d+ rows: (max_tokens|limit)/)
      total ??= page?.totalRows
      rows.push(...(page?.rows ?? []))
      args = page?.next
      pages++
    }
    expect(pages).toBeGreaterThan(1)
    const whole: unknown[] = []
    for (let offset = 0; ; offset += 1000) {
      const page = await read({
        ...day,
        max_tokens: 20_000,
        queries: { [type]: [{ key: 'k', ...query, offset, limit: 1000 }] },
      })
      let next = page?.next
      whole.push(...(page?.rows ?? []))
      while (
        next &&
        Number((next['queries'] as Record<string, { offset: number }[]>)[type]?.[0]?.offset) < offset + 1000
      ) {
        const more = await read({ ...next, max_tokens: 20_000 })
        whole.push(...(more?.rows ?? []))
        next = more?.next
      }
      if (!next) break
    }
    expect(rows.length).toBe(whole.length)
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(rows.length)
    expect(rows).toEqual(whole)
    if (total !== undefined) expect(total).toBe(rows.length)
  })
})

describe('a trace of 100,000 spans, and 10,000 groups', () => {
  const hex = (value: number, width: number) => value.toString(16).padStart(width, '0')
  const spans = 100_000
  let world: LakeWorld
  let big: Connection
  const id = hex(7, 32)

  beforeAll(async () => {
    world = await createLakeWorld('budget')
    const rows = Array.from({ length: spans }, (_, i) => ({
      traceId: id,
      spanId: hex(i + 1, 16),
      parent: i === 0 ? '' : hex(1 + Math.floor((i - 1) / 300), 16),
      ns: 1_777_593_600_000_000_000n + BigInt(i) * 1_000_000n,
      name: i % 3 === 0 ? 'step' : `name ${i % 10_000}`,
    }))
    await world.spans('big.parquet', rows)
    big = await connectInMemory(world.root, { PARQUETRY_IMPORT_WAIT_MS: '120000' })
  }, 180_000)
  afterAll(async () => {
    await big.close()
    await world.close()
  })

  it.each(['full', 'summary', 'tree', 'critical_path', 'errors'])(
    '%s is within its budget',
    async (detail) => {
      for (const budget of [6_000, 20_000, 1_000]) {
        const answer = await big.call('traces_get', { traceId: id, detail, max_tokens: budget })
        expect(answer.isError).toBe(false)
        for (const size of sizesOf(answer)) expect(size).toBeLessThanOrEqual(4 * budget)
        expect(answer.structured['totalSpans'] ?? answer.structured['spanCount']).toBe(spans)
      }
    },
  )

  it('10,000 groups are counted, and shown as far as they fit', async () => {
    const queries = {
      scalar: [
        { key: 'k', service: 'spans', aggregates: count, grouping: ['SpanName'], limit: 1000, others: true },
      ],
    }
    const answer = await big.call('traces_query', { startTime: '2026-05-01', endTime: '2026-05-02', queries })
    for (const size of sizesOf(answer)) expect(size).toBeLessThanOrEqual(24_000)
    const names = new Set(
      Array.from({ length: spans }, (_, i) => (i % 3 === 0 ? 'step' : `name ${i % 10_000}`)),
    )
    const [result] = Object.values(
      answer.structured['results'] as Record<
        string,
        { totalRows: number; others: { groups: number; values: number[] } }
      >,
    )
    expect(result?.totalRows).toBe(names.size)
    expect(result?.others.groups).toBe(names.size - 1000)
  })
})

test('a filled series of several groups has each group in each bucket once, whatever the pages', async () => {
  const query = {
    key: 'k',
    service: 'spans',
    aggregates: count,
    interval: 7200,
    grouping: ['SpanName'],
    fill: 'zero',
    limit: 7,
  }
  const day = { startTime: '2026-05-04', endTime: '2026-05-04', timezone: 'Europe/Berlin' }
  const rows: unknown[][] = []
  let args: Record<string, unknown> | undefined = { ...day, queries: { series: [query] } }
  while (args) {
    const { structured } = await connection.call('traces_query', args)
    const { k } = structured['results'] as { k: { rows: unknown[][]; next?: Record<string, unknown> } }
    rows.push(...k.rows)
    args = k.next
  }
  const { structured } = await connection.call('traces_query', {
    ...day,
    queries: { scalar: [{ key: 'k', service: 'spans', aggregates: count, grouping: ['SpanName'] }] },
  })
  const totals = (structured['results'] as { k: { rows: [string, number][] } }).k.rows
  expect(rows).toHaveLength(12 * totals.length)
  for (const [name, n] of totals)
    expect(rows.filter((row) => row[1] === name).reduce((sum, row) => sum + Number(row[2]), 0)).toBe(n)
})

describe('fitting', () => {
  test('takes as many items as fit, and none where not even one does', () => {
    const make = (n: number) => 'x'.repeat(n * 3 + 2)
    const sizeOf = (text: string) => text.length
    for (const [items, room, length] of [
      [10, 100, 32],
      [10, 20, 20],
      [10, 19, 17],
      [10, 4, 2],
      [0, 0, 2],
    ] as const)
      expect(fitItems(items, make, sizeOf, room)).toHaveLength(length)
  })

  test('gives small parts what they need and shares the rest evenly', () => {
    expect(allot([10, 10], 100)).toEqual([10, 10])
    expect(allot([10, 200, 300], 100)).toEqual([10, 45, 45])
    expect(allot([500, 40, 500], 200)).toEqual([80, 40, 80])
    expect(allot([], 100)).toEqual([])
    expect(allot([50, 50], 10)).toEqual([5, 5])
  })
})
