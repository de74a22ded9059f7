import { spans, traces } from '../catalog/services/telemetry.ts'
import type { TimeRange } from '../core/time-range.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { compileTraceList, type TraceListRequest } from '../query/compile-trace-list.ts'
import { findColumns } from '../query/find-columns.ts'
import type { ToolContext } from './tool.ts'

export type TracePageRequest = Pick<TraceListRequest, 'range' | 'filters' | 'sort' | 'after' | 'limit'>

/** What is left of a window beyond the last trace shown. */
function toRest({ range, sort, after }: TracePageRequest): TimeRange {
  if (!after) return range
  const { startNs, endNs } = range
  return sort === 'asc'
    ? { startNs: after.ns > startNs ? after.ns : startNs, endNs }
    : { startNs, endNs: after.ns < endNs ? after.ns + 1n : endNs }
}

/** Traces among which those that match some filters are looked for at first, for each that is wanted. */
const looksPerMatch = 4

/**
 * One page of traces by start time. The window is searched from the end where the page begins, in growing slices, so that a
 * page costs the same wherever it is and however much data there is, unless matches are rare.
 * Throws `unknown_name` and `invalid_argument`.
 */
export async function readTracePage(
  snapshot: LakeSnapshot,
  request: TracePageRequest,
  { runtime, signal }: ToolContext,
): Promise<readonly Row[]> {
  const { sort, limit, filters } = request
  const slices = snapshot.slices(traces, toRest(request), {
    from: sort === 'asc' ? 'start' : 'end',
    rows: limit * (filters ? looksPerMatch : 2),
  })
  const schema = snapshot.schema(spans)
  const columns = new Set([...findColumns(schema, filters), 'trace_start'])
  const found: Row[] = []
  for (const range of slices) {
    const sources = {
      traces: snapshot.relation(traces, { range }),
      spans: snapshot.relation(spans, { starts: range, columns }),
    }
    const statement = compileTraceList({ ...request, ...sources, schema, range, limit: limit - found.length })
    found.push(...(await runtime.engine.run(statement, signal)))
    if (found.length === limit) break
  }
  return found
}
