import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareMeans, compareProportions, correctForMany } from '../../src/statistics/tests.ts'
import { aggregate, type Cell, fieldOf, matches, type PlainFilter, quantile } from './evaluate.ts'
import { compileSample, createSample, type Sample, source } from './sample.ts'
import { createRandom, pick, type SampleRow, start } from './sample-rows.ts'

let sample: Sample
beforeAll(async () => {
  sample = await createSample()
})
afterAll(() => sample.close())

const run = async (input: Record<string, unknown>) => {
  const query = compileSample('compare', input as never)
  const rows = await sample.run(query.statement)
  return query.finish?.(rows) ?? { rows: [], notes: [] }
}

const filterPool: readonly PlainFilter[] = [
  { path: 'Attributes.team', eq: 'red' },
  { path: 'Attributes.team', in: ['blue', 'größe'] },
  { path: 'Attributes.flag', eq: true },
  { path: 'Attributes.small', gte: 4 },
  { path: 'Attributes.real', lt: 0 },
]
const day = 86_400_000_000_000n
const iso = (ns: bigint) => new Date(Number(ns / 1_000_000n)).toISOString()

const numbersOf = (rows: readonly SampleRow[], path: string) =>
  rows
    .map((row) => fieldOf(path).read(row))
    .filter((cell): cell is Exclude<Cell, null> => cell !== null)
    .map(Number)

const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return {
    count: values.length,
    mean,
    variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(values.length - 1, 1),
  }
}

const round = (value: number | undefined | null) =>
  value === undefined || value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(6))

describe('two cohorts side by side, against a second implementation', () => {
  test('a hundred at random', async () => {
    const random = createRandom(77)
    for (let round_ = 0; round_ < 100; round_++) {
      const sides = [0, 1].map(() => {
        const filters = random() < 0.7 ? [pick(random, filterPool)] : []
        const window =
          random() < 0.4
            ? { startTime: iso(start + (random() < 0.5 ? 0n : day)), endTime: iso(start + 2n * day) }
            : {}
        return { filters, ...window }
      })
      const [target, baseline] = sides as [(typeof sides)[number], (typeof sides)[number]]
      const isIn = (row: SampleRow, side: (typeof sides)[number]) =>
        matches(row, side.filters) &&
        (!('startTime' in side) || row.ns >= BigInt(Date.parse(String(side.startTime))) * 1_000_000n)
      const a = sample.rows.filter((row) => isIn(row, target))
      const b = sample.rows.filter((row) => !isIn(row, target) && isIn(row, baseline))
      const rate = pick(random, filterPool)
      const { rows } = await run({
        target,
        baseline,
        aggregates: [
          { name: 'n', fn: 'count', path: '*' },
          { name: 'mean', fn: 'avg', path: 'Attributes.small' },
          { name: 'median', fn: 'median', path: 'Attributes.small' },
          {
            name: 'some',
            fn: 'sum',
            path: 'Attributes.small',
            filters: [{ path: 'Attributes.flag', eq: true }],
          },
        ],
        rates: [{ name: 'rate', filters: [rate] }],
      })
      const [x, y] = [numbersOf(a, 'Attributes.small'), numbersOf(b, 'Attributes.small')]
      const hits = (side: readonly SampleRow[]) => ({
        hits: side.filter((row) => matches(row, [rate])).length,
        cases: side.length,
      })
      const shareOf = ({ hits: n, cases }: { hits: number; cases: number }) =>
        cases > 0 ? n / cases : undefined
      const pooled = quantile([...x, ...y], 0.5) ?? 0
      const below = (values: readonly number[]) => ({
        hits: values.filter((v) => v <= pooled).length,
        cases: values.length,
      })
      const sum = (side: readonly SampleRow[]) => {
        const cell = aggregate(
          side.filter((row) => row.flag === true),
          { name: '', fn: 'sum', path: 'Attributes.small' },
        )
        return cell === null ? undefined : Number(cell)
      }
      const wanted: readonly (readonly [
        string,
        number | undefined,
        number | undefined,
        number | undefined,
      ])[] = [
        ['n', a.length, b.length, undefined],
        [
          'mean',
          x.length ? momentsOf(x).mean : undefined,
          y.length ? momentsOf(y).mean : undefined,
          compareMeans(momentsOf(x), momentsOf(y)).pValue,
        ],
        [
          'median',
          quantile(x, 0.5) ?? undefined,
          quantile(y, 0.5) ?? undefined,
          compareProportions(below(x), below(y)).pValue,
        ],
        ['some', sum(a), sum(b), undefined],
        ['rate', shareOf(hits(a)), shareOf(hits(b)), compareProportions(hits(a), hits(b)).pValue],
      ]
      expect(rows).toMatchObject(
        wanted.map(([measure, own, other, p]) => ({
          measure,
          target: round(own),
          baseline: round(other),
          difference: round(own === undefined || other === undefined ? undefined : own - other),
          p_value: round(p),
        })),
      )
    }
  })

  test('says that it is no cause, and when a side is small', async () => {
    const aggregates = [{ name: 'mean', fn: 'avg', path: 'Attributes.small' }]
    const large = await run({
      target: { filters: [{ path: 'Attributes.flag', eq: true }] },
      baseline: {},
      aggregates,
    })
    expect(large.notes).toEqual(['This is association, not cause.'])
    const small = await run({
      target: { filters: [{ path: 'SpanId', eq: '0000000000000007' }] },
      baseline: {},
      aggregates,
    })
    expect(small.notes.join()).toContain('too few to rely on')
  })
})

