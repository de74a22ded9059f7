import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineStatement, type Engine } from '../../src/engine/engine.ts'
import { openEngine } from '../query/sample.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
})

afterAll(() => engine.close())

const read = async (expression: string) => {
  const rows = await engine.run(defineStatement(`SELECT ${expression} AS v`))
  expect(JSON.parse(JSON.stringify(rows))).toEqual(rows)
  return rows[0]?.['v']
}

describe('integers', () => {
  test.each([
    ['(-128)::TINYINT', -128],
    ['255::UTINYINT', 255],
    ['(-32768)::SMALLINT', -32768],
    ['65535::USMALLINT', 65535],
    ['(-2147483648)::INTEGER', -2147483648],
    ['4294967295::UINTEGER', 4294967295],
    ['9007199254740991::BIGINT', 9007199254740991],
    ['(-9007199254740991)::BIGINT', -9007199254740991],
    ['9007199254740992::BIGINT', '9007199254740992'],
    ['(-9007199254740993)::BIGINT', '-9007199254740993'],
    ['9223372036854775807::BIGINT', '9223372036854775807'],
    ['18446744073709551615::UBIGINT', '18446744073709551615'],
    ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
    ['(-5)::HUGEINT', -5],
    ['340282366920938463463374607431768211455::UHUGEINT', '340282366920938463463374607431768211455'],
  ])('%s', async (expression, wanted) => expect(await read(expression)).toBe(wanted))
})

describe('other numbers', () => {
  test.each([
    ['1.5::FLOAT', 1.5],
    ['0.1::DOUBLE', 0.1],
    ["'nan'::DOUBLE", 'NaN'],
    ["'inf'::DOUBLE", 'Infinity'],
    ["'-inf'::FLOAT", '-Infinity'],
    ["'-0.0'::DOUBLE", 0],
    ['1.7976931348623157e308::DOUBLE', Number.MAX_VALUE],
    ['5e-324::DOUBLE', 5e-324],
    ['1.50::DECIMAL(4,2)', '1.50'],
    ['(-0.05)::DECIMAL(18,2)', '-0.05'],
    ['12345678901234567890.123456789::DECIMAL(38,9)', '12345678901234567890.123456789'],
  ])('%s', async (expression, wanted) => expect(await read(expression)).toBe(wanted))
})

describe('times', () => {
  test.each([
    ["DATE '2026-05-01'", '2026-05-01'],
    ["DATE '1969-12-31'", '1969-12-31'],
    ["DATE 'infinity'", 'infinity'],
    ["DATE '-infinity'", '-infinity'],
    ["TIME '10:00:01.5'", '10:00:01.5'],
    ["TIMETZ '10:00:00+02'", '10:00:00+02'],
    ["TIMESTAMP '2026-05-01 10:00:00'", '2026-05-01T10:00:00Z'],
    ["TIMESTAMP '2026-05-01 10:00:00.000001'", '2026-05-01T10:00:00.000001Z'],
    ["TIMESTAMP '1969-12-31 23:59:59.999'", '1969-12-31T23:59:59.999Z'],
    ["TIMESTAMP_S '1960-02-29 00:00:00'", '1960-02-29T00:00:00Z'],
    ["TIMESTAMP_MS '2026-05-01 10:00:00.120'", '2026-05-01T10:00:00.120Z'],
    ["TIMESTAMP_NS '2026-05-01 10:00:00.000000001'", '2026-05-01T10:00:00.000000001Z'],
    ['make_timestamp_ns(-1)', '1969-12-31T23:59:59.999999999Z'],
    ["TIMESTAMPTZ '2026-05-01 10:00:00+02'", '2026-05-01T08:00:00Z'],
    ["TIMESTAMP 'infinity'", 'infinity'],
    ["TIMESTAMP '-infinity'", '-infinity'],
    ["TIMESTAMPTZ 'infinity'", 'infinity'],
    ["TIMESTAMP_S 'infinity'", 'infinity'],
    ["TIMESTAMP_MS '-infinity'", '-infinity'],
    ["TIMESTAMP_NS 'infinity'", 'infinity'],
    ["TIMESTAMP '20000-01-01 00:00:01.5'", '+020000-01-01T00:00:01.500Z'],
    ["TIMESTAMP '0005-01-01 (BC)'", '-000004-01-01T00:00:00Z'],
    ["TIMESTAMP '290000-01-01'", '290000-01-01 00:00:00'],
    ["INTERVAL '1 year 2 days 3 seconds'", '1 year 2 days 00:00:03'],
  ])('%s', async (expression, wanted) => expect(await read(expression)).toBe(wanted))
})

describe('texts and bytes', () => {
  test.each([
    ["'🎧 größe'", '🎧 größe'],
    ["''", ''],
    ["'a' || chr(10) || '\"'", 'a\n"'],
    ["'\\x00\\xFFa'::BLOB", '\\x00\\xFFa'],
    ["'6f9619ff-8b86-d011-b42d-00c04fc964ff'::UUID", '6f9619ff-8b86-d011-b42d-00c04fc964ff'],
    ["'b'::ENUM('a', 'b')", 'b'],
    ["'0101'::BIT", '0101'],
    ['TRUE', true],
    ['NULL', null],
    ['NULL::INTEGER', null],
  ])('%s', async (expression, wanted) => expect(await read(expression)).toBe(wanted))
})

describe('nested', () => {
  test.each([
    ['[1, NULL, 9007199254740993]', [1, null, '9007199254740993']],
    ['[]', []],
    ['[1, 2]::INTEGER[2]', [1, 2]],
    ["MAP {'k': 'v', 'it''s': NULL}", { k: 'v', "it's": null }],
    ["MAP {'__proto__': 1}", JSON.parse('{"__proto__": 1}')],
    ['MAP {1: 2}', { 1: 2 }],
    ["{'a': 1, 'b': [TIMESTAMP '1970-01-01']}", { a: 1, b: ['1970-01-01T00:00:00Z'] }],
    ["MAP {'m': MAP {'n': {'o': ['nan'::DOUBLE]}}}", { m: { n: { o: ['NaN'] } } }],
    [
      "[{'t': make_timestamp_ns(1), 'a': MAP {'x': 'y'}}]",
      [{ t: '1970-01-01T00:00:00.000000001Z', a: { x: 'y' } }],
    ],
    ['MAP {}', {}],
  ])('%s', async (expression, wanted) => expect(await read(expression)).toEqual(wanted))
})

test('every type of DuckDB, with its least and greatest value, survives JSON', async () => {
  const rows = await engine.run(defineStatement('SELECT * FROM test_all_types()'))
  expect(rows).toHaveLength(3)
  expect(JSON.parse(JSON.stringify(rows))).toEqual(rows)
})

test('columns of one name are kept apart', async () => {
  expect(await engine.run(defineStatement('SELECT 1 AS a, 2 AS a, 3 AS "A"'))).toEqual([
    { a: 1, 'a:1': 2, A: 3 },
  ])
})
