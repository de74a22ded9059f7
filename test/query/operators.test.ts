import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { type Cell, compareCells, fieldOf } from './evaluate.ts'
import { compileSample, createSample, type Sample } from './sample.ts'
import { createRows } from './sample-rows.ts'

let sample: Sample
const rows = createRows(400, 1)

beforeAll(async () => {
  sample = await createSample(rows)
})

afterAll(() => sample.close())

const spanIds = async (filters: readonly object[]) =>
  (await sample.query('table', { columns: ['SpanId'], filters: filters as never, limit: 1000 }))
    .map(([id]) => id)
    .toSorted()

const idsWhere = (path: string, holds: (cell: Cell) => boolean) =>
  sample.rows
    .filter((row) => holds(fieldOf(path).read(row)))
    .map((row) => row.spanId)
    .toSorted()

const someReal = rows.find(({ real }) => real !== null && real > 0)?.real ?? 0

/** Per type: a column, and an operand on the wire and in the rows. */
const cases: readonly (readonly [string, unknown, Exclude<Cell, null>])[] = [
  ['Attributes.text', 'beta gamma', 'beta gamma'],
  ['Attributes.whole', '9007199254740993', 9007199254740993n],
  ['Attributes.small', 3, 3n],
  ['Attributes.real', String(someReal), someReal],
  ['Attributes.flag', 'true', true],
  ['Attributes.moment', '2025-09-11T14:26:42.000000002+02:00', 1_757_593_602_000_000_002n],
]

const holds: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
}

describe.each(cases)('%s against %j', (path, wire, operand) => {
  test.each(Object.keys(holds))('%s leaves out rows without a value', async (name) => {
    const wanted = idsWhere(
      path,
      (cell) => cell !== null && holds[name]?.(compareCells(cell, operand)) === true,
    )
    expect(await spanIds([{ path, [name]: wire }])).toEqual(wanted)
  })

  test('neq and not_in keep rows without a value', async () => {
    const wanted = idsWhere(path, (cell) => cell === null || compareCells(cell, operand) !== 0)
    expect(idsWhere(path, (cell) => cell === null).length).toBeGreaterThan(40)
    expect(await spanIds([{ path, neq: wire }])).toEqual(wanted)
    expect(await spanIds([{ path, not_in: [wire] }])).toEqual(wanted)
  })

  test('in, exists', async () => {
    expect(await spanIds([{ path, in: [wire] }])).toEqual(await spanIds([{ path, eq: wire }]))
    expect(await spanIds([{ path, exists: true }])).toEqual(idsWhere(path, (cell) => cell !== null))
    expect(await spanIds([{ path, exists: false }])).toEqual(idsWhere(path, (cell) => cell === null))
  })

  test('eq finds rows, and not all', async () => {
    const found = await spanIds([{ path, eq: wire }])
    expect(found.length).toBeGreaterThan(0)
    expect(found.length).toBeLessThan(sample.rows.length)
  })
})

describe('lists', () => {
  test('hold several values, of several spellings', async () => {
    const wanted = idsWhere('Attributes.small', (cell) => cell === 1n || cell === 2n || cell === 3n)
    expect(await spanIds([{ path: 'Attributes.small', in: ['1', 2, 3.0] }])).toEqual(wanted)
  })

  test('a thousand values', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => i - 2)
    const wanted = idsWhere('Attributes.small', (cell) => cell !== null && Number(cell) >= -2)
    expect(await spanIds([{ path: 'Attributes.small', in: many }])).toEqual(wanted)
  })
})

describe('texts', () => {
  const lower = (cell: Cell) => (typeof cell === 'string' ? cell.toLowerCase() : '')

  test.each(['ALPHA', 'größe', 'GRÖSSE', '"', "'", '%', '_', '\\', '🎧', '; drop', ''])(
    'contains %j',
    async (text) => {
      const wanted = idsWhere(
        'Attributes.text',
        (cell) => cell !== null && lower(cell).includes(text.toLowerCase()),
      )
      expect(wanted.length).toBeGreaterThan(0)
      expect(await spanIds([{ path: 'Attributes.text', contains: text }])).toEqual(wanted)
    },
  )

  test.each(['ALPHA', 'gr', ' ', '日本', 'gamma'])('starts_with %j', async (text) => {
    const wanted = idsWhere('Attributes.text', (cell) => lower(cell).startsWith(text.toLowerCase()))
    expect(await spanIds([{ path: 'Attributes.text', starts_with: text }])).toEqual(wanted)
  })
})

describe('several operators and filters', () => {
  test('of one filter must all hold', async () => {
    const wanted = idsWhere(
      'Attributes.small',
      (cell) => cell !== null && Number(cell) >= 2 && Number(cell) < 6 && cell !== 4n,
    )
    expect(await spanIds([{ path: 'Attributes.small', gte: 2, lt: 6, neq: 4 }])).toEqual(wanted)
  })

  test('of one list must all hold', async () => {
    const both = sample.rows.filter(({ flag, small }) => flag === true && small !== null && small > 5n)
    const filters = [
      { path: 'Attributes.flag', eq: 1 },
      { path: 'Attributes.small', gt: 5 },
    ]
    expect(await spanIds(filters)).toEqual(both.map((row) => row.spanId).toSorted())
  })
})

const failure = (filter: object) => {
  try {
    compileSample('facet', { path: 'TraceId', filters: [{ path: 'TraceId', exists: true }, filter] as never })
  } catch (error) {
    return error instanceof AppError ? error.details : error
  }
  return undefined
}

describe('refused', () => {
  const other = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'exists']

  test.each(
    ['contains', 'starts_with', 'regex'].flatMap((name) =>
      ['whole', 'real', 'flag', 'moment'].map((column) => [name, column] as const),
    ),
  )('%s on the column %s', (name, column) => {
    expect(failure({ path: `Attributes.${column}`, [name]: 'x' })).toMatchObject({
      code: 'invalid_argument',
      path: `queries.facet[0].filters[1].${name}`,
      actual: name,
      expected: other,
    })
  })

  test('a filter without an operator', () => {
    expect(failure({ path: 'TraceId' })).toMatchObject({
      code: 'invalid_argument',
      path: 'queries.facet[0].filters[1]',
      expected: [...other.slice(0, 8), 'contains', 'starts_with', 'regex', 'exists'],
      next: 'Add one, e.g. {"path":"TraceId","exists":true}.',
    })
  })

  test('a value of a list, by its place', () => {
    expect(failure({ path: 'Attributes.small', in: [1, 2, 'three'] })).toMatchObject({
      path: 'queries.facet[0].filters[1].in[2]',
      actual: 'three',
    })
  })
})
