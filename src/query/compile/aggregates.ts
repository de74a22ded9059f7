import { type Aggregate, acceptsType, aggregateNames, aggregates } from '../../catalog/aggregates.ts'
import type { Column } from '../../catalog/column.ts'
import { AppError } from '../../core/errors.ts'
import { findNearestNames } from '../../core/nearest-names.ts'
import type { AggregateRequest } from '../request/measures.ts'
import { type ResolvedColumn, resolveColumn } from '../resolve-column.ts'
import type { QuerySource } from '../compiled.ts'
import type { QuerySchema } from '../schema.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { compileFilters } from './filters.ts'
import type { Measure } from './formulas.ts'

const asNumber = ({ column, sql: text }: ResolvedColumn): Sql =>
  column.type === 'boolean' ? sql`CAST(${text} AS INTEGER)` : text

/** The standard deviation fails on NaN and the infinities, where the other aggregates return them. */
const finiteOnly = ({ column, sql: text }: ResolvedColumn): Sql =>
  column.type === 'double' ? sql`CASE WHEN isfinite(${text}) THEN ${text} END` : text

const quantile = (share: number) => (target: ResolvedColumn) =>
  sql`quantile_cont(${asNumber(target)}, ${raw(String(share))})`

const functions: Readonly<Record<string, (target: ResolvedColumn) => Sql>> = {
  count: ({ sql: text }) => sql`count(${text})`,
  count_distinct: ({ sql: text }) => sql`count(DISTINCT ${text})`,
  approx_count_distinct: ({ sql: text }) => sql`approx_count_distinct(${text})`,
  sum: (target) => sql`sum(${asNumber(target)})`,
  avg: (target) => sql`avg(${asNumber(target)})`,
  min: ({ sql: text }) => sql`min(${text})`,
  max: ({ sql: text }) => sql`max(${text})`,
  median: quantile(0.5),
  stddev: (target) => sql`stddev_samp(${asNumber({ ...target, sql: finiteOnly(target) })})`,
  ...Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`p${i + 1}`, quantile((i + 1) / 100)])),
}

function findAggregate(fn: string, at: string): Aggregate {
  const found = aggregates.find(({ name }) => name === fn)
  if (found) return found
  throw new AppError({
    code: 'unknown_name',
    message: `There is no aggregate function "${fn}".`,
    path: at,
    actual: fn,
    expected: aggregateNames,
    nearest: findNearestNames(
      fn,
      aggregates.map(({ name }) => name),
    ),
    next: 'Use one of the functions listed.',
  })
}

const counts: readonly string[] = ['count', 'count_distinct', 'approx_count_distinct']

const resultType = (fn: string, column: Column): Column['type'] => {
  if (counts.includes(fn)) return 'integer'
  if (fn === 'min' || fn === 'max') return column.type
  return fn === 'sum' && column.type !== 'double' ? 'integer' : 'double'
}

const resultUnit = (fn: string, column: Column): string => (counts.includes(fn) ? '' : column.unit)

/** What an aggregate computes of the rows that count for it. */
function compileFunction(schema: QuerySchema, request: AggregateRequest, at: string): Omit<Measure, 'name'> {
  const aggregate = findAggregate(request.fn, `${at}.fn`)
  if (request.path === '*') {
    if (aggregate.name === 'count')
      return { sql: raw('count(*)'), type: 'integer', unit: '', isAdditive: true }
    throw new AppError({
      code: 'invalid_argument',
      message: `${aggregate.name} needs a column; "*" goes with count only.`,
      path: `${at}.path`,
      actual: '*',
      expected: 'a column path',
      next: `Call get_schema with {"service":"${schema.service.name}"} for the columns.`,
    })
  }
  const target = resolveColumn(schema, request.path, `${at}.path`)
  if (!acceptsType(aggregate, target.column.type)) {
    throw new AppError({
      code: 'invalid_argument',
      message: `${aggregate.name} needs a number; ${request.path} is of type ${target.column.type}.`,
      path: `${at}.path`,
      actual: request.path,
      expected: 'a column of type integer, double or boolean',
      next: 'Use count, count_distinct, min or max on this column, or choose another.',
    })
  }
  const compile = functions[aggregate.name]
  if (!compile) throw new Error(`aggregate ${aggregate.name} has no SQL`)
  const { column } = target
  return {
    sql: compile(target),
    type: resultType(request.fn, column),
    unit: resultUnit(request.fn, column),
    isAdditive: request.fn === 'count' || request.fn === 'sum',
  }
}

/**
 * One aggregate over the rows that match its own filters, and one more condition if given. Throws `unknown_name` for a function
 * or path, `invalid_argument` where they do not go together.
 */
export function compileAggregate(
  { schema }: QuerySource,
  request: AggregateRequest,
  at: string,
  more?: Sql,
): Measure {
  const measure = { ...compileFunction(schema, request, at), name: request.name }
  const own = compileFilters(schema, request.filters, `${at}.filters`)
  const conditions = [...(more ? [more] : []), ...(own.sql === 'TRUE' ? [] : [own])]
  return conditions.length === 0
    ? measure
    : { ...measure, sql: sql`${measure.sql} FILTER (WHERE ${join(conditions, ' AND ')})` }
}

/** The aggregates of a query. */
export const compileAggregates = (
  source: QuerySource,
  requests: readonly AggregateRequest[],
  at: string,
): readonly Measure[] =>
  requests.map((request, i) => compileAggregate(source, request, `${at}.aggregates[${i}]`))
