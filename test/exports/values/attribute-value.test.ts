import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toAttributeValue } from '../../../src/exports/values/attributes/attribute-value.ts'
import { toUnnestedAttributes } from '../../../src/exports/values/attributes/nested-attributes.ts'
import { absent } from '../../../src/exports/values/cell.ts'
import { toRawText, toSpanName, toText } from '../../../src/exports/values/texts.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('attribute-value')
})
afterAll(() => world.close())

/** What an expression over the column `c` gives, for a value of any type. */
async function read(value: string, toSql: (cell: { sql: string; type: string }) => string) {
  const [described] = await world.query(`DESCRIBE SELECT ${value} AS c`)
  const sql = toSql({ sql: 'c', type: String(described?.['column_type']) })
  const [row] = await world.query(`SELECT ${sql} AS v FROM (SELECT ${value} AS c)`)
  return row?.['v']
}

const readKey = (value: string, key: string) => read(value, (cell) => toAttributeValue(cell, key).sql)

describe('the value of one key', () => {
  it.each<[string, string]>([
    ['a map of texts', `MAP {'a': 'x', 'n': '7'}`],
    ['a map of JSON', `MAP {'a': '"x"'::JSON, 'n': '7'::JSON}`],
    ['a struct', `{'a': 'x', 'n': 7}`],
    ['a list of pairs', `[{'key': 'a', 'value': 'x'}, {'key': 'n', 'value': '7'}]`],
    ['JSON', `'{"a":"x","n":7}'::JSON`],
    ['a text of JSON', `'{"a":"x","n":7}'`],
    ['a text as DuckDB writes it', `CAST(MAP {'a': 'x', 'n': '7'} AS VARCHAR)`],
    ['a text as Python writes it', `'{''a'': ''x'', ''n'': 7}'`],
  ])('is taken out of %s', async (_, value) => {
    expect(await readKey(value, 'a')).toBe('x')
    expect(await readKey(value, 'n')).toBe('7')
    expect(await readKey(value, 'other')).toBeNull()
  })

  it.each(['NULL::MAP(VARCHAR, VARCHAR)', 'NULL::VARCHAR', `'no attributes'`, `MAP {'a': NULL::VARCHAR}`])(
    'is NULL where %s holds none',
    async (value) => {
      expect(await readKey(value, 'a')).toBeNull()
    },
  )

  it('is found whatever the key holds', async () => {
    expect(await readKey(`MAP {'it''s "a" $.b[0]': 'x'}`, `it's "a" $.b[0]`)).toBe('x')
  })

  it('is that of the map which the layout reads', async () => {
    const nested = `'{"event":{"name":"x"}}'`
    expect(await readKey(nested, 'event.name')).toBeNull()
    const unnested = read(nested, (cell) => toAttributeValue(cell, 'event.name', toUnnestedAttributes).sql)
    expect(await unnested).toBe('x')
  })

  it('is absent where the column is', () => {
    expect(toAttributeValue(absent, 'a')).toBe(absent)
  })
})

describe('texts', () => {
  it.each<[string, unknown, unknown, string]>([
    [`' x'`, ' x', ' x', ' x'],
    [`''`, null, '', ''],
    ['NULL::VARCHAR', null, null, ''],
    ['7', '7', '7', '7'],
  ])('of %s are blank or NULL as is asked for', async (value, text, raw, name) => {
    expect([await read(value, toText), await read(value, toRawText), await read(value, toSpanName)]).toEqual([
      text,
      raw,
      name,
    ])
  })

  it('of an absent column are NULL, a span name blank', async () => {
    const [row] = await world.query(`SELECT ${toRawText(absent)} AS raw, ${toSpanName(absent)} AS name`)
    expect(row).toEqual({ raw: null, name: '' })
  })
})
