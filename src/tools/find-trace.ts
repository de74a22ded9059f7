import { formatDay } from '../core/time-range.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { selectTracePlaces } from '../query/trace-statements.ts'
import type { ToolContext } from './tool.ts'

/** Where a trace is to be found. */
export type TracePlace = Readonly<{
  traceId: string
  /** Earliest start of a span of it in any export; undefined where there are none. */
  startNs: bigint | undefined
  /** Spans in the exports, copies counted each: never fewer than the trace has. */
  exportedSpans: number
  /** Days that have log records of it. */
  logDays: ReadonlySet<string>
}>

/** Looks a trace up in the index. */
export async function findTrace(
  snapshot: LakeSnapshot,
  traceId: string,
  { runtime, signal }: ToolContext,
): Promise<TracePlace> {
  const index = snapshot.traceIndex
  const rows = index ? await runtime.engine.run(selectTracePlaces(index, traceId), signal) : []
  const starts: bigint[] = []
  let exportedSpans = 0
  const logDays = new Set<string>()
  for (const row of rows) {
    const ns = BigInt(String(row['start_ns']))
    const kind = snapshot.kindOf(Number(row['source']))
    if (kind === 'spans') {
      starts.push(ns)
      exportedSpans += Number(row['rows'])
    }
    if (kind === 'logs') logDays.add(formatDay(ns))
  }
  const startNs = starts.length > 0 ? starts.reduce((a, b) => (a < b ? a : b)) : undefined
  return { traceId, startNs, exportedSpans, logDays }
}
