import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld, spanTypes } from '../layout-world.ts'
import { spansFile } from './otap-file.ts'
import { type AttributeRow, firstNs, textAttribute, writeAttributes, writeSpans } from './otap-tables.ts'
import { first, list, map, second, trace } from './otap-values.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('otap')
})

afterAll(() => world.close())

const bare = {
  trace_id: trace,
  parent_span_id: null,
  trace_state: null,
  span_name: 'work',
  span_kind: 'Unspecified',
  service_name: null,
  timestamp: '2026-05-01T10:00:00.123456789Z',
  duration_ns: 0,
  status_code: 'Unset',
  status_message: null,
  resource_attributes: {},
  attributes: {},
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

const everyType: readonly AttributeRow[] = [
  textAttribute(0, 'text', "it's"),
  textAttribute(0, 'blank', ''),
  { parent: 0, key: 'int', type: 2, int: -9223372036854775807n },
  { parent: 0, key: 'double', type: 3, double: 0.25 },
  { parent: 0, key: 'bool', type: 4, bool: false },
  { parent: 0, key: 'map', type: 5, ser: map },
  { parent: 0, key: 'list', type: 6, ser: list },
  { parent: 0, key: 'bytes', type: 7, bytes: 'ff00' },
  { parent: 0, key: 'empty', type: 0 },
  { parent: 0, key: 'broken', type: 6, ser: '9f61' },
  { parent: 0, key: 'unknown', type: 99, str: 'x' },
]

describe('a folder of OTAP tables', () => {
  it('gives spans with attributes of every type, resource, scope, events and links', async () => {
    await writeSpans(world, 'whole/spans/part-1-a.parquet', [
      {
        id: 0,
        resource: 0,
        span: first,
        parent: second,
        duration: 1_500,
        name: 'GET /',
        kind: 2,
        status: 2,
        message: 'no',
        scope: 'lib',
        version: '1.2',
      },
      { id: 1, resource: 1, span: second },
    ])
    await writeAttributes(world, 'whole/span_attrs/part-1-b.parquet', everyType)
    await writeAttributes(world, 'whole/resource_attrs/part-1-c.parquet', [
      textAttribute(0, 'service.name', 'shop'),
      { parent: 0, key: 'process.args', type: 6, ser: list },
      textAttribute(1, 'service.name', 'cart'),
    ])
    await writeAttributes(world, 'whole/scope_attrs/part-1-s.parquet', [textAttribute(0, 'not', 'read')])
    await world.parquet(
      'whole/span_events/part-1-d.parquet',
      `SELECT 1::UINTEGER AS id, 0::UINTEGER AS parent_id, make_timestamp_ns(${firstNs + 9n}) AS time_unix_nano, 'late' AS "name"
       UNION ALL SELECT 0, 0, make_timestamp_ns(${firstNs + 5n}), 'early'`,
    )
    await writeAttributes(world, 'whole/span_event_attrs/part-1-e.parquet', [
      { parent: 1, key: 'n', type: 2, int: 3n },
    ])
    await world.parquet(
      'whole/span_links/part-1-f.parquet',
      `SELECT 0::UINTEGER AS id, 1::UINTEGER AS parent_id, unhex('${trace}') AS trace_id, unhex('${first}') AS span_id, 'k=v' AS trace_state
       UNION ALL SELECT 1, 1, NULL, NULL, NULL`,
    )
    await writeAttributes(world, 'whole/span_link_attrs/part-1-g.parquet', [textAttribute(0, 'why', 'retry')])
    expect(await world.rows('whole')).toEqual([
      {
        ...bare,
        span_id: second,
        service_name: 'cart',
        resource_attributes: { 'service.name': 'cart' },
        links: [
          { trace_id: trace, span_id: first, trace_state: 'k=v', attributes: { why: 'retry' } },
          { trace_id: '', span_id: '', trace_state: null, attributes: {} },
        ],
      },
      {
        ...bare,
        span_id: first,
        parent_span_id: second,
        span_name: 'GET /',
        span_kind: 'Server',
        duration_ns: 1_500,
        status_code: 'Error',
        status_message: 'no',
        scope_name: 'lib',
        scope_version: '1.2',
        service_name: 'shop',
        resource_attributes: { 'service.name': 'shop', 'process.args': '["a",1]' },
        attributes: {
          text: "it's",
          blank: '',
          int: '-9223372036854775807',
          double: '0.25',
          bool: 'false',
          map: '{"k":true,"n":null}',
          list: '["a",1]',
          bytes: '/wA=',
        },
        events: [
          { timestamp: '2026-05-01T10:00:00.123456794Z', name: 'early', attributes: {} },
          { timestamp: '2026-05-01T10:00:00.123456798Z', name: 'late', attributes: { n: '3' } },
        ],
      },
    ])
    expect(await world.layoutOf('whole')).toBe('otap')
    expect(await world.types('whole')).toEqual(spanTypes)
  })

  it('joins across the files of a table, each span with its own', async () => {
    await writeSpans(world, 'files/spans/part-1-a.parquet', [{ id: 0, span: first }])
    await writeSpans(world, 'files/spans/part-2-b.parquet', [{ id: 1, span: second }])
    await writeAttributes(world, 'files/span_attrs/part-1-a.parquet', [textAttribute(1, 'n', 'one')])
    await writeAttributes(world, 'files/span_attrs/part-2-b.parquet', [textAttribute(0, 'n', 'zero')])
    expect(await world.rows('files')).toEqual([
      { ...bare, span_id: second, attributes: { n: 'one' } },
      { ...bare, span_id: first, attributes: { n: 'zero' } },
    ])
  })

  it('reads each part by itself, as both count from 0', async () => {
    for (const [part, span, n] of [
      ['p1', first, 'one'],
      ['p2', second, 'two'],
    ] as const) {
      await writeSpans(world, `parts/spans/_part_id=${part}/part-1-a.parquet`, [{ id: 0, span }])
      await writeAttributes(world, `parts/span_attrs/_part_id=${part}/part-1-a.parquet`, [
        textAttribute(0, 'n', n),
      ])
    }
    expect(world.units().map(({ path }) => path)).toEqual(
      expect.arrayContaining(['parts/_part_id=p1', 'parts/_part_id=p2']),
    )
    expect(await world.rows('parts/_part_id=p1')).toEqual([
      { ...bare, span_id: first, attributes: { n: 'one' } },
    ])
    expect(await world.rows('parts/_part_id=p2')).toEqual([
      { ...bare, span_id: second, attributes: { n: 'two' } },
    ])
  })

  it('reads the flat columns of the format’s description, with ids that are unique', async () => {
    await world.parquet(
      'flat/spans/part-1-a.parquet',
      `SELECT 0::USMALLINT AS id, 7::USMALLINT AS resource_id, 'lib' AS scope_name, '2' AS scope_version,
        make_timestamp_ns(${firstNs}) AS start_time_unix_nano, INTERVAL '2 milliseconds' AS duration_time_unix_nano,
        unhex('${trace}') AS trace_id, unhex('${first}') AS span_id, 'a=b' AS trace_state, unhex('0000000000000000') AS parent_span_id,
        'work' AS "name", 5 AS kind, 1 AS status_code, '' AS status_status_message`,
    )
    await world.parquet(
      'flat/resource_attrs/part-1-a.parquet',
      `SELECT 7::USMALLINT AS parent_id, 'service.name' AS "key", 1::UTINYINT AS "type", 'shop' AS str`,
    )
    expect(await world.rows('flat')).toEqual([
      {
        ...bare,
        span_id: first,
        trace_state: 'a=b',
        span_kind: 'Consumer',
        duration_ns: 2_000_000,
        status_code: 'Ok',
        scope_name: 'lib',
        scope_version: '2',
        service_name: 'shop',
        resource_attributes: { 'service.name': 'shop' },
      },
    ])
  })

  it('takes a value whose column is left out, or NULL, for the default of its type', async () => {
    await writeSpans(world, 'defaults/spans/part-1-a.parquet', [{ id: 0, span: first }])
    await world.parquet(
      'defaults/span_attrs/part-1-a.parquet',
      `SELECT 0::UINTEGER AS parent_id, "key", "type"::UTINYINT AS "type", NULL::VARCHAR AS str
       FROM (VALUES ('s', 1), ('i', 2), ('d', 3), ('b', 4), ('m', 5), ('y', 7)) AS t("key", "type")`,
    )
    expect(await world.rows('defaults')).toMatchObject([
      { attributes: { s: '', i: '0', d: '0.0', b: 'false', y: '' } },
    ])
  })

  it('reads on where a key comes twice, is missing, or belongs to nothing', async () => {
    await writeSpans(world, 'odd/spans/part-1-a.parquet', [
      { id: 0, span: first },
      { id: null, resource: null, span: second },
    ])
    await world.parquet(
      'odd/span_attrs/part-1-a.parquet',
      `SELECT parent::UINTEGER AS parent_id, "key", 1::UTINYINT AS "type", str
       FROM (VALUES (0, 'twice', 'same'), (0, 'twice', 'same'), (0, NULL, 'x'), (NULL, 'k', 'x'), (9, 'k', 'x')) AS t(parent, "key", str)`,
    )
    expect(await world.rows('odd')).toEqual([
      { ...bare, span_id: second },
      { ...bare, span_id: first, attributes: { twice: 'same' } },
    ])
  })

  it('takes an event without a time to have happened at the start, and sees ids of the wrong length as absent', async () => {
    await writeSpans(world, 'events/spans/part-1-a.parquet', [{ id: 0, span: first, parent: '', trace: '' }])
    await world.parquet(
      'events/span_events/part-1-a.parquet',
      `SELECT 0::UINTEGER AS parent_id, NULL::TIMESTAMP_NS AS time_unix_nano, NULL::VARCHAR AS "name"`,
    )
    expect(await world.rows('events')).toEqual([
      {
        ...bare,
        trace_id: null,
        span_id: first,
        events: [{ timestamp: '2026-05-01T10:00:00.123456789Z', name: '', attributes: {} }],
      },
    ])
  })
})

describe('a file of a main table that was dropped alone', () => {
  it('gives spans without attributes, its ids read as bytes', async () => {
    await world.write('alone.parquet', spansFile)
    const row = { ...bare, span_id: first, span_kind: 'Client', duration_ns: 5, status_code: 'Ok' }
    expect(await world.rows('alone.parquet')).toEqual([row])
    expect(await world.layoutOf('alone.parquet')).toBe('otap')
    expect(await world.types('alone.parquet')).toEqual(spanTypes)
  })

  it('gives the same within a folder called spans that is no export of tables', async () => {
    await world.write('mine/spans/alone.parquet', spansFile)
    await world.write('mine/logs/notes.txt', 'x')
    expect(await world.rows('mine/spans/alone.parquet')).toMatchObject([{ span_id: first, trace_id: trace }])
  })

  it('is read with its attributes once they lie beside it', async () => {
    await world.write('later/spans/part-1-a.parquet', spansFile)
    await writeAttributes(world, 'later/span_attrs/part-1-b.parquet', [textAttribute(0, 'k', 'v')])
    expect(await world.rows('later')).toMatchObject([{ span_id: first, attributes: { k: 'v' } }])
  })
})
