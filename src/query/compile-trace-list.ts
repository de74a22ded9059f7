import type { TimeRange } from '../core/time-range.ts'
import type { Statement } from '../engine/engine.ts'
import { compileFilters } from './compile/filters.ts'
import { instant } from './instant.ts'
import type { FilterRequest } from './request/filters.ts'
import type { QuerySchema } from './schema.ts'
import { raw, sql, value, when } from './sql.ts'

export type TraceListRequest = Readonly<{
  /** SELECTs of the services `traces` and `spans`, which hold at least the window's traces. */
  traces: string
  spans: string
  /** Schema of `spans`, for the filters. */
  schema: QuerySchema
  range: TimeRange
  filters: readonly FilterRequest[] | undefined
  sort: 'asc' | 'desc'
  /** Start in nanoseconds and id of the last trace shown. */
  after: Readonly<{ ns: bigint; id: string }> | undefined
  /** Rows, at most. */
  limit: number
}>

/**
 * The first traces of a window by start time. A trace matches when one of its spans matches all filters.
 * Throws `unknown_name` and `invalid_argument`.
 */
export function compileTraceList(request: TraceListRequest): Statement {
  const { range, filters, sort, after } = request
  const conditions = compileFilters(request.schema, filters, 'filters')
  const beyond = raw(sort === 'asc' ? '>' : '<')
  const direction = raw(sort === 'asc' ? 'ASC' : 'DESC')
  return sql`SELECT *
FROM (
${raw(request.traces)}
) AS source
WHERE "timestamp" >= ${instant(range.startNs)}
  AND "timestamp" < ${instant(range.endNs)}${when(after !== undefined, () => {
    const at = instant(after?.ns ?? 0n)
    return sql`\n  AND ("timestamp" ${beyond} ${at} OR ("timestamp" = ${at} AND trace_id ${beyond} ${value(after?.id ?? '')}))`
  })}${when(
    (filters ?? []).length > 0,
    () => sql`\n  AND trace_id IN (
    SELECT trace_id
    FROM (
${raw(request.spans)}
    ) AS span
    WHERE trace_start >= ${instant(range.startNs)}
      AND trace_start < ${instant(range.endNs)}
      AND ${conditions}
  )`,
  )}
ORDER BY "timestamp" ${direction}, trace_id ${direction}
LIMIT ${raw(String(request.limit))}`
}
