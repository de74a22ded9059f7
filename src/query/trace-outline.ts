import type { Statement } from '../engine/engine.ts'
import { compileFilters } from './compile/filters.ts'
import type { FilterRequest } from './request/filters.ts'
import type { QuerySchema } from './schema.ts'
import { join, raw, type Sql, sql, value, when } from './sql.ts'
import { ofTrace, type TraceRequest } from './trace-statements.ts'

/** Columns of spans that an outline reads, by their names in the lake. */
export const outlineColumns = [
  'trace_id',
  'trace_start',
  'span_id',
  'parent_span_id',
  'span_name',
  'service_name',
  'timestamp',
  'duration',
  'status_code',
  'status_message',
] as const

/** The spans of one trace as far as their places and times go, in order of start; `start_ns` is decimal text. */
export const selectOutline = (spans: string, request: TraceRequest, limit: number): Statement => sql`SELECT
  span_id, parent_span_id, span_name, service_name, status_code, left(status_message, 200) AS status_message,
  CAST(epoch_ns("timestamp") AS VARCHAR) AS start_ns, CAST(duration AS DOUBLE) AS duration_ns
${ofTrace(spans, request)}
ORDER BY "timestamp", span_id
LIMIT ${raw(String(limit))}`

/** Which spans of a trace are wanted: those of some ids, those that match filters, and from which on. */
export type SpanChoice = Readonly<{
  ids: readonly string[] | undefined
  filters: readonly FilterRequest[] | undefined
  /** Beginning of names that are left out; undefined for none. */
  hidden: string | undefined
  onlyErrors: boolean
  offset: number
  limit: number
}>

function toConditions(schema: QuerySchema, { ids, filters, hidden, onlyErrors }: SpanChoice): Sql {
  const own = compileFilters(schema, filters, 'filters')
  const conditions = [
    ...(own.sql === 'TRUE' ? [] : [own]),
    ...(ids
      ? [
          sql`span_id IN (${join(
            ids.map((id) => value(id)),
            ', ',
          )})`,
        ]
      : []),
    ...(hidden === undefined ? [] : [sql`NOT starts_with(span_name, ${value(hidden)})`]),
    ...(onlyErrors ? [raw("status_code = 'Error'")] : []),
  ]
  return when(conditions.length > 0, () => sql`\n  AND ${join(conditions, '\n  AND ')}`)
}

/** Spans of one trace in full, in order of start; `start_ns` and `end_ns` are decimal texts. */
export const selectChosenSpans = (
  spans: string,
  request: TraceRequest,
  schema: QuerySchema,
  choice: SpanChoice,
): Statement => sql`SELECT
  *,
  CAST(epoch_ns("timestamp") AS VARCHAR) AS start_ns,
  CAST(epoch_ns("timestamp") + duration AS VARCHAR) AS end_ns
${ofTrace(spans, request)}${toConditions(schema, choice)}
ORDER BY "timestamp", span_id
LIMIT ${raw(String(choice.limit))}${when(choice.offset > 0, () => raw(` OFFSET ${choice.offset}`))}`

/** Their ids and names only. */
export const selectSpanNames = (
  spans: string,
  request: TraceRequest,
  schema: QuerySchema,
  choice: SpanChoice,
): Statement => sql`SELECT span_id, span_name
${ofTrace(spans, request)}${toConditions(schema, choice)}
ORDER BY "timestamp", span_id
LIMIT ${raw(String(choice.limit))}`

/** How many they are, as `spans`. */
export const countChosenSpans = (
  spans: string,
  request: TraceRequest,
  schema: QuerySchema,
  choice: SpanChoice,
): Statement => sql`SELECT count(*) AS spans
${ofTrace(spans, request)}${toConditions(schema, choice)}`
