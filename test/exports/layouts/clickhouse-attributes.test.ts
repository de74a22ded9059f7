import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise, selectCanonical } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'
import { canonical, row } from './clickhouse-rows.ts'

let world: LakeWorld

let files = 0

beforeAll(async () => {
  world = await createLakeWorld('clickhouse-forms')
})

afterAll(() => world.close())

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
