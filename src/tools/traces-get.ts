import { z } from 'zod'
import { checkHasData, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { findTrace } from './find-trace.ts'
import { parseTraceId, traceIdSchema } from './ids.ts'
import { resourceLogsSchema, resourceSpansSchema, toResourceLogs, toResourceSpans } from './otlp-json.ts'
import { countSpans, internalPrefix, mostSpans, readSpans, readTraceLogs } from './read-trace.ts'
import { toTraceText } from './trace-text.ts'

const toCutNotes = (count: number, traceId: string): readonly string[] =>
  count <= mostSpans
    ? []
    : [
        `The first ${mostSpans} of ${count} spans are shown. For the others use traces_query, a table on the service spans with the filter {"path":"TraceId","eq":"${traceId}"}.`,
      ]

const output = z.object({
  traceId: z.string(),
  spanCount: z.number().describe('Spans in this answer'),
  hiddenInternalSpans: z
    .number()
    .optional()
    .describe('Internal spans left out; includeInternal: true shows them'),
  resourceSpans: resourceSpansSchema,
  resourceLogs: resourceLogsSchema.optional(),
  notes: z.array(z.string()).optional(),
})

export type FullTrace = z.infer<typeof output>

export const tracesGet = defineTool({
  name: 'traces_get',
  title: 'Get one trace',
  description: `Retrieve a single trace by ID in full OpenTelemetry JSON: resourceSpans / scopeSpans / spans with attributes, events, links and status, and the log records of its spans as resourceLogs. Times are nanoseconds since the epoch.
Internal operata.* spans are left out unless includeInternal is true.`,
  input: z.strictObject({
    traceId: traceIdSchema,
    includeInternal: z.boolean().default(false).describe('Include internal operata.* spans'),
  }),
  output,
  run: async ({ traceId, includeInternal }, context) => {
    const id = parseTraceId(traceId)
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const place = await findTrace(snapshot, id, context)
    const all = await readSpans(snapshot, place, context)
    const count = await countSpans(snapshot, place, all, context)
    const spans = all.filter((row) => includeInternal || !String(row['span_name']).startsWith(internalPrefix))
    const shown = new Set(spans.map((row) => row['span_id']))
    const records = await readTraceLogs(snapshot, place, context)
    const ofShown = records.filter((row) => row['span_id'] === null || shown.has(row['span_id'] ?? ''))
    const notes = [...toImportNotes(snapshot), ...toCutNotes(count, id)]
    return {
      traceId: id,
      spanCount: spans.length,
      ...(all.length > spans.length && { hiddenInternalSpans: all.length - spans.length }),
      resourceSpans: toResourceSpans(spans),
      ...(ofShown.length > 0 && { resourceLogs: toResourceLogs(ofShown) }),
      ...(notes.length > 0 && { notes }),
    }
  },
  toText: toTraceText,
})
