import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { aggregate, type Cell, fieldOf, quantile, toAnswer } from './evaluate.ts'
import { compileSample, createSample, type Sample } from './sample.ts'

let sample: Sample

beforeAll(async () => {
  sample = await createSample()
})

afterAll(() => sample.close())

const numbersOf = (path: string) =>
  sample.rows.flatMap((row) => {
    const cell = fieldOf(path).read(row)
    return cell === null ? [] : [Number(cell)]
  })

const one = async (fn: string, path: string, filters: readonly object[] = []) => {
  const rows = await sample.query('scalar', {
    aggregates: [{ name: 'a', fn, path }],
    filters: filters as never,
  })
  expect(rows).toHaveLength(1)
  return rows[0]?.[0]
}

const finite = [{ path: 'Attributes.real', lt: 1e9 }]

describe('percentiles', () => {
  test.each(['Attributes.small', 'Attributes.real', 'Attributes.flag'])(
    'p1 to p99 of %s interpolate linearly',
    async (path) => {
      const fns = Array.from({ length: 99 }, (_, i) => `p${i + 1}`)
      const filters = path === 'Attributes.real' ? finite : []
      const values = numbersOf(path).filter((value) => !Number.isNaN(value))
      const halves = [fns.slice(0, 50), fns.slice(50)]
      const found: unknown[] = []
      for (const half of halves) {
        const aggregates = half.map((fn) => ({ name: fn, fn, path }))
        found.push(...((await sample.query('scalar', { aggregates, filters: filters as never }))[0] ?? []))
      }
      expect(found).toHaveLength(99)
      for (const [i, value] of found.entries()) {
        expect(value, `p${i + 1}`).toBeCloseTo(quantile(values, (i + 1) / 100) ?? Number.NaN, 8)
      }
    },
  )

  test('p50 is the median, and the fourths of 1 to 5 are known', async () => {
    const five = await createSample(
      sample.rows.slice(0, 5).map((row, i) => ({ ...row, small: BigInt(i + 1) })),
    )
    const aggregates = ['p25', 'p50', 'median', 'p75', 'p90'].map((fn) => ({
      name: fn,
      fn,
      path: 'Attributes.small',
    }))
    expect(await five.query('scalar', { aggregates })).toEqual([[2, 3, 3, 4, 4.6]])
    await five.close()
  })
})

describe('integers beyond 2^53', () => {
  test.each(['sum', 'min', 'max', 'count', 'count_distinct'])('%s is exact', async (fn) => {
    const wanted = toAnswer(aggregate(sample.rows, { name: 'a', fn, path: 'Attributes.whole' }), 'integer')
    expect(await one(fn, 'Attributes.whole')).toBe(wanted)
  })

  test('the sum goes beyond 64 bits', async () => {
    const filters = [{ path: 'Attributes.whole', eq: '9223372036854775807' }]
    const count = sample.rows.filter(({ whole }) => whole === 9223372036854775807n).length
    expect(count).toBeGreaterThan(2)
    expect(await one('sum', 'Attributes.whole', filters)).toBe(String(9223372036854775807n * BigInt(count)))
  })

  test('each matches itself, not its neighbours', async () => {
    for (const eq of [
      '9007199254740992',
      '9007199254740993',
      '1777593600123456789',
      '-9223372036854775808',
    ]) {
      const wanted = sample.rows.filter(({ whole }) => whole === BigInt(eq)).length
      expect(wanted).toBeGreaterThan(0)
      expect(await one('count', '*', [{ path: 'Attributes.whole', eq }]), eq).toBe(wanted)
    }
    const wanted = sample.rows.filter(({ whole }) => whole === 9007199254740992n).length
    expect(await one('count', '*', [{ path: 'Attributes.whole', eq: 9007199254740992 }])).toBe(wanted)
  })
})

describe('booleans', () => {
  test('avg is the share that is true, sum their number', async () => {
    const known = sample.rows.filter(({ flag }) => flag !== null)
    const yes = known.filter(({ flag }) => flag).length
    expect(await one('avg', 'Attributes.flag')).toBeCloseTo(yes / known.length, 12)
    expect(await one('sum', 'Attributes.flag')).toBe(yes)
    expect(await one('min', 'Attributes.flag')).toBe(false)
    expect(await one('max', 'Attributes.flag')).toBe(true)
    expect(await one('count_distinct', 'Attributes.flag')).toBe(2)
  })
})

