import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'
import { readCanonical, recognise, selectCanonical } from './canonical-rows.ts'
import { type SqlRow, text, writeParquet } from './write-parquet.ts'

let world: LakeWorld
let files = 0

beforeAll(async () => {
  world = await createLakeWorld('clickhouse-forms')
})
afterAll(() => world.close())

const row: SqlRow = {
  Timestamp: "'2024-05-01 10:00:00.123456789'",
  TraceId: text(traceId(1)),
  SpanId: text(spanId(1)),
  ParentSpanId: "''",
  TraceState: "''",
  SpanName: "'GET /x'",
  SpanKind: "'Server'",
  ServiceName: "'shop'",
  ResourceAttributes: `'{"service.name":"shop"}'`,
  SpanAttributes: `'{"a":"1"}'`,
  Duration: "'1500000001'",
  StatusCode: "'Error'",
  StatusMessage: "'it broke'",
}

const canonical = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: null,
  trace_state: null,
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2024-05-01T10:00:00.123456789Z',
  duration_ns: 1_500_000_001,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: { 'service.name': 'shop' },
  attributes: { a: '1' },
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

async function readOne(columns: SqlRow) {
  const path = `f${++files}.parquet`
  await writeParquet(world, path, [{ ...row, ...columns }])
  const [span] = await readCanonical(world, path)
  return span
}

const attributesOf = async (sql: string) => (await readOne({ SpanAttributes: sql }))?.['attributes']

/** ClickHouse's own way to write a map in CSV. */
function toClickhouseText(map: Readonly<Record<string, string>>): string {
  const quote = (value: string) =>
    `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}'`
  return `{${Object.entries(map)
    .map(([key, value]) => `${quote(key)}:${quote(value)}`)
    .join(',')}}`
}

const hostile = {
  'schlüssel.größe': 'Ä 日本語 🎧',
  'with "quotes" and \'single\'': 'line\nbreak\ttab \\ backslash\r',
  comma: 'a, b, {c: d}, [e]=f',
  json: '{"a": [1, 2, {"b": null}]}',
  colon: 'x:{y}',
  empty: '',
  '': 'blank key',
  'a\\': "\\'",
  null: 'NULL',
}

