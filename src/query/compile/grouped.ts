import { AppError } from '../../core/errors.ts'
import type { CompiledQuery, QuerySource } from '../compiled.ts'
import { raw, sql } from '../sql.ts'
import type { Measure } from './formulas.ts'
import { compileGroups, groupBy } from './groups.ts'
import { type GroupedRequest, matchedRows, toDefaultOrder, toInner, toLayers } from './layers.ts'
import { compileOthers } from './others.ts'
import { checkNames, from, listOrders, orderBy, select, toCompiled, where } from './select.ts'

function checkGrouped({ grouping, having, limit_by, others }: GroupedRequest, at: string): void {
  if (grouping && grouping.length > 0) return
  const given = Object.entries({ having, limit_by, others }).find(([, value]) => value)
  if (!given) return
  throw new AppError({
    code: 'invalid_argument',
    message: `${given[0]} is about groups, and the query has none.`,
    path: `${at}.${given[0]}`,
    next: 'Add grouping, or leave it out.',
  })
}

/** Aggregates by group. */
export function compileGrouped(
  source: QuerySource,
  request: GroupedRequest,
  measures: readonly Measure[],
  at: string,
): CompiledQuery {
  checkGrouped(request, at)
  const groups = compileGroups(source, request.grouping, at)
  const { formulas = [], having = [], limit_by } = request
  if (formulas.length === 0 && having.length === 0 && !limit_by && !request.others) {
    const selected = [...groups, ...measures]
    const counted = groups.length > 0 ? selected : [...selected, matchedRows]
    checkNames(counted, at)
    const orders = listOrders(selected, request.orders, toDefaultOrder(groups, request, String), at)
    const statement = sql`${select(counted)}
${from(source)}
${where(source, request.filters, at)}${groupBy(groups)}${orderBy(orders)}`
    return toCompiled(statement, selected, request, counted)
  }
  const layers = toLayers(source, request, { groups, measures }, at)
  const selected = [...layers.groups, ...layers.measures, ...layers.formulas]
  const rows = { ...matchedRows, sql: raw(toInner('c', measures.length + 1)) }
  const given = groups.length > 0 ? selected : [...selected, rows]
  checkNames(given, at)
  const statement = sql`${layers.head}
${layers.toRanked(given)}`
  const query = toCompiled(statement, selected, request, given)
  return request.others
    ? { ...query, others: compileOthers(source, request, layers, { groups, measures }, at) }
    : query
}