describe('nothing', () => {
  test('a column without values', async () => {
    const fns = ['sum', 'avg', 'min', 'max', 'median', 'stddev', 'p90', 'count', 'count_distinct']
    const aggregates = fns.map((fn) => ({ name: fn, fn, path: 'Attributes.void' }))
    const nulls: Cell[] = Array.from({ length: 7 }, () => null)
    expect(await sample.query('scalar', { aggregates })).toEqual([[...nulls, 0, 0]])
  })

  test('no rows', async () => {
    const filters = [{ path: 'Attributes.text', eq: 'nowhere' }]
    expect(await one('avg', 'Attributes.real', filters)).toBeNull()
    expect(await one('count', '*', filters)).toBe(0)
    const aggregates = [{ name: 'n', fn: 'count', path: '*' }]
    expect(await sample.query('scalar', { aggregates, filters, grouping: ['Attributes.team'] })).toEqual([])
  })
})

describe('NaN', () => {
  test('is a value, the largest; the deviation is that of the other values', async () => {
    expect(sample.rows.filter(({ real }) => Number.isNaN(real)).length).toBeGreaterThan(5)
    expect(await one('max', 'Attributes.real')).toBe('NaN')
    expect(await one('avg', 'Attributes.real')).toBe('NaN')
    expect(await one('count', 'Attributes.real')).toBe(numbersOf('Attributes.real').length)
    const wanted = aggregate(sample.rows, { name: 'a', fn: 'stddev', path: 'Attributes.real' })
    expect(await one('stddev', 'Attributes.real')).toBeCloseTo(Number(wanted), 8)
  })
})

describe('result columns', () => {
  test.each([
    ['count', 'Attributes.real', 'integer', ''],
    ['count_distinct', 'Attributes.text', 'integer', ''],
    ['sum', 'Attributes.whole', 'integer', 'ms'],
    ['sum', 'Attributes.real', 'double', '%'],
    ['sum', 'Attributes.flag', 'integer', ''],
    ['avg', 'Attributes.whole', 'double', 'ms'],
    ['p95', 'Attributes.whole', 'double', 'ms'],
    ['min', 'Attributes.text', 'string', ''],
    ['max', 'Attributes.flag', 'boolean', ''],
    ['min', 'Timestamp', 'timestamp', 'UTC'],
    ['COUNT', 'Attributes.real', 'integer', ''],
    [' P95 ', 'Attributes.whole', 'double', 'ms'],
  ])('%s of %s is %s in "%s"', (fn, path, type, unit) => {
    const { columns } = compileSample('scalar', { aggregates: [{ name: 'a', fn, path }] })
    expect(columns).toEqual([{ name: 'a', type, unit }])
  })
})

describe('refused', () => {
  const failure = (fn: string, path: string) => {
    try {
      compileSample('scalar', {
        aggregates: [
          { name: 'n', fn: 'count', path: '*' },
          { name: 'a', fn, path },
        ],
      })
    } catch (error) {
      return error instanceof AppError ? error.details : error
    }
    return undefined
  }

  test.each(
    ['sum', 'avg', 'median', 'stddev', 'p90'].flatMap((fn) =>
      ['Attributes.text', 'Attributes.moment'].map((path) => [fn, path] as const),
    ),
  )('%s of %s', (fn, path) => {
    expect(failure(fn, path)).toMatchObject({
      code: 'invalid_argument',
      path: 'queries.scalar[0].aggregates[1].path',
      actual: path,
      expected: 'a column of type integer, double or boolean',
    })
  })

  test.each(['avg', 'count_distinct', 'p50', 'max'])('%s of *', (fn) => {
    expect(failure(fn, '*')).toMatchObject({
      code: 'invalid_argument',
      path: 'queries.scalar[0].aggregates[1].path',
      actual: '*',
      message: `${fn} needs a column; "*" goes with count only.`,
    })
  })

  test.each([
    ['averge', 'avg'],
    ['average', 'avg'],
    ['mean', 'avg'],
    ['percentile90', 'p90'],
    ['p_95', 'p95'],
    ['distinct', 'count_distinct'],
    ['p950', 'p95'],
    ['distinct_count', 'count_distinct'],
  ])('%s, for which %s is named', (fn, nearest) => {
    const details = failure(fn, 'Attributes.real')
    expect(details).toMatchObject({
      code: 'unknown_name',
      path: 'queries.scalar[0].aggregates[1].fn',
      actual: fn,
      expected: [
        'count',
        'count_distinct',
        'approx_count_distinct',
        'sum',
        'avg',
        'min',
        'max',
        'median',
        'stddev',
        'p1..p99',
      ],
    })
    expect((details as { nearest: string[] }).nearest).toContain(nearest)
  })

  test.each(['p0', 'p100', 'p01', 'p9.5', 'p', 'toString', '__proto__'])('%s is no function', (fn) => {
    expect(failure(fn, 'Attributes.real')).toMatchObject({ code: 'unknown_name' })
  })
})
