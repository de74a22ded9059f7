import type { Statement } from '../engine/engine.ts'
import { compileFilters } from './compile/filters.ts'
import { from, inWindow } from './compile/select.ts'
import type { QuerySource } from './compiled.ts'
import type { FilterRequest } from './request/filters.ts'
import { resolveColumn } from './resolve-column.ts'
import { join, raw, type Sql, sql, when } from './sql.ts'

/** Rows that were asked for, and which of their times the window is about. */
export type EmptySource = Pick<QuerySource, 'relation' | 'schema' | 'range'> &
  Readonly<{ time?: 'timestamp' | 'trace_start' }>

/**
 * How many rows the window has (`rows`), how many match all filters (`matching`), how many are left with each filter dropped in turn (`without_0`, …), and how many
 * match each filter alone (`alone_0`, …). One scan.
 */
export function countByFilter(source: EmptySource, filters: readonly FilterRequest[], at: string): Statement {
  const conditions = filters.map((filter, i) =>
    compileFilters(source.schema, [filter], `${at}.filters[${i}]`),
  )
  const count = (some: readonly Sql[], name: string): Sql =>
    sql`count(*)${when(some.length > 0, () => sql` FILTER (WHERE ${join(some, ' AND ')})`)} AS ${raw(name)}`
  const counts = conditions.flatMap((condition, i) => [
    count(
      conditions.filter((_, j) => j !== i),
      `without_${i}`,
    ),
    count([condition], `alone_${i}`),
  ])
  return sql`SELECT
  ${join([count([], '"rows"'), count(conditions, 'matching'), ...counts], ',\n  ')}
${from(source)}
WHERE ${inWindow(source.range, source.time)}`
}

/** Values of a column in the window, the most frequent first, as `value`. */
export function selectValues(source: EmptySource, path: string, limit: number, at: string): Statement {
  const { sql: text } = resolveColumn(source.schema, path, at)
  return sql`SELECT ${text} AS "value"
${from(source)}
WHERE ${inWindow(source.range, source.time)} AND ${text} IS NOT NULL
GROUP BY 1
ORDER BY count(*) DESC, 1
LIMIT ${raw(String(limit))}`
}
