import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent, type Cell } from '../../../src/exports/values/cell.ts'
import {
  pascalEvents,
  pascalLinks,
  snakeEvents,
  snakeLinks,
  toEventList,
  toLinkList,
} from '../../../src/exports/values/events/event-lists.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('event-lists')
})
afterAll(() => world.close())

const start = "TIMESTAMP_NS '2026-01-01 00:00:00.000000001'"

/** What an expression over one row gives; the row's value stands in the column `c`. */
async function read(value: string, toSql: (cell: Cell) => string, type?: string) {
  const [described] = await world.query(`DESCRIBE SELECT ${value} AS c`)
  const cell = { sql: 'c', type: type ?? String(described?.['column_type']) }
  const rows = await world.query(`SELECT ${toSql(cell)} AS list FROM (SELECT ${value} AS c)`)
  return rows[0]?.['list']
}

const readEvents = (value: string, names = snakeEvents) =>
  read(value, (cell) => toEventList(cell, start, names))
const readLinks = (value: string, names = snakeLinks) => read(value, (cell) => toLinkList(cell, names))

const text = (value: unknown) =>
  `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`

const retry = { timestamp: '2026-01-01T00:00:00.500Z', name: 'retry', attributes: { n: '1' } }
const iso = '2026-01-01 00:00:00.5'

describe('a list of events', () => {
  it.each<[string, string]>([
    ['structs', `[{'timestamp': TIMESTAMP '${iso}', 'name': 'retry', 'attributes': MAP {'n': '1'}}]`],
    [
      'structs in another order',
      `[{'attributes': {'n': 1}, 'name': 'retry', 'timestamp': TIMESTAMP_NS '${iso}'}]`,
    ],
    ['structs of texts', `[{'timestamp': '${iso}', 'name': 'retry', 'attributes': '{"n": 1}'}]`],
    [
      'structs with names in capitals',
      `[{'NAME': 'retry', 'TIME': TIMESTAMP '${iso}', 'ATTRIBUTES': [['n', '1']]}]`,
    ],
    [
      'structs under the protocol’s name of the time',
      `[{'time_unix_nano': 1767225600500000000, 'name': 'retry', 'attributes': {'n': 1}}]`,
    ],
    ['JSON', `${text([{ timestamp: iso, name: 'retry', attributes: { n: 1 } }])}::JSON`],
    ['JSON as text', text([{ name: 'retry', time: `${iso}Z`, attributes: { n: '1' } }])],
    ['JSON with attributes as text', text([{ timestamp: iso, name: 'retry', attributes: '{"n": "1"}' }])],
    [
      'JSON with a time in milliseconds',
      text([{ timestamp: 1_767_225_600_500, name: 'retry', attributes: { n: 1 } }]),
    ],
    ['a list of JSON', `[${text({ timestamp: iso, name: 'retry', attributes: { n: 1 } })}::JSON]`],
    ['Python’s text', text(`[{'timestamp': '${iso}', 'name': 'retry', 'attributes': {'n': 1}}]`)],
    [
      'DuckDB’s text',
      `CAST([{'timestamp': TIMESTAMP '${iso}', 'name': 'retry', 'attributes': MAP {'n': '1'}}] AS VARCHAR)`,
    ],
  ])('is read out of %s', async (_, value) => {
    expect(await readEvents(value)).toEqual([retry])
  })

  it('is read under ClickHouse’s names', async () => {
    const value = `[{'Timestamp': TIMESTAMP '${iso}', 'Name': 'retry', 'Attributes': MAP {'n': '1'}}]`
    expect(await readEvents(value, pascalEvents)).toEqual([retry])
    expect(
      await readEvents(text([{ Timestamp: iso, Name: 'retry', Attributes: { n: 1 } }]), pascalEvents),
    ).toEqual([retry])
  })

  it('takes what is not there from the span, or as empty', async () => {
    const bare = { timestamp: '2026-01-01T00:00:00.000000001Z', name: '', attributes: {} }
    expect(await readEvents("[{'other': 1}]")).toEqual([bare])
    expect(await readEvents(text([{}, { name: null, timestamp: 'late', attributes: 7 }]))).toEqual([
      bare,
      bare,
    ])
    expect(await readEvents('[NULL::STRUCT("name" VARCHAR)]')).toEqual([bare])
  })

  it.each([
    'NULL::VARCHAR',
    "''",
    "'[]'",
    "'{}'",
    "'nope'",
    "'[1'",
    '[1, 2]',
    '7',
    'NULL::STRUCT(name VARCHAR)[]',
  ])('is empty out of %s', async (value) => {
    expect(await readEvents(value)).toEqual([])
  })

  it('is empty where there is no column', () => {
    expect(toEventList(absent, start, snakeEvents)).toMatch(/^CAST\(\[\] AS STRUCT/)
    expect(toLinkList(absent, snakeLinks)).toMatch(/^CAST\(\[\] AS STRUCT/)
  })
})

const ids = ['0123456789abcdef0123456789abcdef', '00000000000000b1'] as const
const link = { trace_id: ids[0], span_id: ids[1], trace_state: 's=1', attributes: { l: '2' } }

describe('a list of links', () => {
  it.each<[string, string]>([
    [
      'structs',
      `[{'trace_id': '${ids[0]}', 'span_id': '${ids[1]}', 'trace_state': 's=1', 'attributes': MAP {'l': '2'}}]`,
    ],
    [
      'structs with ids as bytes',
      `[{'trace_id': unhex('${ids[0]}'), 'span_id': unhex('${ids[1]}'), 'trace_state': 's=1', 'attributes': {'l': 2}}]`,
    ],
    [
      'JSON in capitals',
      text([
        {
          trace_id: ids[0].toUpperCase(),
          span_id: ids[1].toUpperCase(),
          trace_state: 's=1',
          attributes: { l: 2 },
        },
      ]),
    ],
  ])('is read out of %s', async (_, value) => {
    expect(await readLinks(value)).toEqual([link])
  })

  it('is read under ClickHouse’s names', async () => {
    const value = [{ TraceId: ids[0], SpanId: ids[1], TraceState: 's=1', Attributes: { l: 2 } }]
    expect(await readLinks(text(value), pascalLinks)).toEqual([link])
  })

  it('has blank ids where they are none', async () => {
    expect(await readLinks(text([{ trace_id: 'x', span_id: 7.5 }]))).toEqual([
      { trace_id: '', span_id: '', trace_state: null, attributes: {} },
    ])
  })
})