test('what is different: shares, lift, corrected tests and examples, of each value of each column', async () => {
  const target = { filters: [{ path: 'Attributes.team', eq: 'red' }] }
  const { rows, notes } = await run({ target, baseline: {}, attributes: true })
  const a = sample.rows.filter(({ team }) => team === 'red')
  const b = sample.rows.filter(({ team }) => team !== 'red')
  expect(notes[0]).toContain(`Target ${a.length} rows, baseline ${b.length};`)
  const paths = ['Attributes.text', 'Attributes.flag']
  const values = paths.flatMap((path) => {
    const read = (row: SampleRow) => fieldOf(path).read(row)
    return [...new Set(sample.rows.map(read))].map((cell) => {
      const of = (side: readonly SampleRow[]) => side.filter((row) => read(row) === cell)
      const p =
        compareProportions({ hits: of(a).length, cases: a.length }, { hits: of(b).length, cases: b.length })
          .pValue ?? 1
      return { path, cell, own: of(a), other: of(b), p }
    })
  })
  const told = values.filter(({ own, other }) => own.length + other.length >= 5)
  const corrected = correctForMany(told.map(({ p }) => p))
  expect(rows).toHaveLength(told.length)
  for (const [i, { path, cell, own, other }] of told.entries()) {
    const text = cell === null ? '(no value)' : String(cell)
    const row = rows.find((one) => one['attribute'] === path && one['value'] === text)
    expect(row).toMatchObject({
      target_share: round(own.length / a.length),
      baseline_share: round(other.length / b.length),
      n_target: own.length,
      n_baseline: other.length,
      q_value: round(corrected[i]),
    })
    const ids = own.map(({ traceId }) => traceId).sort()
    for (const id of String(row?.['examples']).split(' ').filter(Boolean)) expect(ids).toContain(id)
    expect(String(row?.['examples']).split(' ').filter(Boolean).length).toBeLessThanOrEqual(3)
  }
  const strengths = rows.map((row) => Math.abs(Number(row['difference'])))
  const significant = rows.filter((row) => Number(row['q_value']) < 0.05).length
  expect(strengths.slice(significant)).toEqual(strengths.slice(significant).sort((x, y) => y - x))
})

test.each<readonly [string, Record<string, unknown>, string]>([
  ['nothing to compare', {}, ''],
  ['an unknown column', { attributes: ['Attributes.teem'] }, '.attributes[0]'],
  [
    'an unknown filter',
    { aggregates: [{ name: 'n', fn: 'count' }], target: { filters: [{ path: 'x', eq: 1 }] } },
    '.target.filters[0].path',
  ],
  [
    'a window that is none',
    { aggregates: [{ name: 'n', fn: 'count' }], baseline: { startTime: 'soon' } },
    'startTime',
  ],
])('%s is refused with its place', (_, more, path) => {
  let details: { path?: string } | undefined
  try {
    compileSample('compare', { target: {}, baseline: {}, ...more } as never, source)
  } catch (error) {
    details = (error as { details?: { path?: string } }).details
  }
  expect(details?.path?.endsWith(path)).toBe(true)
  expect(details).toHaveProperty('next')
})
