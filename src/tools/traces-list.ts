import { z } from 'zod'
import { traces } from '../catalog/services/telemetry.ts'
import { parseWindow } from '../core/parse-window.ts'
import { parseInstant } from '../core/time-range.ts'
import type { Row } from '../engine/engine.ts'
import { filterSchema } from '../query/request/filters.ts'
import { fitItems, maxTokensSchema, measure, toCharacters } from './budget.ts'
import { cursorSchema, parseCursor, toCursor } from './cursor.ts'
import { checkHasData, describeRange, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { readTracePage } from './read-trace-page.ts'
import { toTextTable } from './text-table.ts'

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
    const rows = await readTracePage(snapshot, page, context)
    const found = rows.slice(0, limit).map(toTrace)
    const make = (count: number) => {
      const shown = found.slice(0, count)
      const last = shown.at(-1)
      const hasMore = rows.length > count
      const notes = [
        ...toImportNotes(snapshot),
        ...(found.length === 0 && !cursor ? [`No traces matched. ${describeRange(snapshot, traces)}`] : []),
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
