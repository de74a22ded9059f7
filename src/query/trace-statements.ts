import type { Statement } from '../engine/engine.ts'
import { instant } from './instant.ts'
import { raw, type Sql, sql, value, when } from './sql.ts'

/** What the index knows of a trace: each `source` that has some of it, how many `rows`, and when they begin, as decimal text `start_ns`. */
export const selectTracePlaces = (index: string, traceId: string): Statement =>
  sql`SELECT source, "rows", CAST(epoch_ns("start") AS VARCHAR) AS start_ns
FROM (
${raw(index)}
) AS trace_index
WHERE trace_id = ${value(traceId)}`

export type TraceRequest = Readonly<{
  traceId: string
  /** The value of `trace_start`, if known, which leads to the trace's place in a file. */
  startNs: bigint | undefined
}>

export const ofTrace = (spans: string, { traceId, startNs }: TraceRequest): Sql => sql`FROM (
${raw(spans)}
) AS source
WHERE trace_id = ${value(traceId)}${when(startNs !== undefined, () => sql`\n  AND trace_start = ${instant(startNs ?? 0n)}`)}`

const times = raw(`CAST(epoch_ns("timestamp") AS VARCHAR) AS start_ns,
  CAST(epoch_ns("timestamp") + duration AS VARCHAR) AS end_ns`)

/**
 * The first spans of one trace in order of start, those with `spanId` before all others. `start_ns` and `end_ns` are decimal
 * texts, exact to the nanosecond.
 */
export const selectFirstSpans = (
  spans: string,
  request: TraceRequest & Readonly<{ limit: number; spanId: string }>,
): Statement => sql`SELECT
  *,
  ${times}
${ofTrace(spans, request)}
ORDER BY span_id = ${value(request.spanId)} DESC, "timestamp", span_id
LIMIT ${raw(String(request.limit))}`

/** All spans of one trace in order of start, as the above gives them; without a limit, which takes longer to plan. */
export const selectSpans = (spans: string, request: TraceRequest): Statement => sql`SELECT
  *,
  ${times}
${ofTrace(spans, request)}
ORDER BY "timestamp", span_id`

/** The rows of one span, out of any relation that has ids. */
export const selectOfSpan = (relation: string, traceId: string, spanId: string): Statement => sql`SELECT *
FROM (
${raw(relation)}
) AS source
WHERE trace_id = ${value(traceId)} AND span_id = ${value(spanId)}`

const recordColumns = [
  'span_id',
  'severity_text',
  'severity_number',
  'service_name',
  'body',
  'event_name',
  'scope_name',
  'trace_flags',
  'attributes',
  'resource_attributes',
]

/**
 * A digest that tells log records of one time apart; exact copies are in the lake once.
 * Nothing has a mark of its own, so that a record without a body is not one without an event name.
 */
const recordId = `md5(concat_ws(chr(31), ${recordColumns
  .map((column) => `coalesce(CAST(${column} AS VARCHAR), chr(30))`)
  .join(', ')}))`

const recordFields = `*, CAST(epoch_ns("timestamp") AS VARCHAR) AS time_ns, ${recordId} AS record_id`

export type TraceLogsRequest = Readonly<{
  traceId: string
  spanIds: readonly string[]
  /** Whether records that belong to no span are wanted too. */
  withoutSpan: boolean
  limit: number
}>

/** The first log records of some spans of a trace in order of time. */
export function selectTraceLogs(
  logs: string,
  { traceId, spanIds, withoutSpan, limit }: TraceLogsRequest,
): Statement {
  const ids = spanIds.length > 0 ? `span_id IN (${spanIds.map(() => '?').join(', ')})` : 'FALSE'
  return {
    sql: `SELECT ${recordFields}
FROM (
${logs}
) AS source
WHERE trace_id = ?
  AND (${ids}${withoutSpan ? ' OR span_id IS NULL' : ''})
ORDER BY "timestamp", record_id
LIMIT ${limit}`,
    params: [traceId, ...spanIds],
  }
}

export type SpanLogsRequest = Readonly<{
  traceId: string
  spanId: string
  /** Time in nanoseconds and record id of the last record shown. */
  after: Readonly<{ ns: bigint; id: string }> | undefined
  limit: number
}>

/** One page of a span's log records in order of time, one more than `limit` to know whether there are more. */
export function selectSpanLogs(logs: string, { traceId, spanId, after, limit }: SpanLogsRequest): Statement {
  const beyond = after ? '\nWHERE (epoch_ns("timestamp"), record_id) > (CAST(? AS BIGINT), ?)' : ''
  return {
    sql: `SELECT *
FROM (
  SELECT ${recordFields}
  FROM (
${logs}
  ) AS source
  WHERE trace_id = ?
    AND span_id = ?
) AS record${beyond}
ORDER BY "timestamp", record_id
LIMIT ${limit + 1}`,
    params: [traceId, spanId, ...(after ? [after.ns, after.id] : [])],
  }
}
