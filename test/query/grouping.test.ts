import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { compileSample, createSample, type Sample, source } from './sample.ts'
import { createRows, type SampleRow, start } from './sample-rows.ts'

const template = createRows(1, 5)[0] as SampleRow

const row = (i: number, cells: Partial<SampleRow>): SampleRow => ({
  ...template,
  ns: start,
  spanId: `${i}`.padStart(16, '0'),
  ...cells,
})

let sample: Sample

beforeAll(async () => {
  sample = await createSample([
    row(1, { team: 'red', flag: true, moment: 0n, small: 5n, real: 1 }),
    row(2, { team: 'red', flag: true, moment: 0n, small: 1n, real: 2 }),
    row(3, { team: 'red', flag: null, moment: 1n, small: null, real: 4 }),
    row(4, { team: 'blue', flag: false, moment: -1n, small: 7n, real: Number.NaN }),
    row(5, { team: null, flag: false, moment: null, small: 7n, real: null }),
    row(6, { team: null, flag: false, moment: null, small: 9n, real: -3 }),
  ])
})

afterAll(() => sample.close())

const n = { name: 'n', fn: 'count', path: '*' }
const total = { name: 'total', fn: 'sum', path: 'Attributes.small' }

const failure = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error instanceof AppError ? error.details : error
  }
  return undefined
}

describe('groups', () => {
  test('of several columns, with booleans, times and nothing as values; the largest first, then by value', async () => {
    const grouping = ['Attributes.team', 'Attributes.flag', 'Attributes.moment']
    expect(await sample.query('scalar', { aggregates: [n, total], grouping })).toEqual([
      ['red', true, '1970-01-01T00:00:00Z', 2, 6],
      [null, false, null, 2, 16],
      ['blue', false, '1969-12-31T23:59:59.999999999Z', 1, 7],
      ['red', null, '1970-01-01T00:00:00.000000001Z', 1, null],
    ])
  })

  test('by an aggregate, a group, and both, those without a value last either way', async () => {
    const grouping = ['Attributes.team', 'Attributes.flag']
    const ordered = async (orders: readonly { path: string; direction: 'asc' | 'desc' }[]) =>
      (await sample.query('scalar', { aggregates: [total], grouping, orders: [...orders] })).map(
        (cells) => `${cells[0]} ${cells[1]}`,
      )
    expect(await ordered([{ path: 'total', direction: 'asc' }])).toEqual([
      'red true',
      'blue false',
      'null false',
      'red null',
    ])
    expect(await ordered([{ path: 'total', direction: 'desc' }])).toEqual([
      'null false',
      'blue false',
      'red true',
      'red null',
    ])
    expect(
      await ordered([
        { path: 'Attributes.team', direction: 'desc' },
        { path: 'Attributes.flag', direction: 'asc' },
      ]),
    ).toEqual(['red true', 'red null', 'blue false', 'null false'])
  })

  test('one more than the limit', async () => {
    const grouping = ['SpanId']
    expect(await sample.query('scalar', { aggregates: [n], grouping, limit: 4 })).toHaveLength(5)
    expect(await sample.query('scalar', { aggregates: [n], grouping, limit: 6 })).toHaveLength(6)
  })
})

