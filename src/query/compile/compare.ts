import { AppError } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json-value.ts'
import { parseWindow } from '../../core/parse-window.ts'
import type { TimeRange } from '../../core/time-range.ts'
import { compareMeans, compareProportions, compareQuantiles, type Verdict } from '../../statistics/tests.ts'
import type { CompiledQuery, QuerySource } from '../compiled.ts'
import { instant } from '../instant.ts'
import type { CohortRequest } from '../request/compare.ts'
import type { AggregateRequest } from '../request/measures.ts'
import type { QueryOf, QueryRequest } from '../request/queries.ts'
import { resolveColumn } from '../resolve-column.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { compileAggregate } from './aggregates.ts'
import { compileAttributes, toCautions } from './compare-attributes.ts'
import { compileFilters } from './filters.ts'
import { compileNamed, isNamed, type NamedRequest } from './named-measures.ts'
import { from, toCompiled } from './select.ts'

type Compare = QueryOf<'compare'>

/** The window of a cohort: its own, or that of the call. */
const toCohortRange = (
  { startTime, endTime }: CohortRequest,
  range: TimeRange,
  clock: Readonly<{ nowMs: number; zone: string }>,
): TimeRange => (startTime === undefined ? range : parseWindow(startTime, endTime, clock))

/** The window that holds all rows which a query looks at. */
export function toCoveredRange(
  request: QueryRequest,
  range: TimeRange,
  clock: Readonly<{ nowMs: number; zone: string }>,
): TimeRange {
  if (request.type !== 'compare') return range
  const [a, b] = [request.target, request.baseline].map((cohort) => toCohortRange(cohort, range, clock)) as [
    TimeRange,
    TimeRange,
  ]
  return {
    startNs: a.startNs < b.startNs ? a.startNs : b.startNs,
    endNs: a.endNs > b.endNs ? a.endNs : b.endNs,
  }
}

/** Which rows are of a cohort. */
function compileCohort(source: QuerySource, cohort: CohortRequest, at: string): Sql {
  const { startNs, endNs } = toCohortRange(cohort, source.range, source)
  const filters = compileFilters(source.schema, cohort.filters, `${at}.filters`)
  return sql`("timestamp" >= ${instant(startNs)} AND "timestamp" < ${instant(endNs)} AND ${filters})`
}

const sides = ['target', 'baseline'] as const
type Side = (typeof sides)[number]

/** What one measure needs of both sides, and how its row is made of it. */
type Measure = Readonly<{
  columns: readonly Readonly<{ name: string; sql: Sql }>[]
  toRow(read: (name: string) => number | undefined): readonly JsonValue[]
}>

const digits = 6
const round = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(digits))

function toRow(
  name: string,
  values: Readonly<Record<Side, number | undefined>>,
  counts: Readonly<Record<Side, number>>,
  { pValue, test }: Verdict,
): readonly JsonValue[] {
  const { target, baseline } = values
  const difference = target === undefined || baseline === undefined ? undefined : target - baseline
  const relative = difference === undefined || !baseline ? undefined : difference / Math.abs(baseline)
  return [
    name,
    round(target),
    round(baseline),
    round(difference),
    round(relative),
    counts.target,
    counts.baseline,
    round(pValue),
    test,
  ]
}

const untested: Verdict = { pValue: undefined, test: 'none' }

/** What a measure's columns say of each side, under the names that they were given. */
function readSides(read: (name: string) => number | undefined, i: number) {
  const of = (what: string, side: Side) => read(`${what}_${i}_${side}`)
  const values = { target: of('value', 'target'), baseline: of('value', 'baseline') }
  // A plain sum counts no cases of its own: its rows are those of the side.
  const count = (side: Side) => of('count', side) ?? read(`rows_${side}`) ?? 0
  const counts = { target: count('target'), baseline: count('baseline') }
  return {
    values,
    counts,
    moments: (side: Side) => ({
      count: counts[side],
      mean: values[side] ?? 0,
      variance: of('variance', side) ?? 0,
    }),
    share: (hits: string, side: Side) => ({ hits: of(hits, side) ?? 0, cases: counts[side] }),
  }
}

