import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld, spanTypes } from '../layout-world.ts'
import { type Columns, canonical, linked, table, trace, without } from './otel-traces-row.ts'

let world: LayoutWorld

let files = 0

beforeAll(async () => {
  world = await createLayoutWorld('other-writers')
})

afterAll(() => world.close())

/** The rows of a Parquet file of one row. */
async function read(columns: Columns) {
  const path = `f${++files}.parquet`
  const list = Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`)
  await world.parquet(path, `SELECT ${list.join(', ')}`)
  return world.rows(path)
}

const rename = (toName: (name: string) => string) =>
  Object.fromEntries(Object.entries(table).map(([name, sql]) => [toName(name), sql]))

describe('otel_traces in Parquet, as programs other than ClickHouse write it', () => {
  it.each<[string, Columns]>([
    ['the collector’s own table', table],
    ['names in lower case, as Hive, Athena and Trino have them', rename((name) => name.toLowerCase())],
    ['names in capitals, as Snowflake has them', rename((name) => name.toUpperCase())],
    [
      'maps as lists of structs, as Polars has them',
      {
        ...table,
        ResourceAttributes: "[{'key': 'service.name', 'value': 'shop'}]",
        SpanAttributes: "[{'key': 'k', 'value': 'v'}, {'key': 'blank', 'value': ''}]",
        'Events.Attributes': "[[{'key': 'n', 'value': '1'}]]",
        'Links.Attributes': "[[{'keys': 'l', 'values': '2'}]]",
      },
    ],
    [
      'maps as lists of lists of two, as pandas has them',
      {
        ...table,
        ResourceAttributes: "[['service.name', 'shop']]",
        SpanAttributes: "[['k', 'v'], ['blank', '']]",
        'Events.Attributes': "[[['n', '1']]]",
        'Links.Attributes': "[[['l', '2']]]",
      },
    ],
    [
      'maps of bytes that are text',
      { ...table, SpanAttributes: "MAP {'k'::BLOB: 'v'::BLOB, 'blank'::BLOB: ''::BLOB}" },
    ],
    [
      'maps of numbers',
      { ...table, 'Events.Attributes': "[MAP {'n': 1}]", 'Links.Attributes': "[MAP {'l': 2}]" },
    ],
    [
      'events and links as a list of structs each, as a table without flatten_nested has them',
      {
        ...without('Events.'),
        ...Object.fromEntries(
          Object.entries(without('Links.')).filter(([name]) => !name.startsWith('Events.')),
        ),
        Events:
          "[{'Timestamp': TIMESTAMP '2026-01-01 00:00:00.5', 'Name': 'retry', 'Attributes': MAP {'n': '1'}}]",
        Links: `[{'TraceId': '${linked}', 'SpanId': '00000000000000b1', 'TraceState': 's=1', 'Attributes': MAP {'l': '2'}}]`,
      },
    ],
    ['a time with a zone', { ...table, Timestamp: "TIMESTAMPTZ '2026-01-01 01:00:00.123456+01'" }],
    ['a time in nanoseconds', { ...table, Timestamp: '1767225600123456000' }],
    ['a time in microseconds', { ...table, Timestamp: '1767225600123456' }],
    ['a time in seconds with a fraction', { ...table, Timestamp: '1767225600.123456::DOUBLE' }],
    [
      'ids as UUID and number',
      { ...table, TraceId: `'${trace}'::UUID`, SpanId: '161::BIGINT', ParentSpanId: '160' },
    ],
  ])('%s', async (_, columns) => {
    expect(await read(columns)).toEqual([canonical])
  })

  it('has the types of every other layout, in whatever form', async () => {
    await world.parquet(
      'types.parquet',
      `SELECT TIMESTAMP '2026-01-01' AS timestamp, 1 AS traceid, 2 AS spanid, 3 AS parentspanid, 'x' AS spanname,
        [['k', 'v']] AS spanattributes, 5 AS duration, [{'Timestamp': 1, 'Name': 'x'}] AS events, [{'TraceId': 'x'}] AS links`,
    )
    expect(await world.types('types.parquet')).toEqual(spanTypes)
  })

  it('keeps attributes of any type as text', async () => {
    const [row] = await read({
      ...table,
      SpanAttributes: `MAP {'nested': {'x': 1, 'y': ['a']}, 'none': NULL}`,
      ResourceAttributes: 'MAP {1: [1, 2]}',
      'Events.Attributes': "[MAP {'bytes': '\\xFF\\x00'::BLOB}]",
      'Links.Attributes': "[MAP {'on': true}]",
    })
    expect(row).toMatchObject({
      attributes: { nested: '{"x":1,"y":["a"]}' },
      resource_attributes: { '1': '[1,2]' },
      events: [{ attributes: { bytes: '/wA=' } }],
      links: [{ attributes: { on: 'true' } }],
    })
  })
})
