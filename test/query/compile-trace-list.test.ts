import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { spans } from '../../src/catalog/services/telemetry.ts'
import { AppError } from '../../src/core/errors.ts'
import { parseInstant } from '../../src/core/time-range.ts'
import { compileTraceList, type TraceListRequest } from '../../src/query/compile-trace-list.ts'
import { createRandom } from './sample-rows.ts'
import { createStore, type Span, type Store, traceId } from './traces.ts'

let store: Store

beforeEach(async () => {
  store = await createStore()
})

afterEach(() => store.engine.close())

const day = 86_400_000_000_000n
const range = { startNs: 0n, endNs: 10n * day }

const request = (change: Partial<TraceListRequest> = {}): TraceListRequest => ({
  traces: 'SELECT * FROM traces',
  spans: 'SELECT * FROM spans',
  schema: { service: spans, columns: spans.columns, rare: [], hasUnnamed: false },
  range,
  filters: undefined,
  sort: 'desc',
  after: undefined,
  limit: 100,
  ...change,
})

const list = async (change: Partial<TraceListRequest> = {}) => {
  const statement = compileTraceList(request(change))
  await store.engine.run({ ...statement, sql: `EXPLAIN ${statement.sql}` })
  const rows = await store.engine.run(statement)
  return rows.map((row) => ({
    id: String(row['trace_id']),
    ns: parseInstant(String(row['timestamp']), 'timestamp'),
  }))
}

const span = (trace: number, ns: bigint, change: Partial<Span> = {}): Span => ({
  trace: traceId(trace),
  id: '0'.repeat(16),
  ns,
  name: 'root',
  status: 'Ok',
  duration: 1n,
  ...change,
})

/** Many traces, several on the same nanosecond. */
const manySpans = (count: number, seed: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) =>
    span(i, (BigInt(Math.floor(random() * 12)) * day) / 12n + (i % 5 === 0 ? 1n : 0n)),
  )
}

const byPosition = (sign: number) => (a: { id: string; ns: bigint }, b: { id: string; ns: bigint }) => {
  if (a.ns !== b.ns) return a.ns < b.ns ? -sign : sign
  return a.id < b.id ? -sign : sign
}

/** All pages, one after the other, with a step between them. */
async function readAll(
  change: Partial<TraceListRequest>,
  limit: number,
  between: (page: number) => Promise<void> = async () => undefined,
) {
  const seen: { id: string; ns: bigint }[] = []
  for (let page = 0; page < 200; page++) {
    const rows = await list({ ...change, limit: limit + 1, after: seen.at(-1) })
    seen.push(...rows.slice(0, limit))
    if (rows.length <= limit) return seen
    await between(page)
  }
  throw new Error('the pages never end')
}

describe('the exact statement', () => {
  test('of a page after another, with filters', () => {
    expect(
      compileTraceList(
        request({
          filters: [{ path: 'SpanName', eq: 'x' }],
          sort: 'asc',
          after: { ns: 5n, id: 'ab' },
          limit: 7,
        }),
      ),
    ).toEqual({
      sql: `SELECT *
FROM (
SELECT * FROM traces
) AS source
WHERE "timestamp" >= make_timestamp_ns(CAST(? AS BIGINT))
  AND "timestamp" < make_timestamp_ns(CAST(? AS BIGINT))
  AND ("timestamp" > make_timestamp_ns(CAST(? AS BIGINT)) OR ("timestamp" = make_timestamp_ns(CAST(? AS BIGINT)) AND trace_id > ?))
  AND trace_id IN (
    SELECT trace_id
    FROM (
SELECT * FROM spans
    ) AS span
    WHERE trace_start >= make_timestamp_ns(CAST(? AS BIGINT))
      AND trace_start < make_timestamp_ns(CAST(? AS BIGINT))
      AND ("span_name" = ?)
  )
ORDER BY "timestamp" ASC, trace_id ASC
LIMIT 7`,
      params: [0n, 10n * day, 5n, 5n, 'ab', 0n, 10n * day, 'x'],
    })
  })
})

