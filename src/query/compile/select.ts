import type { Column } from '../../catalog/column.ts'
import { AppError } from '../../core/errors.ts'
import type { TimeRange } from '../../core/time-range.ts'
import type { Statement } from '../../engine/engine.ts'
import type { CompiledQuery, QuerySource } from '../compiled.ts'
import { instant } from '../instant.ts'
import type { FilterRequest } from '../request/filters.ts'
import type { OrderRequest } from '../request/measures.ts'
import { join, name, raw, type Sql, sql, when } from '../sql.ts'
import { compileFilters } from './filters.ts'

/** A column of a statement: its name, what computes it, type and unit, and its place in the input, where it has one. */
export type Selected = Readonly<{
  /** Whether its values are steps of a scale, which are read in their order. */
  isScale?: boolean
  name: string
  sql: Sql
  type: Column['type']
  unit: string
  at?: string | undefined
}>

/** Whether a row's time, or that at which its trace begins, is in a window. */
export const inWindow = (
  { startNs, endNs }: TimeRange,
  column: 'timestamp' | 'trace_start' = 'timestamp',
): Sql => sql`${name(column)} >= ${instant(startNs)}\n  AND ${name(column)} < ${instant(endNs)}`

/** The rows of the service. */
export const from = ({ relation }: Pick<QuerySource, 'relation'>): Sql =>
  raw(`FROM (\n${relation}\n) AS source`)

/** The rows that count: those in the window that match the filters. */
export function where(source: QuerySource, filters: readonly FilterRequest[] | undefined, at: string): Sql {
  const conditions = compileFilters(source.schema, filters, `${at}.filters`)
  return sql`WHERE ${inWindow(source.range)}${when(conditions.sql !== 'TRUE', () => sql`\n  AND ${conditions}`)}`
}

export const select = (columns: readonly Selected[]): Sql =>
  sql`SELECT\n  ${join(
    columns.map((column) => sql`${column.sql} AS ${name(column.name)}`),
    ',\n  ',
  )}`

/** Names are one each, and none holds a NUL, which an attribute's key may: it would end the name in SQL. */
export function checkNames(columns: readonly Selected[], at: string): void {
  const bad = (message: string, { name: actual, at: own }: Selected, next: string) => {
    // One of two columns of a name may be the query's own, which has no place in the input.
    const path = own ?? columns.find(({ name, at: other }) => name === actual && other)?.at ?? at
    return new AppError({ code: 'invalid_argument', message, path, actual, next })
  }
  const twice = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) !== i)
  if (twice) {
    const message = `Two columns of the result would be called "${twice.name}".`
    throw bad(message, twice, 'Give each column of the result a name of its own.')
  }
  const broken = columns.find(({ name }) => name.includes('\0'))
  if (broken) {
    const message = 'A column whose name holds a NUL character cannot be a column of the result.'
    throw bad(message, broken, 'Use it in a filter or in an aggregate.')
  }
}

/** The place of a column of the result, from 1 on. Throws `unknown_name`. */
export function findPlace(selected: readonly Selected[], wanted: string, at: string, what: string): number {
  const found = selected.findIndex(({ name }) => name === wanted)
  if (found >= 0) return found + 1
  throw new AppError({
    code: 'unknown_name',
    message: `The result has no column "${wanted.slice(0, 120)}" ${what}.`,
    path: at,
    actual: wanted.slice(0, 120),
    expected: selected.map(({ name }) => name),
    next: 'Take one of the columns listed.',
  })
}

export const direction = (order: OrderRequest): Sql =>
  raw(order.direction === 'desc' ? 'DESC NULLS LAST' : 'ASC NULLS LAST')

/**
 * The order by columns of the result; ties, and everything without an order, by `fallback`, so that answers repeat. `toTerm`
 * writes the column of a place: names in SQL ignore case, so that "n" and "N" would be one column.
 */
export function listOrders(
  selected: readonly Selected[],
  orders: readonly OrderRequest[] | undefined,
  fallback: readonly string[],
  at: string,
  toTerm: (place: number) => string = String,
): Sql {
  const wanted = (orders ?? []).map((order, i) => {
    const place = findPlace(selected, order.path, `${at}.orders[${i}].path`, 'to order by')
    return sql`${raw(toTerm(place))} ${direction(order)}`
  })
  return join([...wanted, ...fallback.map(raw)], ', ')
}

export const orderBy = (orders: Sql): Sql => when(orders.sql !== '', () => sql`\nORDER BY ${orders}`)

/** Which rows of a result are wanted. */
type Page = Readonly<{ limit: number; offset: number }>

const pageOf = ({ limit, offset }: Page): Sql =>
  raw(`\nLIMIT ${limit + 1}${offset > 0 ? ` OFFSET ${offset}` : ''}`)

/** A query of which `all` gives all rows, with the columns `selected`, or with these and more (`given`). */
export const toCompiled = (
  all: Statement,
  selected: readonly Selected[],
  page: Page,
  given: readonly Selected[] = selected,
): CompiledQuery => ({
  statement: sql`${all}${pageOf(page)}`,
  names: given.map(({ name }) => name),
  columns: selected.map(({ name, type, unit }) => ({ name, type, unit })),
  limit: page.limit,
  all,
  total: sql`SELECT count(*) AS "total"\nFROM (\n${all}\n) AS answer`,
})
