import { spans } from '../catalog/services/telemetry.ts'
import { AppError } from '../core/errors.ts'
import { formatDay } from '../core/time-range.ts'
import type { Row, Statement } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { outlineColumns, selectOutline } from '../query/trace-outline.ts'
import type { TraceRequest } from '../query/trace-statements.ts'
import type { SpanOutline } from '../traces/outline.ts'
import type { TracePlace } from './find-trace.ts'
import type { ToolContext } from './tool.ts'

/** Spans of a trace that are looked at as a whole. */
export const mostOutlined = 200_000

/** Where a trace's spans are asked for: a relation of spans and what leads to the trace in it. */
type MakeStatement = (relation: string, request: TraceRequest) => Statement

/** Whether a statement found anything: one that counts always has a row. */
const isFound = (rows: readonly Row[]) => rows.length > 0 && rows[0]?.['spans'] !== 0

/** Runs a statement over the spans of a trace. No rows, or 0 `spans`, if the trace has none of those that were asked for. */
export async function runOnTrace(
  snapshot: LakeSnapshot,
  { traceId, startNs }: TracePlace,
  make: MakeStatement,
  { runtime, signal }: ToolContext,
  columns?: ReadonlySet<string>,
): Promise<readonly Row[]> {
  if (startNs === undefined) return []
  const days = new Set([formatDay(startNs)])
  const only = columns && { columns }
  const near = snapshot.relation(spans, { days, starts: { startNs, endNs: startNs + 1n }, ...only })
  const found = await runtime.engine.run(make(near, { traceId, startNs }), signal)
  if (isFound(found)) return found
  // Its first span has copies, and one that begins later was kept: the trace is elsewhere in the day's files.
  const whole = snapshot.relation(spans, { days, ...only })
  return runtime.engine.run(make(whole, { traceId, startNs: undefined }), signal)
}

export const noTrace = (traceId: string): AppError =>
  new AppError({
    code: 'not_found',
    message: `There is no trace ${traceId}.`,
    path: 'traceId',
    actual: traceId,
    next: 'Find existing ids with traces_list over a wider time range.',
  })

/** A trace's spans as far as their places and times go, and when the first began. */
export type ReadOutline = Readonly<{
  startNs: bigint
  spans: readonly SpanOutline[]
  /** How many were left out by their names. */
  hidden: number
  isCut: boolean
}>

/** Spans without the hidden ones, whose children belong to the nearest one above that is shown. */
function withoutHidden(spans: readonly SpanOutline[], hidden: string): readonly SpanOutline[] {
  const away = new Map(spans.filter(({ name }) => name.startsWith(hidden)).map((span) => [span.id, span]))
  const toParent = (parentId: string): string => {
    let id = parentId
    for (let steps = 0; away.has(id) && steps <= away.size; steps++) id = away.get(id)?.parentId ?? ''
    return away.has(id) ? '' : id
  }
  return spans
    .filter(({ id }) => !away.has(id))
    .map((span) => ({ ...span, parentId: toParent(span.parentId) }))
}

/** Reads the outline of a trace, of at most `mostOutlined` spans. Throws `not_found`. */
export async function readOutline(
  snapshot: LakeSnapshot,
  place: TracePlace,
  hidden: string | undefined,
  context: ToolContext,
): Promise<ReadOutline> {
  const rows = await runOnTrace(
    snapshot,
    place,
    (relation, request) => selectOutline(relation, request, mostOutlined + 1),
    context,
    new Set(outlineColumns),
  )
  if (rows.length === 0) throw noTrace(place.traceId)
  const startNs = BigInt(String(rows[0]?.['start_ns']))
  const text = (row: Row, column: string) => String(row[column] ?? '')
  const outlined = rows.slice(0, mostOutlined).map(
    (row): SpanOutline => ({
      id: text(row, 'span_id'),
      parentId: text(row, 'parent_span_id'),
      name: text(row, 'span_name'),
      service: text(row, 'service_name'),
      startNs: Number(BigInt(text(row, 'start_ns')) - startNs),
      durationNs: Number(row['duration_ns'] ?? 0),
      isError: row['status_code'] === 'Error',
      message: text(row, 'status_message'),
    }),
  )
  const shown = hidden === undefined ? outlined : withoutHidden(outlined, hidden)
  return {
    startNs,
    spans: shown,
    hidden: outlined.length - shown.length,
    isCut: rows.length > mostOutlined,
  }
}
