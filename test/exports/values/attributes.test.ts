import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toAttributes } from '../../../src/exports/values/attributes/attributes.ts'
import { toUnnestedAttributes } from '../../../src/exports/values/attributes/nested-attributes.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('attributes')
})
afterAll(() => world.close())

/** The attribute maps that both normalisers make of an SQL value; they differ in nested objects only. */
async function read(value: string) {
  const [described] = await world.query(`DESCRIBE SELECT ${value} AS c`)
  const cell = { sql: 'c', type: String(described?.['column_type']) }
  const maps = `${toAttributes(cell)} AS plain, ${toUnnestedAttributes(cell)} AS unnested`
  const [row] = await world.query(`SELECT ${maps} FROM (SELECT ${value} AS c)`)
  return row
}

const text = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`

describe('attributes as a list of pairs', () => {
  it.each<[string, string]>([
    ['structs of key and value', "[{'key': 'a', 'value': '1'}, {'key': 'b', 'value': ''}]"],
    ['structs of any two names', "[{'name': 'a', 'v': '1'}, {'name': 'b', 'v': ''}]"],
    ['tuples of ClickHouse', "[{'1': 'a', '2': '1'}, {'1': 'b', '2': ''}]"],
    ['lists of two', "[['a', '1'], ['b', '']]"],
    [
      'JSON objects',
      `${text([
        { key: 'a', value: 1 },
        { key: 'b', value: '' },
      ])}::JSON`,
    ],
    [
      'JSON objects in another order',
      text([
        { value: 1, key: 'a' },
        { value: '', key: 'b' },
      ]),
    ],
    [
      'JSON objects with a type',
      text([
        { key: 'a', value: 1, type: 'int' },
        { key: 'b', value: '', type: 'x' },
      ]),
    ],
    [
      'JSON lists',
      text([
        ['a', 1],
        ['b', ''],
      ]),
    ],
    ['pairs of which some are none', text([['a', 1], null, [], ['c'], ['x', 'y', 'z'], 7, ['b', '']])],
    ['keys that come twice', "[['a', '0'], ['b', ''], ['a', '1']]"],
    ['keys and values that are NULL', "[['a', '1'], [NULL, 'x'], ['c', NULL], ['b', ''], NULL]"],
  ])('is read out of %s', async (_, value) => {
    const map = { a: '1', b: '' }
    expect(await read(value)).toEqual({ plain: map, unnested: map })
  })

  it.each([
    '[]::VARCHAR[][]',
    'NULL::VARCHAR[][]',
    '[1, 2]',
    "['a', 'b']",
    text([1, 2]),
    text([{ a: 1, b: 2 }]),
    text([[1, 2]]),
    text([{ a: 'x' }]),
    "[{'a': 1, 'b': 2, 'c': 3}]",
  ])('is not %s', async (value) => {
    expect(await read(value)).toEqual({ plain: {}, unnested: {} })
  })
})

describe('a map of values that are no texts', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ["MAP {'a': 1, 'b': NULL}", { a: '1' }],
    ["MAP {'a': 1.5::DOUBLE}", { a: '1.5' }],
    ["MAP {'a': TRUE}", { a: 'true' }],
    ["MAP {'a': ['x', 'y']}", { a: '["x","y"]' }],
    ["MAP {'a': {'x': 1}}", { a: '{"x":1}' }],
    ["MAP {'a': MAP {'x': 1}}", { a: '{"x":1}' }],
    ["MAP {'a': TIMESTAMP '2026-01-01'}", { a: '2026-01-01T00:00:00Z' }],
    [`MAP {'a': '"x"'::JSON}`, { a: 'x' }],
    ["MAP {'a': encode('größe')}", { a: 'größe' }],
    ["MAP {'a': '\\xFF'::BLOB}", { a: '/w==' }],
    ['MAP {1: 2}', { '1': '2' }],
    ['MAP {}::MAP(VARCHAR, INTEGER)', {}],
    ['NULL::MAP(VARCHAR, INTEGER)', {}],
  ])('%s', async (value, map) => {
    expect(await read(value)).toEqual({ plain: map, unnested: map })
  })
})
