import { logs, spans } from '../catalog/services/telemetry.ts'
import { AppError } from '../core/errors.ts'
import { formatDay } from '../core/time-range.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { selectFirstSpans, selectSpans, selectTraceLogs } from '../query/trace-statements.ts'
import type { TracePlace } from './find-trace.ts'
import type { ToolContext } from './tool.ts'

/** Spans that are read of one trace; more would fill any assistant's context many times over. */
const mostSpans = 2_000

/** The spans of a place, or the first of them, with that of an id before the others. */
function readPlace(
  relation: string,
  { traceId, exportedSpans }: TracePlace,
  startNs: bigint | undefined,
  { runtime, signal }: ToolContext,
  spanId: string,
): Promise<readonly Row[]> {
  const request = { traceId, startNs }
  const statement =
    exportedSpans > mostSpans
      ? selectFirstSpans(relation, { ...request, limit: mostSpans, spanId })
      : selectSpans(relation, request)
  return runtime.engine.run(statement, signal)
}

/**
 * The first spans of a trace in order of start; the span of an id, if it has one, is among them. Throws `not_found`.
 */
export async function readSpans(
  snapshot: LakeSnapshot,
  place: TracePlace,
  context: ToolContext,
  spanId = '',
): Promise<readonly Row[]> {
  const { traceId, startNs } = place
  if (startNs !== undefined) {
    const days = new Set([formatDay(startNs)])
    const near = snapshot.relation(spans, { days, starts: { startNs, endNs: startNs + 1n } })
    const found = await readPlace(near, place, startNs, context, spanId)
    if (found.length > 0) return found
    // Its first span has copies, and one that begins later was kept: the trace is elsewhere in the day's files.
    const rows = await readPlace(snapshot.relation(spans, { days }), place, undefined, context, spanId)
    if (rows.length > 0) return rows
  }
  throw new AppError({
    code: 'not_found',
    message: `There is no trace ${traceId}.`,
    path: 'traceId',
    actual: traceId,
    next: 'Find existing ids with traces_list over a wider time range.',
  })
}

/** Log records that are read for one page of spans. */
const mostRecords = 2_000

/** The log records of some spans of a trace in order of time, and, if wanted, those that belong to no span. */
export async function readLogsOf(
  snapshot: LakeSnapshot,
  { traceId, logDays: days }: TracePlace,
  rows: readonly Row[],
  withoutSpan: boolean,
  { runtime, signal }: ToolContext,
): Promise<readonly Row[]> {
  if (days.size === 0) return []
  const spanIds = rows.map((row) => String(row['span_id']))
  const relation = snapshot.relation(logs, { days })
  return runtime.engine.run(
    selectTraceLogs(relation, { traceId, spanIds, withoutSpan, limit: mostRecords }),
    signal,
  )
}

/** Spans that a platform writes about itself begin so; they are shown on request only. */
export const internalPrefix = 'operata.'

export const isShown = (row: Row) => !String(row['span_name']).startsWith(internalPrefix)

/** The span of an id among a trace's spans. Throws `not_found` naming some that exist. */
export function getSpan(rows: readonly Row[], traceId: string, spanId: string): Row {
  const row = rows.find((candidate) => candidate['span_id'] === spanId)
  if (row) return row
  throw new AppError({
    code: 'not_found',
    message: `Trace ${traceId} has no span ${spanId}.`,
    path: 'spanId',
    actual: spanId,
    expected: rows
      .filter(isShown)
      .slice(0, 5)
      .map((candidate) => `${candidate['span_id']} (${candidate['span_name']})`),
    next: 'Take a span id from traces_get of this trace.',
  })
}

/** A map column of a row as a record of texts. */
export function toAttributes(row: Row, column = 'attributes'): Readonly<Record<string, string>> {
  return (row[column] ?? {}) as Readonly<Record<string, string>>
}