/** A named measure of both sides: shares are tested as such, means of rows as means, other ratios not at all. */
function compileNamedMeasure(source: QuerySource, request: NamedRequest, i: number, place: string): Measure {
  const compiled = sides.map((side) => {
    const among = raw(`is_${side}`)
    return { side, among, ...compileNamed(source, request, place, among) }
  })
  const columns = compiled.flatMap(({ side, among, columns: parts, value, counts, kind }) => [
    ...parts.map((part, k) => ({ name: `${['value', 'hits', 'count'][k]}_${i}_${side}`, sql: part.sql })),
    ...(kind === 'mean'
      ? [
          {
            name: `variance_${i}_${side}`,
            sql: sql`var_samp(${value}) FILTER (WHERE ${among} AND ${counts})`,
          },
        ]
      : []),
  ])
  const kind = compiled[0]?.kind
  return {
    columns,
    toRow: (read) => {
      const { values, counts, moments, share } = readSides(read, i)
      const [a, b] = [share('hits', 'target'), share('hits', 'baseline')]
      const verdict =
        kind === 'share' && a.hits <= a.cases && b.hits <= b.cases
          ? compareProportions(a, b)
          : kind === 'mean'
            ? compareMeans(moments('target'), moments('baseline'))
            : untested
      return toRow(request.name, values, counts, verdict)
    },
  }
}

/** Aggregates of both sides; means and quantiles with what their tests must know. */
function compileMeasure(source: QuerySource, request: AggregateRequest, i: number, at: string): Measure {
  const place = `${at}.aggregates[${i}]`
  if (isNamed(request)) return compileNamedMeasure(source, request, i, place)
  const quantile = request.fn === 'median' ? 50 : Number(/^p(\d+)$/.exec(request.fn ?? '')?.[1])
  const text =
    request.path === '*' ? raw('1') : resolveColumn(source.schema, request.path, `${place}.path`).sql
  const own = compileFilters(source.schema, request.filters, `${place}.filters`)
  const pooled = sql`(SELECT quantile_cont(${text}, ${raw(String((quantile || 0) / 100))}) FROM cohorts WHERE (is_target OR is_baseline) AND ${own})`
  const columns = sides.flatMap((side) => {
    const rows = raw(`is_${side}`)
    const name = (what: string) => `${what}_${i}_${side}`
    const among = (condition: Sql) => sql`count(*) FILTER (WHERE ${rows} AND ${own} AND ${condition})`
    return [
      { name: name('value'), sql: compileAggregate(source, request, place, rows).sql },
      { name: name('count'), sql: among(sql`${text} IS NOT NULL`) },
      ...(request.fn === 'avg'
        ? [
            {
              name: name('variance'),
              sql: sql`var_samp(CAST(${text} AS DOUBLE)) FILTER (WHERE ${rows} AND ${own})`,
            },
          ]
        : []),
      ...(quantile ? [{ name: name('below'), sql: among(sql`${text} <= ${pooled}`) }] : []),
    ]
  })
  return {
    columns,
    toRow: (read) => {
      const { values, counts, moments, share } = readSides(read, i)
      const verdict =
        request.fn === 'avg'
          ? compareMeans(moments('target'), moments('baseline'))
          : quantile
            ? compareQuantiles({ a: share('below', 'target'), b: share('below', 'baseline') })
            : untested
      return toRow(request.name, values, counts, verdict)
    },
  }
}

