import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSample, type Sample } from './sample.ts'
import { rareKeys, type SampleRow } from './sample-rows.ts'

let sample: Sample

beforeAll(async () => {
  sample = await createSample()
})

afterAll(() => sample.close())

const path = (key: keyof typeof rareKeys) => `Attributes.${rareKeys[key]}`

const idsWhere = (holds: (row: SampleRow) => boolean) =>
  sample.rows
    .filter(holds)
    .map((row) => row.spanId)
    .toSorted()

const spanIds = async (filter: object) =>
  (await sample.query('table', { columns: ['SpanId'], filters: [filter] as never, limit: 1000 }))
    .map(([id]) => id)
    .toSorted()

const read = (row: SampleRow, key: keyof typeof rareKeys) => row.attributes[rareKeys[key]]

describe('an attribute that only the map holds', () => {
  test('text: nothing and an empty text are both no value', async () => {
    expect(idsWhere((row) => read(row, 'text') === '').length).toBeGreaterThan(10)
    expect(await spanIds({ path: path('text'), exists: true })).toEqual(
      idsWhere((row) => Boolean(read(row, 'text'))),
    )
    expect(await spanIds({ path: path('text'), neq: 'red' })).toEqual(
      idsWhere((row) => read(row, 'text') !== 'red'),
    )
    expect(await spanIds({ path: path('text'), contains: "GR'" })).toEqual(
      idsWhere((row) => read(row, 'text') === "gr'een"),
    )
  })

  test('numbers: what is no number is no value', async () => {
    const numbers = sample.rows
      .map((row) => read(row, 'number'))
      .filter((text) => text && text !== 'not a number')
    const total = numbers.reduce((sum, text) => sum + Number(text), 0)
    const aggregates = ['sum', 'count', 'min', 'max'].map((fn) => ({ name: fn, fn, path: path('number') }))
    expect(await sample.query('scalar', { aggregates })).toEqual([[total, numbers.length, -2, 700]])
    expect(await spanIds({ path: path('number'), gt: '1.25' })).toEqual(
      idsWhere((row) => Number(read(row, 'number')) > 1.25),
    )
  })

  test('booleans', async () => {
    expect(await spanIds({ path: path('flag'), eq: 'TRUE' })).toEqual(
      idsWhere((row) => read(row, 'flag') === 'true'),
    )
    expect(await spanIds({ path: path('flag'), exists: false })).toEqual(
      idsWhere((row) => !['true', 'false'].includes(read(row, 'flag') ?? '')),
    )
  })

  test('times, to UTC', async () => {
    const count = idsWhere((row) => read(row, 'time')?.startsWith('2026') ?? false).length
    const rows = await sample.query('facet', { path: path('time') })
    expect(rows).toContainEqual(['2026-05-01T08:00:00Z', count])
    expect(await spanIds({ path: path('time'), eq: '2026-05-01T08:00:00Z' })).toHaveLength(count)
  })

  test('as a group and an order', async () => {
    const aggregates = [{ name: 'n', fn: 'count', path: '*' }]
    const orders = [{ path: path('text'), direction: 'asc' as const }]
    const rows = await sample.query('scalar', { aggregates, grouping: [path('text')], orders })
    const counts = Map.groupBy(sample.rows, (row) => read(row, 'text') || null)
    expect(rows).toEqual(['blue', "gr'een", 'red', null].map((text) => [text, counts.get(text)?.length]))
  })
})