describe('names of results', () => {
  test('that differ in case only are two columns, each ordered by its own values', async () => {
    const aggregates = [
      { name: 'X', fn: 'count', path: '*' },
      { name: 'x', fn: 'min', path: 'Attributes.real' },
    ]
    const grouping = ['Attributes.team']
    const ordered = (path: string) =>
      sample.query('scalar', { aggregates, grouping, orders: [{ path, direction: 'asc' }] })
    expect(await ordered('x')).toEqual([
      [null, 2, -3],
      ['red', 3, 1],
      ['blue', 1, 'NaN'],
    ])
    expect(await ordered('X')).toEqual([
      ['blue', 1, 'NaN'],
      [null, 2, -3],
      ['red', 3, 1],
    ])
  })

  test.each([
    'timestamp',
    'attributes_small',
    'trace_id',
    'source',
    'select',
    '__proto__',
    'constructor',
    '1',
    ' ',
  ])('an aggregate may be called %j', async (name) => {
    const aggregates = [{ name, fn: 'max', path: 'Attributes.small' }, total]
    const filters = [{ path: 'Attributes.small', lt: 9 }]
    expect(await sample.query('scalar', { aggregates, filters })).toEqual([[7, 20]])
    const grouping = ['Attributes.team']
    expect((await sample.query('scalar', { aggregates, grouping }))[0]).toEqual([null, 9, 16])
  })

  test('may not be given twice', () => {
    const twice = [n, { ...total, name: 'n' }]
    const grouped = { aggregates: [{ ...n, name: 'Attributes.team' }], grouping: ['Attributes.team'] }
    expect(failure(() => compileSample('scalar', { aggregates: twice }))).toMatchObject({
      code: 'invalid_argument',
      path: 'queries.scalar[0].aggregates[1].name',
      actual: 'n',
    })
    const path = 'queries.scalar[0].aggregates[0].name'
    expect(failure(() => compileSample('scalar', grouped))).toMatchObject({ actual: 'Attributes.team', path })
    const series = { aggregates: [{ ...n, name: 'bucket' }], interval: 60 }
    expect(failure(() => compileSample('series', series))).toMatchObject({
      actual: 'bucket',
      path: 'queries.series[0].aggregates[0].name',
    })
    const hidden = { aggregates: [{ ...n, name: '__matched_rows' }] }
    expect(failure(() => compileSample('scalar', hidden))).toMatchObject({ actual: '__matched_rows', path })
    const filters = [{ path: 'TraceId', exists: true }]
    const rates = [
      { name: 'a', filters },
      { name: 'a_numerator', filters },
    ]
    expect(failure(() => compileSample('rate', { rates }))).toMatchObject({ actual: 'a_numerator' })
    expect(failure(() => compileSample('table', { columns: ['TraceId', 'TraceId'] }))).toMatchObject({
      actual: 'TraceId',
    })
  })

  test('orders must name a column of the result', () => {
    const orders = [
      { path: 'n', direction: 'asc' as const },
      { path: 'Attributes.real', direction: 'asc' as const },
    ]
    expect(
      failure(() => compileSample('scalar', { aggregates: [n], grouping: ['Attributes.team'], orders })),
    ).toMatchObject({
      code: 'unknown_name',
      path: 'queries.scalar[0].orders[1].path',
      actual: 'Attributes.real',
      expected: ['Attributes.team', 'n'],
    })
  })
})

describe('rates', () => {
  const rates = [
    { name: 'high', filters: [{ path: 'Attributes.small', gte: 7 }] },
    { name: 'none', filters: [{ path: 'Attributes.text', eq: 'nowhere' }] },
  ]

  test('of all rows', async () => {
    expect(await sample.query('rate', { rates })).toEqual([[0.5, 3, 6, 0, 0, 6]])
  })

  test('of groups, highest first', async () => {
    expect(await sample.query('rate', { rates: rates.slice(0, 1), grouping: ['Attributes.team'] })).toEqual([
      ['blue', 1, 1, 1],
      [null, 1, 2, 2],
      ['red', 0, 0, 3],
    ])
  })

  test('of the rows that the filters of the query let through', async () => {
    const filters = [{ path: 'Attributes.team', exists: false }]
    expect(await sample.query('rate', { rates, filters })).toEqual([[1, 2, 2, 0, 0, 2]])
  })

  test('of no rows are nothing, not an error', async () => {
    const filters = [{ path: 'Attributes.text', eq: 'nowhere' }]
    expect(await sample.query('rate', { rates, filters })).toEqual([[null, 0, 0, null, 0, 0]])
    expect(await sample.query('rate', { rates, filters, grouping: ['Attributes.team'] })).toEqual([])
  })
})

describe('facets', () => {
  test('count what has no value, too; by number, then by value', async () => {
    expect(await sample.query('facet', { path: 'Attributes.team' })).toEqual([
      ['red', 3],
      [null, 2],
      ['blue', 1],
    ])
    expect(await sample.query('facet', { path: 'Attributes.flag' })).toEqual([
      [false, 3],
      [true, 2],
      [null, 1],
    ])
    expect(await sample.query('facet', { path: 'Attributes.real' })).toEqual([
      [-3, 1],
      [1, 1],
      [2, 1],
      [4, 1],
      ['NaN', 1],
      [null, 1],
    ])
    expect(await sample.query('facet', { path: 'Attributes.void' })).toEqual([[null, 6]])
  })
})

describe('many rows', () => {
  let many: Sample
  beforeAll(async () => {
    many = await createSample(createRows(300, 3))
  })
  afterAll(() => many.close())

  test.each([
    { path: 'Timestamp', part: 'hour_of_day' },
    { path: 'Attributes.small', bin: 5 },
  ])('steps of a scale come in their own order, unless the largest are asked for: %j', async (group) => {
    const aggregates = [{ name: 'n', fn: 'count', path: '*' }]
    const ask = async (more: object) =>
      (await many.query('scalar', { aggregates, grouping: [group], ...more } as never)).map(
        ([step, n]) => [step === null ? Infinity : Number(step), Number(n)] as const,
      )
    const steps = (await ask({})).map(([step]) => step)
    expect(steps.length).toBeGreaterThan(3)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    for (const more of [{ others: true }, { limit: 4 }]) {
      const sizes = (await ask(more)).map(([, n]) => n)
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    }
  })

  test('* is every column of the service', async () => {
    const [all] = await many.query('table', { columns: ['*'], limit: 1 })
    expect(all).toHaveLength(source.schema.columns.length)
  })
})