function compileRate(
  source: QuerySource,
  { name, filters }: NonNullable<Compare['rates']>[number],
  i: number,
  at: string,
): Measure {
  const condition = compileFilters(source.schema, filters, `${at}.rates[${i}].filters`)
  const columns = sides.flatMap((side) => [
    { name: `hits_${i}_${side}`, sql: sql`count(*) FILTER (WHERE ${raw(`is_${side}`)} AND ${condition})` },
    { name: `cases_${i}_${side}`, sql: sql`count(*) FILTER (WHERE ${raw(`is_${side}`)})` },
  ])
  return {
    columns,
    toRow: (read) => {
      const of = (side: Side) => ({
        hits: read(`hits_${i}_${side}`) ?? 0,
        cases: read(`cases_${i}_${side}`) ?? 0,
      })
      const [a, b] = [of('target'), of('baseline')]
      const share = ({ hits, cases }: typeof a) => (cases > 0 ? hits / cases : undefined)
      return toRow(
        name,
        { target: share(a), baseline: share(b) },
        { target: a.cases, baseline: b.cases },
        compareProportions(a, b),
      )
    },
  }
}

const columns = [
  { name: 'measure', type: 'string', unit: '' },
  { name: 'target', type: 'double', unit: '' },
  { name: 'baseline', type: 'double', unit: '' },
  { name: 'difference', type: 'double', unit: '' },
  { name: 'relative_change', type: 'double', unit: 'share of baseline' },
  { name: 'n_target', type: 'integer', unit: '' },
  { name: 'n_baseline', type: 'integer', unit: '' },
  { name: 'p_value', type: 'double', unit: '' },
  { name: 'test', type: 'string', unit: '' },
] as const

/** The rows of both cohorts, marked: `is_target` and `is_baseline`. A row that would be in both is of the target. */
function toCohorts(source: QuerySource, request: Compare, at: string): Sql {
  const both = compileFilters(source.schema, request.filters, `${at}.filters`)
  return sql`cohorts AS MATERIALIZED (
SELECT *,
  coalesce(${compileCohort(source, request.target, `${at}.target`)}, FALSE) AS is_target,
  NOT is_target AND coalesce(${compileCohort(source, request.baseline, `${at}.baseline`)}, FALSE) AS is_baseline
${from(source)}
WHERE ${both}
)`
}

const toNumber = (value: JsonValue | undefined) =>
  value === null || value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value)

/** Two cohorts side by side: aggregates and rates with tests of their difference, or what is different about them. */
export function compileCompare(source: QuerySource, request: Compare, at: string): CompiledQuery {
  const { aggregates = [], rates = [], attributes } = request
  if (attributes !== undefined && attributes !== false)
    return compileAttributes(source, request, toCohorts(source, request, at), at)
  if (aggregates.length + rates.length === 0)
    throw new AppError({
      code: 'invalid_argument',
      message: 'There is nothing to compare.',
      path: at,
      expected: ['aggregates', 'rates', 'attributes'],
      next: 'Add aggregates or rates, or attributes: true for what is different.',
    })
  const measures = [
    ...aggregates.map((one, i) => compileMeasure(source, one, i, at)),
    ...rates.map((one, i) => compileRate(source, one, i, at)),
  ]
  const rowCounts = sides.map((side) => ({
    name: `rows_${side}`,
    sql: sql`count(*) FILTER (WHERE ${raw(`is_${side}`)})`,
  }))
  const selected = [...rowCounts, ...measures.flatMap((measure) => measure.columns)]
  const statement = sql`WITH ${toCohorts(source, request, at)}
SELECT
  ${join(
    selected.map((column) => sql`${column.sql} AS ${raw(`"${column.name}"`)}`),
    ',\n  ',
  )}
FROM cohorts`
  const compiled = toCompiled(statement, [], { limit: 1, offset: 0 })
  return {
    ...compiled,
    names: selected.map(({ name }) => name),
    columns,
    limit: request.limit,
    finish: ([row = {}]) => {
      const rows = measures.map(({ toRow: make }) =>
        Object.fromEntries(
          make((name) => toNumber(row[name])).map((value, i) => [columns[i]?.name ?? '', value]),
        ),
      )
      const counts = rows.flatMap((one) => [Number(one['n_target']), Number(one['n_baseline'])])
      const isEmpty = rowCounts.every(({ name }) => Number(row[name]) === 0)
      return { rows, notes: toCautions(Math.min(...counts)), isEmpty }
    },
  }
}