describe('attributes as JSON text', () => {
  it('are read, with no columns for events, links and scope', async () => {
    expect(await readOne({})).toEqual(canonical)
    expect(await recognise(world, `f${files}.parquet`)).toMatchObject({ layout: 'clickhouse-traces' })
  })

  it('come through byte for byte', async () => {
    expect(await attributesOf(text(JSON.stringify(hostile)))).toEqual(hostile)
  })

  it('of mixed kinds become texts; a key without a value is left out', async () => {
    const json = '{"s":"1","i":1,"d":0.5,"b":true,"n":null,"l":[1,{"x":"y"}],"big":18446744073709551615}'
    expect(await attributesOf(text(json))).toEqual({
      s: '1',
      i: '1',
      d: '0.5',
      b: 'true',
      l: '[1,{"x":"y"}]',
      big: '18446744073709551615',
    })
  })

  it('give the columns the same types as maps do', async () => {
    await world.spans('map.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns: 1n }])
    await writeParquet(world, 'text.parquet', [row])
    const typesOf = async (path: string) =>
      (await world.query(`DESCRIBE ${await selectCanonical(world, path)}`)).map((column) => [
        column['column_name'],
        column['column_type'],
      ])
    expect(await typesOf('text.parquet')).toEqual(await typesOf('map.parquet'))
  })

  it('hold the scope in the oldest form', async () => {
    const json = '{"otel.scope.name":"lib","otel.scope.version":"0.1"}'
    expect(await readOne({ SpanAttributes: text(json) })).toMatchObject({
      scope_name: 'lib',
      scope_version: '0.1',
    })
  })

  it.each(['', 'nope', '[1]', '"x"', '7', '{"a":', "{'a':'b'", '{a', '{a=b, c=d=e}'])(
    'that are none (%s) are empty',
    async (value) => {
      expect(await attributesOf(text(value))).toEqual({})
    },
  )

  it('may be ten thousand, and a megabyte long', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key.${i}`, `v${i}`]))
    const long = { long: "it's ".repeat(200_000) }
    for (const map of [many, long]) {
      expect(await attributesOf(text(JSON.stringify(map)))).toEqual(map)
      expect(await attributesOf(text(toClickhouseText(map)))).toEqual(map)
    }
  })
})

describe('attributes of ClickHouse’s JSON type', () => {
  const nested =
    '{"http":{"method":"GET","status":{"code":200}},"plain":"x","list":[1,{"a":{"b":2}}],"none":{}}'
  const flat = {
    'http.method': 'GET',
    'http.status.code': '200',
    plain: 'x',
    list: '[1,{"a":{"b":2}}]',
    none: '{}',
  }

  it.each([
    ['text', text(nested)],
    ['DuckDB’s JSON', `${text(nested)}::JSON`],
    ['spaced text', text(nested.replaceAll(':', ' : '))],
  ])('become keys with dots out of %s', async (_, sql) => {
    const read = await attributesOf(sql)
    expect({ ...(read as object), list: '' }).toEqual({ ...flat, list: '' })
    expect(JSON.parse((read as typeof flat).list)).toEqual([1, { a: { b: 2 } }])
  })

  it('become keys with dots out of a struct, members that are NULL left out', async () => {
    const struct = `{'http': {'method': 'GET', 'size': NULL::BIGINT}, 'ok': TRUE, 'n': NULL::VARCHAR, 'l': [1, 2]}`
    expect(await attributesOf(struct)).toEqual({ 'http.method': 'GET', ok: 'true', l: '[1,2]' })
    expect(await attributesOf(`{'a': 1, 'b': NULL::BIGINT}`)).toEqual({ a: '1' })
    expect(await attributesOf(`NULL::STRUCT(a STRUCT(b BIGINT))`)).toEqual({})
  })

  it('keep odd keys as they are', async () => {
    const json = { 'a.b': { 'c"d': { "e'[0]": 'x' }, 'ü ✓': 'y' }, '': { '': 'z' } }
    expect(await attributesOf(text(JSON.stringify(json)))).toEqual({
      'a.b.c"d.e\'[0]': 'x',
      'a.b.ü ✓': 'y',
      '.': 'z',
    })
  })

  it('keep the last of two that become the same key', async () => {
    expect(await attributesOf(text('{"a":{"b":1},"a.b":2}'))).toEqual({ 'a.b': '2' })
  })

  it('stay JSON text below the eighth object', async () => {
    const deep = (levels: number): object | string => (levels === 0 ? 'x' : { k: deep(levels - 1) })
    expect(await attributesOf(text(JSON.stringify(deep(9))))).toEqual({
      [Array(9).fill('k').join('.')]: 'x',
    })
    expect(await attributesOf(text(JSON.stringify(deep(11))))).toEqual({
      [Array(9).fill('k').join('.')]: '{"k":{"k":"x"}}',
    })
  })
})

describe('attributes as CSV has them', () => {
  it('are read as ClickHouse writes them', async () => {
    expect(await attributesOf(text(toClickhouseText(hostile)))).toEqual(hostile)
    expect(await attributesOf(text(`{'k':'v','k2':'it\\'s'}`))).toEqual({ k: 'v', k2: "it's" })
    expect(await attributesOf(text(`{'k':'','k2':'don''t', 'k3' : 'x'}`))).toEqual({
      k: '',
      k2: "don't",
      k3: 'x',
    })
    expect(await attributesOf(text(`{'k':'\\b\\f\\0\\x'}`))).toEqual({ k: '\b\f\0x' })
    expect(await attributesOf(text(`{'k':''','''}`))).toEqual({ k: "','" })
  })

  it('are read as DuckDB writes them, but for a key that ends in a backslash, which it cannot read itself', async () => {
    const { 'a\\': _, ...readable } = hostile
    const map = Object.entries(readable)
      .map(([key, value]) => `${text(key)}: ${text(value)}`)
      .join(', ')
    expect(await attributesOf(`CAST(MAP {${map}} AS VARCHAR)`)).toEqual(readable)
    expect(await attributesOf(text('{k=v, k2=v2}'))).toEqual({ k: 'v', k2: 'v2' })
  })
})

describe('events and links', () => {
  const lists = (events: readonly string[], links: readonly string[]): SqlRow => ({
    'Events.Timestamp': events[0] ?? '',
    'Events.Name': events[1] ?? '',
    'Events.Attributes': events[2] ?? '',
    'Links.TraceId': links[0] ?? '',
    'Links.SpanId': links[1] ?? '',
    'Links.TraceState': links[2] ?? '',
    'Links.Attributes': links[3] ?? '',
  })
  const times = ['2024-05-01 10:00:00.123456790', '2024-05-01 10:00:01.000000000']
  const expected = {
    events: [
      { timestamp: '2024-05-01T10:00:00.123456790Z', name: "it's, [one]", attributes: { a: 'b, c' } },
      { timestamp: '2024-05-01T10:00:01Z', name: 'two', attributes: {} },
    ],
    links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: 'k=v', attributes: { x: 'y' } }],
  }

  it.each([
    [
      'ClickHouse’s text',
      [`['${times.join("','")}']`, `['it\\'s, [one]','two']`, `[{'a':'b, c'},{}]`],
      [`['${traceId(2)}']`, `['${spanId(2)}']`, `['k=v']`, `[{'x':'y'}]`],
    ],
    [
      'JSON text',
      [JSON.stringify(times), JSON.stringify(["it's, [one]", 'two']), '[{"a":"b, c"},{}]'],
      [`["${traceId(2)}"]`, `["${spanId(2)}"]`, '["k=v"]', '[{"x":"y"}]'],
    ],
    [
      'DuckDB’s text',
      [`['${times.join("', '")}']`, `['it\\'s, [one]', two]`, `[{a='b, c'}, {}]`],
      [`[${traceId(2)}]`, `[${spanId(2)}]`, `['k=v']`, '[{x=y}]'],
    ],
  ])('are read out of %s', async (_, events, links) => {
    expect(await readOne(lists(events.map(text), links.map(text)))).toEqual({ ...canonical, ...expected })
  })

  it('are read out of typed lists with attributes as JSON text, nested ones too', async () => {
    const columns = lists(
      ["[TIMESTAMP_NS '2024-05-01 10:00:01']", "['e']", `['{"a":{"b":1}}']`],
      [`['${traceId(2)}']`, `['${spanId(2)}']`, `['']`, `[{'x': {'y': 1}}]`],
    )
    expect(await readOne(columns)).toMatchObject({
      events: [{ timestamp: '2024-05-01T10:00:01Z', name: 'e', attributes: { 'a.b': '1' } }],
      links: [{ attributes: { 'x.y': '1' } }],
    })
  })

  it.each(['', '[]', 'nope', '{}', '[1'])('are none in a text such as "%s"', async (value) => {
    const broken = Array(4).fill(text(value))
    expect(await readOne(lists(broken, broken))).toEqual(canonical)
  })
})