describe('the window', () => {
  test('holds its start, not its end', async () => {
    await store.addSpans([span(1, -1n), span(2, 0n), span(3, 10n * day - 1n), span(4, 10n * day)])
    expect((await list()).map(({ id }) => id)).toEqual([traceId(3), traceId(2)])
    expect((await list({ sort: 'asc' })).map(({ id }) => id)).toEqual([traceId(2), traceId(3)])
  })

  test('may be wider than timestamps can be', async () => {
    await store.addSpans([span(1, -1n)])
    expect(await list({ range: { startNs: -(10n ** 21n), endNs: 10n ** 21n } })).toHaveLength(1)
  })
})

describe('pages', () => {
  test.each(
    (['asc', 'desc'] as const).flatMap((sort) =>
      [1, 7, 50, 120, 1000].map((limit) => [sort, limit] as const),
    ),
  )('%s by %i: together all traces, each once, in order', async (sort, limit) => {
    const added = manySpans(120, 4)
    await store.addSpans(added)
    const wanted = added
      .map(({ trace, ns }) => ({ id: trace, ns }))
      .toSorted(byPosition(sort === 'asc' ? 1 : -1))
    expect(new Set(wanted.map(({ ns }) => ns)).size).toBeLessThan(30)
    expect(await readAll({ sort }, limit)).toEqual(wanted)
  })

  test.each(['asc', 'desc'] as const)('%s: traces that arrive between pages move nothing', async (sort) => {
    const added = manySpans(60, 8)
    await store.addSpans(added)
    let next = 1000
    const found = await readAll({ sort }, 10, async () => {
      const [first, last] = [span(next++, 0n), span(next++, 5n * day)]
      await store.addSpans([first, last])
    })
    const ids = found.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(added.map(({ trace }) => trace)))
    expect(found).toEqual(found.toSorted(byPosition(sort === 'asc' ? 1 : -1)))
    const news = found.filter(({ id }) => !added.some(({ trace }) => trace === id))
    expect(news.length).toBeGreaterThan(0)
    expect(news.every(({ ns }) => ns === (sort === 'asc' ? 5n * day : 0n))).toBe(true)
  })
})

describe('filters', () => {
  const twoSpans = [
    span(1, 1n, { name: 'a', status: 'Ok' }),
    span(1, 2n, { name: 'b', status: 'Error', id: '1'.repeat(16) }),
    span(2, 3n, { name: 'a', status: 'Error' }),
  ]

  test('hold together for one span, not for several of a trace', async () => {
    await store.addSpans(twoSpans)
    const filters = [
      { path: 'SpanName', eq: 'a' },
      { path: 'StatusCode', eq: 'Error' },
    ]
    expect((await list({ filters })).map(({ id }) => id)).toEqual([traceId(2)])
    expect((await list({ filters: filters.slice(1) })).map(({ id }) => id)).toEqual([traceId(2), traceId(1)])
  })

  test('list a trace once, however many spans match', async () => {
    await store.addSpans([...twoSpans, ...twoSpans.map((one) => ({ ...one, id: '2'.repeat(16) }))])
    expect(await list({ filters: [{ path: 'Duration', gte: 1 }] })).toHaveLength(2)
  })

  test('none is no condition', async () => {
    await store.addSpans(twoSpans)
    expect(await list({ filters: [] })).toHaveLength(2)
  })

  test('an unknown path is named by its place', () => {
    const run = () => compileTraceList(request({ filters: [{ path: 'Spanname', eq: 'a' }] }))
    expect(run).toThrow(AppError)
    try {
      run()
    } catch (error) {
      expect((error as AppError).details).toMatchObject({
        path: 'filters[0].path',
        nearest: expect.arrayContaining(['SpanName']),
      })
    }
  })
})
