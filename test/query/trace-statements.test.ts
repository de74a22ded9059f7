import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Row } from '../../src/engine/engine.ts'
import {
  selectFirstSpans,
  selectSpanLogs,
  selectSpans,
  selectTraceLogs,
  selectTracePlaces,
} from '../../src/query/trace-statements.ts'
import { createStore, type Store, traceId } from './traces.ts'

let store: Store

type LogRecord = Readonly<{ ns: bigint; body: string | null; severity: string; extra: string }>

/** Ten records on each of four nanoseconds, which differ in one field each, and in an order that is none. */
const records: readonly LogRecord[] = [3n, 1n, 4n, 2n].flatMap((ns) =>
  Array.from({ length: 10 }, (_, i) => ({
    ns: 1_777_593_600_000_000_000n + ns,
    body: i === 0 ? null : i < 5 ? `line ${i}` : "it's\none",
    severity: i % 2 === 0 ? 'INFO' : 'WARN',
    extra: i < 5 ? 'x' : String(i),
  })),
)

const span = (trace: number, id: string, ns: bigint) => ({
  trace: traceId(trace),
  id,
  ns,
  name: 'n',
  status: 'Ok',
  duration: 9_007_199_254_740_993n,
})

const addLogs = (trace: number, id: string, added: readonly LogRecord[]) =>
  store.engine.run({
    sql: `INSERT INTO logs (trace_id, span_id, "timestamp", body, severity_text, attributes) VALUES ${added
      .map(() => '(?, ?, make_timestamp_ns(CAST(? AS BIGINT)), ?, ?, MAP {?: ?})')
      .join(', ')}`,
    params: added.flatMap(({ ns, body, severity, extra }) => [
      traceId(trace),
      id,
      ns,
      body,
      severity,
      'k',
      extra,
    ]),
  })

beforeAll(async () => {
  store = await createStore()
  await store.addSpans([
    span(1, 'b', 5n),
    span(1, 'a', 5n),
    span(2, 'x', 1n),
    span(1, 'c', -7n),
    span(1, 'd', 1_777_593_600_123_456_789n),
  ])
  await addLogs(1, 'a', records)
  await addLogs(1, 'b', records.slice(0, 3))
  await addLogs(2, 'a', records.slice(0, 3))
})

afterAll(() => store.engine.close())

const whole = (trace: number) => ({ traceId: traceId(trace), startNs: undefined })

test('spans of one trace, by start and then by id, with ends exact to the nanosecond', async () => {
  const rows = await store.engine.run(selectSpans('SELECT * FROM spans', whole(1)))
  expect(rows.map((row) => [row['span_id'], row['start_ns'], row['end_ns']])).toEqual([
    ['c', '-7', '9007199254740986'],
    ['a', '5', '9007199254740998'],
    ['b', '5', '9007199254740998'],
    ['d', '1777593600123456789', '1786600799378197782'],
  ])
  expect(await store.engine.run(selectSpans('SELECT * FROM spans', whole(3)))).toEqual([])
})

test('the first spans of one trace, with a chosen one first', async () => {
  const read = async (startNs: bigint | undefined, limit: number, spanId: string) => {
    const request = { traceId: traceId(1), startNs, limit, spanId }
    const rows = await store.engine.run(selectFirstSpans('SELECT * FROM spans', request))
    return rows.map((row) => row['span_id'])
  }
  expect(await read(undefined, 9, '')).toEqual(['c', 'a', 'b', 'd'])
  expect(await read(-7n, 2, 'd')).toEqual(['d', 'c'])
  expect(await read(-6n, 9, '')).toEqual([])
})

test('where the index has a trace', async () => {
  const index = `SELECT * FROM (VALUES (1, 'x', make_timestamp_ns(9007199254740993), 2), (2, 'y', make_timestamp_ns(1), 1), (3, 'x', make_timestamp_ns(0), 5)) AS t(source, trace_id, "start", "rows")`
  const found = await store.engine.run(selectTracePlaces(index, 'x'))
  expect(found).toEqual([
    { source: 1, rows: 2, start_ns: '9007199254740993' },
    { source: 3, rows: 5, start_ns: '0' },
  ])
})

