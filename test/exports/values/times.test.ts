import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toSpanId, toTraceId } from '../../../src/exports/values/ids.ts'
import { toTimestamp, toTimestampOfAnyUnit } from '../../../src/exports/values/times.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('times')
})
afterAll(() => world.close())

async function read(value: string, toSql: (cell: { sql: string; type: string }) => string) {
  const [described] = await world.query(`DESCRIBE SELECT ${value} AS c`)
  const cell = { sql: 'c', type: String(described?.['column_type']) }
  const [row] = await world.query(`SELECT ${toSql(cell)} AS value FROM (SELECT ${value} AS c)`)
  return row?.['value']
}

const moment = '2026-01-01T00:00:00Z'

describe('a time whose unit nobody says', () => {
  it.each<[string, string | null]>([
    ['1767225600', moment],
    ['1767225600000', moment],
    ['1767225600000000', moment],
    ['1767225600000000000', moment],
    ["'1767225600'", moment],
    ["'1767225600000'", moment],
    ["'1767225600000000'", moment],
    ["'1767225600000000000'", moment],
    ['1767225600::UBIGINT', moment],
    ['1767225600::DOUBLE', moment],
    ['1767225600000.0::DOUBLE', moment],
    ['1767225600.5::DECIMAL(18, 3)', '2026-01-01T00:00:00.500Z'],
    ["'1767225600.123456789'", '2026-01-01T00:00:00.123456789Z'],
    ["'1767225600123.5'", '2026-01-01T00:00:00.123500Z'],
    ["'2026-01-01 00:00:00'", moment],
    ["'2026-01-01T01:00:00+01:00'", moment],
    ["TIMESTAMP '2026-01-01'", moment],
    ["TIMESTAMPTZ '2026-01-01 01:00:00+01'", moment],
    ["DATE '2026-01-01'", moment],
    ['100000000', '1973-03-03T09:46:40Z'],
    ['100000000000', '1973-03-03T09:46:40Z'],
    ['4102444800', '2100-01-01T00:00:00Z'],
    ['4102444800000', '2100-01-01T00:00:00Z'],
    ['4102444800000000', '2100-01-01T00:00:00Z'],
    ['4102444800000000000', '2100-01-01T00:00:00Z'],
    ["'NaN'::DOUBLE", null],
    ["'infinity'::DOUBLE", null],
    ['18446744073709551615::UBIGINT', null],
    ["'99999999999999999999999'", null],
    ["'1e12'", null],
    ["''", null],
    ['NULL::BIGINT', null],
    ['TRUE', null],
    ["TIME '10:00:00'", null],
  ])('%s', async (value, expected) => {
    expect(await read(value, toTimestampOfAnyUnit)).toBe(expected)
  })

  it('is not guessed where the unit is known', async () => {
    expect(await read('1767225600000', (cell) => toTimestamp(cell, 'ns'))).toBe('1970-01-01T00:29:27.225600Z')
  })
})

describe('an id that is a number', () => {
  it.each<[string, string | null]>([
    ['161::BIGINT', '00000000000000a1'],
    ['161::UTINYINT', '00000000000000a1'],
    ['161::INTEGER', '00000000000000a1'],
    ['18446744073709551615::UBIGINT', 'ffffffffffffffff'],
    ['(-1)::BIGINT', 'ffffffffffffffff'],
    ['0::BIGINT', null],
    ['NULL::UBIGINT', null],
    ['1.5::DOUBLE', null],
  ])('%s becomes a span id', async (value, expected) => {
    expect(await read(value, toSpanId)).toBe(expected)
  })

  it.each<[string, string]>([
    ['10::UHUGEINT', `${'0'.repeat(31)}a`],
    ['(-1)::HUGEINT', 'f'.repeat(32)],
    ["'0123456789abcdef0123456789abcdef'::UUID", '0123456789abcdef0123456789abcdef'],
  ])('%s becomes a trace id', async (value, expected) => {
    expect(await read(value, toTraceId)).toBe(expected)
  })
})
