import { getOperator, type OperatorName, operatorNames } from '../../catalog/operators.ts'
import { AppError } from '../../core/errors.ts'
import { coerceValue, type Operand } from '../coerce-value.ts'
import type { FilterRequest } from '../request/filters.ts'
import { type ResolvedColumn, resolveColumn } from '../resolve-column.ts'
import type { QuerySchema } from '../schema.ts'
import { join, raw, type Sql, sql, value } from '../sql.ts'

type Compile = (target: ResolvedColumn, operand: Operand, at: string) => Sql

const compare =
  (symbol: string): Compile =>
  ({ column, sql: left }, operand, at) =>
    sql`${left} ${raw(symbol)} ${coerceValue(column, operand, at)}`

const caseless =
  (fn: string): Compile =>
  ({ sql: left }, operand) =>
    sql`${raw(fn)}(lower(${left}), lower(${value(String(operand))}))`

const single: Readonly<Record<Exclude<OperatorName, 'in' | 'not_in' | 'exists'>, Compile>> = {
  eq: compare('='),
  neq: compare('IS DISTINCT FROM'),
  gt: compare('>'),
  gte: compare('>='),
  lt: compare('<'),
  lte: compare('<='),
  contains: caseless('contains'),
  starts_with: caseless('starts_with'),
  regex: ({ sql: left }, operand) => sql`regexp_matches(${left}, ${value(String(operand))})`,
}

function compileList(
  target: ResolvedColumn,
  operands: readonly Operand[],
  at: string,
  negated: boolean,
): Sql {
  const values = join(
    operands.map((operand, i) => coerceValue(target.column, operand, `${at}[${i}]`)),
    ', ',
  )
  return negated
    ? sql`(${target.sql} IS NULL OR ${target.sql} NOT IN (${values}))`
    : sql`${target.sql} IN (${values})`
}

function checkType({ column }: ResolvedColumn, operator: OperatorName, at: string): void {
  if (getOperator(operator).types.includes(column.type)) return
  throw new AppError({
    code: 'invalid_argument',
    message: `${operator} works on text; ${column.path} is of type ${column.type}.`,
    path: at,
    actual: operator,
    expected: operatorNames.filter((name) => getOperator(name).types.includes(column.type)),
    next: 'Use one of the operators listed.',
  })
}

function compileOperator(
  target: ResolvedColumn,
  filter: FilterRequest,
  operator: OperatorName,
  at: string,
): Sql {
  const place = `${at}.${operator}`
  checkType(target, operator, place)
  if (operator === 'in' || operator === 'not_in') {
    return compileList(target, filter[operator] ?? [], place, operator === 'not_in')
  }
  if (operator === 'exists') return sql`${target.sql} ${raw(filter.exists ? 'IS NOT NULL' : 'IS NULL')}`
  return single[operator](target, filter[operator] ?? '', place)
}

/** A filter as a condition. `at` is its place in the input. Throws `unknown_name` and `invalid_argument`. */
function compileFilter(schema: QuerySchema, filter: FilterRequest, at: string): Sql {
  const target = resolveColumn(schema, filter.path, `${at}.path`)
  const used = operatorNames.filter((operator) => filter[operator] !== undefined)
  if (used.length === 0) {
    throw new AppError({
      code: 'invalid_argument',
      message: 'The filter has a path but no operator.',
      path: at,
      actual: filter.path,
      expected: operatorNames,
      next: `Add one, e.g. {"path":"${filter.path}","exists":true}.`,
    })
  }
  return join(
    used.map((operator) => compileOperator(target, filter, operator, at)),
    ' AND ',
  )
}

/** All filters of a list, joined by AND; TRUE for none. */
export function compileFilters(
  schema: QuerySchema,
  filters: readonly FilterRequest[] | undefined,
  at: string,
): Sql {
  if (!filters || filters.length === 0) return raw('TRUE')
  return join(
    filters.map((filter, i) => sql`(${compileFilter(schema, filter, `${at}[${i}]`)})`),
    ' AND ',
  )
}
