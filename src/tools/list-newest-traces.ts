import { traces } from '../catalog/services/telemetry.ts'
import { readTracePage } from './read-trace-page.ts'
import type { ToolContext } from './tool.ts'

export type NewestTrace = Readonly<{ traceId: string; rootSpanName: string | undefined; timestamp: string }>

/** The traces that began last, newest first; none without data. */
export async function listNewestTraces(most: number, context: ToolContext): Promise<readonly NewestTrace[]> {
  const snapshot = await context.runtime.lake.snapshot()
  const range = snapshot.timeRange(traces)
  if (!range) return []
  const page = {
    range: { ...range, endNs: range.endNs + 1n },
    filters: undefined,
    sort: 'desc',
    after: undefined,
    limit: most,
  } as const
  const rows = await readTracePage(snapshot, page, context)
  return rows.map((row) => ({
    traceId: String(row['trace_id']),
    rootSpanName: row['root_span_name'] === null ? undefined : String(row['root_span_name']),
    timestamp: String(row['timestamp']),
  }))
}