test('the exact statement of spans and of a page of logs', () => {
  expect(selectFirstSpans('SELECT 1', { traceId: 'id', startNs: 7n, limit: 5, spanId: 'first' })).toEqual({
    sql: `SELECT
  *,
  CAST(epoch_ns("timestamp") AS VARCHAR) AS start_ns,
  CAST(epoch_ns("timestamp") + duration AS VARCHAR) AS end_ns
FROM (
SELECT 1
) AS source
WHERE trace_id = ?
  AND trace_start = make_timestamp_ns(CAST(? AS BIGINT))
ORDER BY span_id = ? DESC, "timestamp", span_id
LIMIT 5`,
    params: ['id', 7n, 'first'],
  })
  const page = selectSpanLogs('SELECT 1', { traceId: 't', spanId: 's', after: { ns: 5n, id: 'r' }, limit: 3 })
  expect(page.params).toEqual(['t', 's', 5n, 'r'])
  expect(page.sql).toContain('WHERE (epoch_ns("timestamp"), record_id) > (CAST(? AS BIGINT), ?)\nORDER BY')
  expect(page.sql.endsWith('ORDER BY "timestamp", record_id\nLIMIT 4')).toBe(true)
})

const textOf = (row: Row | undefined) => [
  row?.['time_ns'],
  row?.['severity_text'],
  row?.['body'],
  JSON.stringify(row?.['attributes']),
]

describe('logs', () => {
  test('of a trace in order of time, each record with an id of its own', async () => {
    const spanIds = (
      await store.engine.run({ sql: 'SELECT DISTINCT span_id FROM logs', params: [] })
    ).flatMap((row) => row['span_id'] ?? [])
    const wanted = { traceId: traceId(1), spanIds: spanIds.map(String), withoutSpan: true, limit: 100 }
    const rows = await store.engine.run(selectTraceLogs('SELECT * FROM logs', wanted))
    expect(rows).toHaveLength(43)
    expect(await store.engine.run(selectTraceLogs('SELECT * FROM logs', { ...wanted, limit: 7 }))).toEqual(
      rows.slice(0, 7),
    )
    const ofOne = { ...wanted, spanIds: ['a'], withoutSpan: false }
    expect(await store.engine.run(selectTraceLogs('SELECT * FROM logs', ofOne))).toEqual(
      rows.filter((row) => row['span_id'] === 'a'),
    )
    expect(await store.engine.run(selectTraceLogs('SELECT * FROM logs', { ...ofOne, spanIds: [] }))).toEqual(
      [],
    )
    const times = rows.map((row) => BigInt(String(row['time_ns'])))
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
    expect(new Set(rows.map((row) => `${row['time_ns']} ${row['record_id']}`)).size).toBe(43)
  })

  test.each([1, 3, 10, 39, 40, 41])(
    'of a span, %i at a time: all of them, each once, in the same order',
    async (limit) => {
      const request = { traceId: traceId(1), spanId: 'a' }
      const whole = await store.engine.run(
        selectSpanLogs('SELECT * FROM logs', { ...request, after: undefined, limit: 1000 }),
      )
      const seen: Row[] = []
      for (let page = 0; page <= 40; page++) {
        const last = seen.at(-1)
        const after = last && { ns: BigInt(String(last['time_ns'])), id: String(last['record_id']) }
        const rows = await store.engine.run(
          selectSpanLogs('SELECT * FROM logs', { ...request, after, limit }),
        )
        seen.push(...rows.slice(0, limit))
        if (rows.length <= limit) break
        expect(rows).toHaveLength(limit + 1)
      }
      expect(seen).toEqual(whole)
      const wanted = records.map(({ ns, severity, body, extra }) => [
        String(ns),
        severity,
        body,
        JSON.stringify({ k: extra }),
      ])
      expect(seen.map(textOf).toSorted()).toEqual(wanted.toSorted())
    },
  )
  test('that differ in one field only are told apart', async () => {
    const cells = [
      ['INFO', null, 9, 'a', 0],
      [null, 'INFO', 9, 'a', 0],
      ['INFO', null, 10, 'a', 0],
      ['INFO', null, 9, 'b', 0],
      ['INFO', null, 9, 'a', 1],
      ['INFO', '', 9, 'a', 0],
    ]
    const row = '(?, ?, make_timestamp_ns(5), ?, ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT))'
    await store.engine.run({
      sql: `INSERT INTO logs (trace_id, span_id, "timestamp", body, event_name, severity_number, service_name, trace_flags) VALUES ${cells.map(() => row).join(', ')}`,
      params: cells.flatMap((some) => [traceId(5), 's', ...some]),
    })
    const rows = await store.engine.run(
      selectTraceLogs('SELECT * FROM logs', {
        traceId: traceId(5),
        spanIds: ['s'],
        withoutSpan: false,
        limit: 100_000,
      }),
    )
    expect(new Set(rows.map((found) => found['record_id'])).size).toBe(cells.length)
  })
})
