import { type Aggregate, acceptsType, aggregateNames, aggregates } from '../catalog/aggregates.ts'
import type { Column } from '../catalog/column.ts'
import { AppError } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import type { AggregateRequest } from './request.ts'
import { type ResolvedColumn, resolveColumn } from './resolve-column.ts'
import type { QuerySchema } from './schema.ts'
import { raw, type Sql, sql, when } from './sql.ts'

/** An aggregate as SQL, with the type and unit of its result. */
export type CompiledAggregate = Readonly<{ name: string; sql: Sql; type: Column['type']; unit: string }>

const asNumber = ({ column, sql: text }: ResolvedColumn): Sql =>
  column.type === 'boolean' ? sql`CAST(${text} AS INTEGER)` : text

/** The standard deviation fails on NaN and the infinities, where the other aggregates return them. */
const finiteOnly = ({ column, sql: text }: ResolvedColumn): Sql =>
  when(column.type === 'double', () => sql` FILTER (WHERE isfinite(${text}))`)

const quantile = (share: number) => (target: ResolvedColumn) =>
  sql`quantile_cont(${asNumber(target)}, ${raw(String(share))})`

const functions: Readonly<Record<string, (target: ResolvedColumn) => Sql>> = {
  count: ({ sql: text }) => sql`count(${text})`,
  count_distinct: ({ sql: text }) => sql`count(DISTINCT ${text})`,
  sum: (target) => sql`sum(${asNumber(target)})`,
  avg: (target) => sql`avg(${asNumber(target)})`,
  min: ({ sql: text }) => sql`min(${text})`,
  max: ({ sql: text }) => sql`max(${text})`,
  median: quantile(0.5),
  stddev: (target) => sql`stddev_samp(${asNumber(target)})${finiteOnly(target)}`,
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

const resultType = (fn: string, column: Column): Column['type'] => {
  if (fn === 'count' || fn === 'count_distinct') return 'integer'
  if (fn === 'min' || fn === 'max') return column.type
  return fn === 'sum' && column.type !== 'double' ? 'integer' : 'double'
}

const resultUnit = (fn: string, column: Column): string =>
  fn === 'count' || fn === 'count_distinct' ? '' : column.unit

/** One aggregate. Throws `unknown_name` for its function or path, `invalid_argument` where they do not go together. */
export function compileAggregate(
  schema: QuerySchema,
  request: AggregateRequest,
  at: string,
): CompiledAggregate {
  const aggregate = findAggregate(request.fn, `${at}.fn`)
  if (request.path === '*') {
    if (aggregate.name === 'count')
      return { name: request.name, sql: raw('count(*)'), type: 'integer', unit: '' }
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
    name: request.name,
    sql: compile(target),
    type: resultType(request.fn, column),
    unit: resultUnit(request.fn, column),
  }
}
