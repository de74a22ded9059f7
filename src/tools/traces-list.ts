import { z } from 'zod'
import { spans, traces } from '../catalog/services/telemetry.ts'
import { parseWindow } from '../core/parse-window.ts'
import { parseInstant, type TimeRange } from '../core/time-range.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { findColumns } from '../query/find-columns.ts'
import { type FilterRequest, filterSchema } from '../query/request/filters.ts'
import { fitItems, maxTokensSchema, measure, toCharacters } from './budget.ts'
import { cursorSchema, parseCursor, toCursor } from './cursor.ts'
import { checkHasData, describeRange, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { diagnoseEmpty } from './diagnose-empty.ts'
import { placeRegexError } from './place-regex-error.ts'
import { readTracePage } from './read-trace-page.ts'
import { toTextTable } from './text-table.ts'
import type { ToolContext } from './tool.ts'

const traceSchema = z.object({
  traceId: z.string(),
  startTime: z.string(),
  durationMs: z.number(),
  rootSpanName: z.string(),
  rootServiceName: z.string().optional(),
  spanCount: z.number(),
  errorCount: z.number(),
  statusCode: z.string().describe('Error if any span failed'),
})
type Trace = z.infer<typeof traceSchema>

const output = z.object({
  traces: z.array(traceSchema),
  hasMore: z.boolean(),
  nextCursor: cursorSchema.optional(),
  notes: z.array(z.string()).optional(),
})

/** Names may be of any length; one alone must not fill an answer. */
const longestName = 300

const toTrace = (row: Row): Trace => ({
  traceId: String(row['trace_id']),
  startTime: String(row['timestamp']),
  durationMs: Number(row['duration']) / 1e6,
  rootSpanName: String(row['root_span_name'] ?? '').slice(0, longestName),
  ...(row['root_service_name'] !== null && {
    rootServiceName: String(row['root_service_name']).slice(0, longestName),
  }),
  spanCount: Number(row['span_count']),
  errorCount: Number(row['error_count']),
  statusCode: String(row['status_code']),
})

const toText = ({ traces: found, nextCursor, notes }: z.infer<typeof output>): string =>
  [
    `${found.length} traces`,
    found.length > 0 &&
      toTextTable(
        ['traceId', 'startTime', 'duration [ms]', 'root span', 'service', 'spans', 'errors', 'status'],
        found.map((t) => [
          t.traceId,
          t.startTime,
          t.durationMs,
          t.rootSpanName,
          t.rootServiceName ?? '',
          t.spanCount,
          t.errorCount,
          t.statusCode,
        ]),
      ),
    nextCursor && `More: cursor ${JSON.stringify(nextCursor)}`,
    ...(notes ?? []),
  ]
    .filter(Boolean)
    .join('\n')

/** Why no trace was found: which filter no span matches, or where there are traces. */
async function explainNone(
  snapshot: LakeSnapshot,
  range: TimeRange,
  filters: readonly FilterRequest[],
  context: ToolContext,
): Promise<string> {
  const schema = snapshot.schema(spans)
  const columns = new Set([...findColumns(schema, filters), 'trace_start'])
  const relation = snapshot.relation(spans, { starts: range, columns })
  const source = { relation, schema, range, time: 'trace_start' } as const
  const asked = { source, filters, at: 'filters', row: 'span' } as const
  // What can't be told, be it for its time, leaves the answer as it is.
  const cause = filters.length > 0 ? await diagnoseEmpty(asked, context).catch(() => undefined) : undefined
  return `No traces matched. ${cause ?? describeRange(snapshot, traces)}`
}

export const tracesList = defineTool({
  name: 'traces_list',
  title: 'List traces',
  description: `List and search traces with filtering, sorting by start time, and cursor-based pagination. Returns one summary per trace: id, start, duration, root span, span count, errors.
A trace is listed when at least one of its spans matches all filters. Filter fields: SpanName, ServiceName, StatusCode, SpanKind, Duration (nanoseconds of the span) and Attributes.<key>; operators as in traces_query.
For the next page send nextCursor back as cursor, with the same arguments.`,
  input: z.strictObject({
    startTime: z.string().max(100).describe('As in traces_query; traces that start in the window'),
    endTime: z.string().max(100).optional().describe('As in traces_query'),
    filters: z
      .array(z.looseObject({ path: z.string() }).pipe(filterSchema))
      .max(50)
      .optional()
      .describe('Form as in traces_query scalar.filters'),
    sort: z.enum(['asc', 'desc']).default('desc').describe('By start time'),
    limit: z.number().int().min(1).max(1000).default(100),
    cursor: cursorSchema.optional(),
    max_tokens: maxTokensSchema,
  }),
  output,
  run: async ({ startTime, endTime, filters, sort, limit, cursor, max_tokens: tokens }, context) => {
    const { timezone: zone } = context.runtime.config
    const asked = parseWindow(startTime, endTime, { nowMs: Date.now(), zone })
    const call = ['traces_list', startTime, endTime ?? '', filters ?? [], sort]
    const after = parseCursor(call, cursor)
    // Words such as now-1h mean the same on all pages.
    const range = after?.range ?? asked
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const page = { range, filters, sort, after, limit: limit + 1 }
    const { engine } = context.runtime
    const rows = await readTracePage(snapshot, page, context).catch(async (error: unknown) => {
      throw await placeRegexError(error, filters, 'filters', { engine, signal: context.signal })
    })
    const found = rows.slice(0, limit).map(toTrace)
    const isNone = rows.length === 0 && !cursor
    const none = isNone ? [await explainNone(snapshot, range, filters ?? [], context)] : []
    const make = (count: number) => {
      const shown = found.slice(0, count)
      const last = shown.at(-1)
      const hasMore = rows.length > count
      const notes = [
        ...toImportNotes(snapshot),
        ...none,
        ...(count < found.length
          ? [`max_tokens allows ${count} traces; send nextCursor back as cursor for more.`]
          : []),
      ]
      return {
        traces: shown,
        hasMore,
        ...(hasMore &&
          last && {
            nextCursor: toCursor(call, {
              ns: parseInstant(last.startTime, 'startTime'),
              id: last.traceId,
              range,
            }),
          }),
        ...(notes.length > 0 && { notes }),
      }
    }
    return fitItems(found.length, make, (answer) => measure(answer, toText(answer)), toCharacters(tokens))
  },
  toText,
})
