import { spans } from '../catalog/services/telemetry.ts'
import { AppError } from '../core/errors.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { type SpanChoice, selectSpanNames } from '../query/trace-outline.ts'
import type { TracePlace } from './find-trace.ts'
import { runOnTrace } from './read-outline.ts'
import { internalPrefix } from './read-trace.ts'
import type { ToolContext } from './tool.ts'

/** Spans that an error names. */
const shownSpans = 5

const everything: SpanChoice = {
  ids: undefined,
  filters: undefined,
  hidden: undefined,
  onlyErrors: false,
  offset: 0,
  limit: shownSpans,
}

/** The ids, of those given, that a trace does not have. Throws `not_found`, naming some spans that it has, where it has none of them. */
export async function checkSpanIds(
  snapshot: LakeSnapshot,
  place: TracePlace,
  ids: readonly string[],
  context: ToolContext,
): Promise<readonly string[]> {
  const read = (choice: SpanChoice) =>
    runOnTrace(
      snapshot,
      place,
      (relation, request) => selectSpanNames(relation, request, snapshot.schema(spans), choice),
      context,
    )
  const found = await read({ ...everything, ids, limit: ids.length })
  const known = new Set(found.map((row) => row['span_id']))
  const missing = [...new Set(ids)].filter((id) => !known.has(id))
  if (known.size > 0 || missing.length === 0) return missing
  const shown = await read({ ...everything, hidden: internalPrefix })
  throw new AppError({
    code: 'not_found',
    message: `Trace ${place.traceId} has ${missing.length === 1 ? 'no span' : 'none of the spans'} ${missing.slice(0, shownSpans).join(', ')}.`,
    path: 'spanIds[0]',
    actual: missing[0],
    expected: shown.map((row) => `${row['span_id']} (${row['span_name']})`),
    next: 'Take span ids from traces_get of this trace with detail tree.',
  })
}
