import { spans } from '../catalog/services/telemetry.ts'
import { AppError } from '../core/errors.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { selectSpans } from '../query/trace-statements.ts'
import type { ToolContext } from './tool.ts'

/** Spans that are read of one trace; more would fill any assistant's context many times over. */
export const mostSpans = 2_000

/** The first spans of a trace in order of start, and, if it has one, the span of an id before them. Throws `not_found`. */
export async function readSpans(
  snapshot: LakeSnapshot,
  traceId: string,
  { runtime, signal }: ToolContext,
  spanId?: string,
): Promise<readonly Row[]> {
  const statement = selectSpans(snapshot.relation(spans), { traceId, spanId, limit: mostSpans })
  const rows = await runtime.engine.run(statement, signal)
  if (rows.length > 0) return rows
  throw new AppError({
    code: 'not_found',
    message: `There is no trace ${traceId}.`,
    path: 'traceId',
    actual: traceId,
    next: 'Find existing ids with traces_list over a wider time range.',
  })
}

/** Spans that a platform writes about itself begin so; they are shown on request only. */
export const internalPrefix = 'operata.'

const isShown = (row: Row) => !String(row['span_name']).startsWith(internalPrefix)

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
