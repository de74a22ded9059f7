import type { CompiledQuery, QuerySource } from '../compiled.ts'
import type { QueryOf } from '../request/queries.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { compileAggregates } from './aggregates.ts'
import { compileFormulas, type Measure } from './formulas.ts'
import { byGroups, compileGroups, groupBy } from './groups.ts'
import { nameInner, refer } from './layers.ts'
import { toBucket } from './local-time.ts'
import { checkNames, from, listOrders, orderBy, type Selected, select, toCompiled, where } from './select.ts'

/** The rows of the groups that have the largest first aggregate over the whole window. */
function compileTop(
  source: QuerySource,
  request: QueryOf<'series'>,
  { groups, first }: Readonly<{ groups: readonly Selected[]; first: Selected }>,
  at: string,
): Sql {
  const ranked = [...groups, first]
  const order = [`${ranked.length} DESC NULLS LAST`, ...byGroups(groups)].join(', ')
  const isTop = groups.map((group, i) => sql`${group.sql} IS NOT DISTINCT FROM best.${raw(`"c${i + 1}"`)}`)
  return sql`FROM (
SELECT source.* ${from(source)}
SEMI JOIN (
SELECT
  ${nameInner(ranked)}
${from(source)}
${where(source, request.filters, at)}${groupBy(groups)}
ORDER BY ${raw(order)}
LIMIT ${raw(String(request.top))}
) AS best ON ${join(isTop, ' AND ')}
) AS source`
}

const listZeros = (measures: readonly Measure[]): readonly string[] =>
  measures.flatMap(({ name, isZeroOfNone }) => (isZeroOfNone ? [name] : []))

/** Rows of a series that is filled: buckets times groups. */
export const mostFilled = 100_000

/** Aggregates per time bucket. */
export function compileSeries(source: QuerySource, request: QueryOf<'series'>, at: string): CompiledQuery {
  const bucket: Selected = {
    name: 'bucket',
    sql: toBucket(raw('"timestamp"'), request.interval, source.zone),
    type: 'timestamp',
    unit: source.zone,
  }
  const groups = compileGroups(source, request.grouping, at)
  const keys = [bucket, ...groups]
  const measures = compileAggregates(source, request.aggregates, at)
  const [first] = measures
  const rows =
    request.top !== undefined && groups.length > 0 && first
      ? compileTop(source, request, { groups, first }, at)
      : from(source)
  const grouped = (columns: Sql) => sql`SELECT\n  ${columns}
${rows}
${where(source, request.filters, at)}${groupBy(keys)}`
  // Empty buckets are added later, for every group of the window: all rows must be known.
  const page = request.fill ? { limit: mostFilled, offset: 0 } : request
  const order = (shown: readonly Selected[]) => orderBy(listOrders(shown, [], byGroups(keys), at))
  if (!request.formulas || request.formulas.length === 0) {
    const selected = [...keys, ...measures]
    checkNames(selected, at)
    const statement = sql`${select(selected)}
${rows}
${where(source, request.filters, at)}${groupBy(keys)}${order(selected)}`
    return { ...toCompiled(statement, selected, page), zeros: listZeros(measures) }
  }
  const values = refer(measures, 'c', keys.length + 1)
  const formulas = compileFormulas(
    values,
    request.formulas,
    (column) => sql`sum(${column}) OVER (PARTITION BY "c1")`,
    at,
  )
  const shown = [...refer(keys, 'c'), ...values, ...formulas]
  checkNames(shown, at)
  const statement = sql`WITH grouped AS (
${grouped(nameInner([...keys, ...measures]))}
)
${select(shown)}
FROM grouped${order(shown)}`
  return { ...toCompiled(statement, shown, page), zeros: listZeros([...measures, ...formulas]) }
}