it('reads JSON lines, whose values all come as texts', async () => {
  const json = {
    ...Object.fromEntries(Object.entries(row).map(([name, sql]) => [name, sql.slice(1, -1)])),
    SpanAttributes: { a: '1', deep: { er: 2 } },
    ResourceAttributes: { 'service.name': 'shop' },
    Duration: '18446744073709551615',
    'Events.Timestamp': ['2024-05-01 10:00:01.000000005'],
    'Events.Name': ['e'],
    'Events.Attributes': [{ k: "v'" }],
  }
  writeFileSync(join(world.exportsDir, 'rows.jsonl'), `${JSON.stringify(json)}\n`)
  expect(await readCanonical(world, 'rows.jsonl')).toEqual([
    {
      ...canonical,
      duration_ns: 0,
      attributes: { a: '1', 'deep.er': '2' },
      events: [{ timestamp: '2024-05-01T10:00:01.000000005Z', name: 'e', attributes: { k: "v'" } }],
    },
  ])
})

describe('log records', () => {
  const record: SqlRow = {
    Timestamp: "'2024-05-01 10:00:00.000000007'",
    TraceId: text(traceId(1).toUpperCase()),
    SpanId: text(spanId(1)),
    TraceFlags: "'1'",
    SeverityText: "'ERROR'",
    SeverityNumber: "'17'",
    ServiceName: "'shop'",
    Body: `'"quoted" stays'`,
    ResourceAttributes: `'{}'`,
    LogAttributes: `'{"event.name":"sold","a":{"b":[1]}}'`,
  }

  it.each([
    ['JSON text', `'{"event.name":"sold","a":{"b":[1]}}'`],
    ['a struct', `{'event.name': 'sold', 'a': {'b': [1]}}`],
    ['ClickHouse’s text', text(`{'event.name':'sold','a.b':'[1]'}`)],
  ])('are read with attributes as %s', async (_, sql) => {
    const path = `logs${++files}.parquet`
    await writeParquet(world, path, [{ ...record, LogAttributes: sql }])
    expect(await recognise(world, path)).toMatchObject({ layout: 'clickhouse-logs' })
    expect(await readCanonical(world, path)).toEqual([
      {
        timestamp: '2024-05-01T10:00:00.000000007Z',
        trace_id: traceId(1),
        span_id: spanId(1),
        trace_flags: 1,
        severity_text: 'ERROR',
        severity_number: 17,
        service_name: 'shop',
        body: '"quoted" stays',
        event_name: 'sold',
        resource_attributes: {},
        attributes: { 'event.name': 'sold', 'a.b': '[1]' },
        scope_name: null,
        scope_version: null,
      },
    ])
  })
})
