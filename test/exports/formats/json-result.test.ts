import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})
afterAll(() => world.close())

const meta = [
  { name: 'a', type: 'String' },
  { name: 'B~/c', type: 'Map(String, String)' },
]
const result = (data: unknown, more: object = {}) =>
  JSON.stringify({ meta, data, rows: 2, statistics: { elapsed: 0.001 }, ...more }, null, '\t')

const two = [
  { a: 'x', 'B~/c': '{"k":"v"}' },
  { a: null, 'B~/c': '{}' },
]

describe('the result of a query in JSON', () => {
  it('gives its rows, objects', async () => {
    const rows = [{ a: 'x', 'B~/c': { k: 'v' } }, { 'B~/c': {} }]
    expect(await world.read(result(rows))).toEqual(two)
  })

  it('gives its rows, lists in the order of the columns', async () => {
    expect(
      await world.read(
        result([
          ['x', { k: 'v' }],
          [null, {}],
        ]),
      ),
    ).toEqual(two)
  })

  it('gives columns of names that differ in case once', async () => {
    const names = ['a', 'A', 'b'].map((name) => ({ name, type: 'String' }))
    expect(await world.read(result([['1', '2', '3']], { meta: names }))).toEqual([{ a: '1', b: '3' }])
  })

  it('may be without rows', async () => {
    expect(await world.read(result([], { rows: 0 }))).toEqual([])
    expect([...(await world.open(result([], { rows: 0 }))).columns.keys()]).toEqual(['a', 'B~/c'])
  })

  it.each([
    ['columns', { a: ['x'], b: [{}] }],
    ['a number', 7],
    ['null', null],
  ])('is set aside where its data is %s', async (_, data) => {
    expect(await world.refuse(result(data))).toMatchObject({
      message: 'It is the result of a query without its rows.',
      next: 'Export it as JSONEachRow.',
    })
  })

  it('is set aside where its columns have no names', async () => {
    expect(await world.refuse(result([['x']], { meta: [] }))).toMatchObject({ code: 'unreadable_file' })
    expect(await world.refuse(result([['x']], { meta: 'none' }))).toMatchObject({ code: 'unreadable_file' })
  })

  it('is told by its three members, and not by a row that has one of them', async () => {
    expect(await world.read('{"data": [1], "rows": 2}')).toEqual([{ data: '[1]', rows: '2' }])
  })
})
