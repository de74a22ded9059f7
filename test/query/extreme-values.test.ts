import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import type { QuerySource } from '../../src/query/compiled.ts'
import { compileSample, createSample, type Sample, source } from './sample.ts'
import { createRows } from './sample-rows.ts'

let sample: Sample

beforeAll(async () => {
  sample = await createSample(createRows(50, 5))
})

afterAll(() => sample.close())

const failure = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error.details : error),
  )

/** The sample with one column replaced by an expression. */
const withColumn = (name: string, expression: string): QuerySource => ({
  ...source,
  relation: `SELECT * REPLACE (${expression} AS ${name}) FROM sample`,
})

describe('whole numbers beyond 64 bits as operands', () => {
  const extremes = [2 ** 63, -(2 ** 63), 2 ** 64, 1e21, -1e21, 1e308, -1e308, Number.MAX_VALUE, 2 ** 53]

  test.each(extremes)('%d splits the rows that have a value', async (operand) => {
    for (const path of ['Attributes.whole', 'Attributes.real', 'Attributes.small']) {
      const count = async (filter: object) => {
        const aggregates = [{ name: 'n', fn: 'count', path: '*' }]
        const [row] = await sample.query('scalar', { aggregates, filters: [{ path, ...filter }] })
        return Number(row?.[0])
      }
      const parts = [await count({ lt: operand }), await count({ eq: operand }), await count({ gt: operand })]
      expect(parts.reduce((sum, part) => sum + part)).toBe(await count({ exists: true }))
      expect(await count({ in: [operand, String(operand)] })).toBe(parts[1])
      expect(await count({ not_in: [operand] })).toBe(50 - (parts[1] ?? 0))
    }
  })

  test('a double is found by its own value', async () => {
    const from = withColumn('attributes_real', '-1e308')
    const filters = [{ path: 'Attributes.real', eq: -1e308 }]
    expect(await sample.query('table', { columns: ['Attributes.real'], filters, limit: 1 }, from)).toEqual([
      [-1e308],
      [-1e308],
    ])
  })
})

describe('texts of a table', () => {
  const table = async (expression: string) => {
    const from = withColumn('attributes_text', expression)
    const [row] = await sample.query('table', { columns: ['Attributes.text'], limit: 1 }, from)
    return row?.[0]
  }

  test('up to 10,000 characters are whole', async () => {
    expect(await table("repeat('ü', 10000)")).toBe('ü'.repeat(10_000))
    expect(await table('NULL')).toBe(null)
    expect(await table("''")).toBe('')
  })

  test('longer ones are cut, and say so', async () => {
    expect(await table("repeat('ü', 10001)")).toBe(`${'ü'.repeat(10_000)}… (cut)`)
    expect(await table("repeat('🎧', 350000)")).toBe(`${'🎧'.repeat(10_000)}… (cut)`)
  })

  test('filters and sorts see the whole text', async () => {
    const from = withColumn('attributes_text', "repeat('x', 20000) || trace_id || span_id")
    const query = { columns: ['SpanId'], filters: [{ path: 'Attributes.text', regex: 'x{100}[^x]' }] }
    const orders = [{ path: 'Attributes.text', direction: 'asc' as const }]
    expect(await sample.query('table', { ...query, orders }, from)).toEqual(
      [...sample.rows]
        .sort((a, b) => (`${a.traceId}${a.spanId}` < `${b.traceId}${b.spanId}` ? -1 : 1))
        .map(({ spanId }) => [spanId]),
    )
  })
})

test('a result that no one could read is refused with the way out', async () => {
  // Few rows, so that the engine's own memory limit cannot be what refuses them.
  const few = await createSample(createRows(25, 1))
  onTestFinished(() => few.close())
  const from = withColumn('attributes_text', "repeat('x', 2000000) || span_id")
  expect(await failure(few.query('facet', { path: 'Attributes.text' }, from))).toEqual({
    code: 'too_large',
    message: 'The result is too large: its first 17 rows hold more than 32 MB.',
    next: 'Ask for fewer rows or columns, or for an aggregate; a filter or a lower limit does it too.',
  })
})

test('numbers too large for a deviation', async () => {
  const from = withColumn('attributes_real', 'CASE WHEN attributes_small % 2 = 0 THEN 1e308 ELSE -1e308 END')
  const aggregates = (fn: string) => ({ aggregates: [{ name: 'x', fn, path: 'Attributes.real' }] })
  expect(await failure(sample.query('scalar', aggregates('stddev'), from))).toEqual({
    code: 'invalid_argument',
    message: 'A number of the result is larger than its type can hold.',
    next: 'Leave the extreme values out with a filter such as lt, or use median or a percentile.',
  })
  for (const fn of ['sum', 'avg', 'min', 'max', 'median', 'p99', 'count_distinct']) {
    expect(await sample.query('scalar', aggregates(fn), from)).toHaveLength(1)
  }
})

describe('an attribute whose key holds a NUL', () => {
  const path = "Attributes.x\0'; DROP TABLE sample; --"
  const from: QuerySource = {
    ...source,
    schema: { ...source.schema, rare: [{ path, name: 'x', type: 'string', unit: '', meaning: '' }] },
  }

  test('is no column of a result', () => {
    const refused = {
      details: {
        code: 'invalid_argument',
        message: 'A column whose name holds a NUL character cannot be a column of the result.',
        path: expect.stringMatching(/^queries\.\w+\[0\]\.(columns|grouping)\[0\]$/),
        actual: path,
        next: 'Use it in a filter or in an aggregate.',
      },
    }
    const aggregates = [{ name: 'n', fn: 'count', path: '*' }]
    const run = (compileIt: () => unknown) => expect(compileIt).toThrow(expect.objectContaining(refused))
    run(() => compileSample('table', { columns: [path] }, from))
    run(() => compileSample('scalar', { aggregates, grouping: [path] }, from))
    run(() => compileSample('series', { aggregates, interval: 60, grouping: [path] }, from))
  })

  test('may be filtered and counted', async () => {
    const aggregates = [{ name: 'n', fn: 'count_distinct', path }]
    expect(await sample.query('scalar', { aggregates, filters: [{ path, exists: false }] }, from)).toEqual([
      [0],
    ])
    expect(await sample.query('facet', { path }, from)).toEqual([[null, 50]])
  })
})
