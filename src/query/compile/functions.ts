import { type Aggregate, acceptsType, aggregateNames, aggregates } from '../../catalog/aggregates.ts'
import type { Column } from '../../catalog/column.ts'
import { AppError } from '../../core/errors.ts'
import { findMeantNames } from '../find-meant-names.ts'
import { type ResolvedColumn, resolveColumn } from '../resolve-column.ts'
import type { QuerySchema } from '../schema.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
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
    nearest: findMeantNames(
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

/** An aggregate by function and column. */
export type FunctionRequest = Readonly<{ fn: string; path: string }>

/** What an aggregate computes of the rows that count for it. */
export function compileFunction(
  schema: QuerySchema,
  request: FunctionRequest,
  at: string,
): Omit<Measure, 'name'> {
  const aggregate = findAggregate(request.fn, `${at}.fn`)
  if (request.path === '*') {
    if (aggregate.name === 'count')
      return { sql: raw('count(*)'), type: 'integer', unit: '', isAdditive: true, isZeroOfNone: true }
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
    isZeroOfNone: counts.includes(request.fn) || request.fn === 'sum',
  }
}

/** Lets an aggregate see only the rows that meet some conditions. */
export const amongRows = (aggregate: Sql, conditions: readonly Sql[]): Sql => {
  const real = conditions.filter(({ sql: text }) => text !== 'TRUE')
  return real.length === 0 ? aggregate : sql`${aggregate} FILTER (WHERE ${join(real, ' AND ')})`
}
