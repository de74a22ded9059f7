import type { QuerySource } from '../compiled.ts'
import type { FormulaRequest } from '../request/measures.ts'
import type { QueryOf } from '../request/queries.ts'
import { join, raw, type Sql, sql, when } from '../sql.ts'
import { compileFormulas, type Measure } from './formulas.ts'
import { groupBy } from './groups.ts'
import { compileHaving } from './having.ts'
import { findPlace, from, listOrders, orderBy, type Selected, select, where } from './select.ts'

export type GroupedRequest = (QueryOf<'scalar'> | QueryOf<'rate'>) &
  Readonly<{ formulas?: readonly FormulaRequest[] | undefined }>

/** How many rows an ungrouped query saw: it returns one row even where nothing matched. */
export const matchedRowsName = '__matched_rows'

export const matchedRows: Selected = {
  name: matchedRowsName,
  sql: raw('count(*)'),
  type: 'integer',
  unit: 'rows',
}

/** Columns of an inner statement go by their places: names in SQL ignore case, so that "n" and "N" would be one. */
export const toInner = (letter: 'c' | 'f', place: number): string => `"${letter}${place}"`

export const nameInner = (columns: readonly Selected[]): Sql =>
  join(
    columns.map((column, i) => sql`${column.sql} AS ${raw(toInner('c', i + 1))}`),
    ',\n  ',
  )

/** Whoever limits a scale to fewer steps wants the largest of them. */
const fewSteps = 100

/**
 * The order of groups that nobody has ordered: the largest first aggregate first, then by their values. Steps of a scale, such as
 * hours and bins, are read in their order, unless the result is to be the largest of them.
 */
export function toDefaultOrder(
  groups: readonly Selected[],
  { limit_by: by, others, limit }: Pick<GroupedRequest, 'limit_by' | 'others' | 'limit'>,
  toTerm: (place: number) => string,
): readonly string[] {
  const byValue = groups.map((_, i) => `${toTerm(i + 1)} ASC NULLS LAST`)
  if (groups.length === 0) return []
  if (groups[0]?.isScale && !by && !others && limit >= fewSteps) return byValue
  return [`${toTerm(groups.length + 1)} DESC NULLS LAST`, ...groups.map((_, i) => toTerm(i + 1))]
}

/** Columns as those below refer to them. */
export const refer = <T extends Selected>(
  columns: readonly T[],
  letter: 'c' | 'f',
  first = 1,
): readonly T[] => columns.map((column, i) => ({ ...column, sql: raw(toInner(letter, first + i)) }))

/** A query in layers: aggregates by group, formulas over all groups, and then conditions and ranks. */
export type Layers = Readonly<{
  /** `WITH grouped AS (…), computed AS (…)`, with inner names. */
  head: Sql
  /** The columns of the result: groups, aggregates, formulas, each as it is referred to below the head. */
  groups: readonly Selected[]
  measures: readonly Measure[]
  formulas: readonly Selected[]
  /** The groups that pass, in order. */
  toRanked(columns: readonly Selected[]): Sql
}>

/**
 * Formulas are computed before any group is dropped: a share of the total is one of all groups.
 */
export function toLayers(
  source: QuerySource,
  request: GroupedRequest,
  { groups, measures }: Readonly<{ groups: readonly Selected[]; measures: readonly Measure[] }>,
  at: string,
): Layers {
  const counted = groups.length > 0 ? [...groups, ...measures] : [...measures, matchedRows]
  const keys = refer(groups, 'c')
  const values = refer(measures, 'c', groups.length + 1)
  const made = compileFormulas(values, request.formulas, (column) => sql`sum(${column}) OVER ()`, at)
  const formulas = refer(made, 'f')
  const shown = [...keys, ...values, ...formulas]
  const toTerm = (place: number) => shown[place - 1]?.sql.sql ?? ''
  const orders = listOrders(shown, request.orders, toDefaultOrder(groups, request, toTerm), at, toTerm)
  const having = compileHaving([...values, ...formulas], request.having, at)
  const { limit_by: by } = request
  const partition = by?.grouping.map(
    (wanted, i) =>
      keys[findPlace(keys, wanted, `${at}.limit_by.grouping[${i}]`, 'among its groups') - 1]?.sql as Sql,
  )
  const computed = made.map((formula, i) => sql`, ${formula.sql} AS ${raw(toInner('f', i + 1))}`)
  return {
    head: sql`WITH grouped AS (
SELECT
  ${nameInner(counted)}
${from(source)}
${where(source, request.filters, at)}${groupBy(groups)}
), computed AS (
SELECT *${join(computed, '')}
FROM grouped
)`,
    groups: keys,
    measures: values,
    formulas,
    toRanked: (columns) =>
      sql`${select(columns)}
FROM computed${when(having.sql !== 'TRUE', () => sql`\nWHERE ${having}`)}${when(by !== undefined, () => sql`\nQUALIFY row_number() OVER (PARTITION BY ${join(partition ?? [], ', ')} ORDER BY ${orders}) <= ${raw(String(by?.limit))}`)}${orderBy(orders)}`,
  }
}
