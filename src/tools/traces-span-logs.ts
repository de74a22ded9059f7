import { z } from 'zod'
import { logs } from '../catalog/services/telemetry.ts'
import type { Row } from '../engine/engine.ts'
import { selectSpanLogs } from '../query/trace-statements.ts'
import { fitItems, maxTokensSchema, measure, toCharacters } from './budget.ts'
import { cursorSchema, parseCursor, toCursor } from './cursor.ts'
import { cutValues } from './cut-values.ts'
import { checkHasData, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { findTrace } from './find-trace.ts'
import { parseSpanPlace, spanIdSchema, traceIdSchema } from './ids.ts'
import { getSpan, readSpans, toAttributes } from './read-trace.ts'
import { toLine } from './to-line.ts'

const recordSchema = z.object({
  time: z.string(),
  severity: z.string().optional(),
  severityNumber: z.number().optional(),
  serviceName: z.string().optional(),
  eventName: z.string().optional(),
  body: z.string(),
  attributes: z.record(z.string(), z.string()),
})

const output = z.object({
  traceId: z.string(),
  spanId: z.string(),
  logs: z.array(recordSchema),
  hasMore: z.boolean(),
  nextCursor: cursorSchema.optional(),
  notes: z.array(z.string()).optional(),
})

const toRecord = (row: Row): z.infer<typeof recordSchema> => ({
  time: String(row['timestamp']),
  ...(row['severity_text'] !== null && { severity: String(row['severity_text']) }),
  ...(typeof row['severity_number'] === 'number' && { severityNumber: row['severity_number'] }),
  ...(row['service_name'] !== null && { serviceName: String(row['service_name']) }),
  ...(row['event_name'] !== null && { eventName: String(row['event_name']) }),
  body: String(row['body'] ?? ''),
  attributes: { ...toAttributes(row) },
})

/** Characters of a text of a record that doesn't fit otherwise. */
const longestText = 500

const toText = ({ spanId, logs: records, nextCursor, notes }: z.infer<typeof output>): string =>
  [
    `${records.length} log records of span ${spanId}`,
    ...records.map((record) => {
      const pairs = Object.entries(record.attributes).map(([key, value]) => `${key}=${value}`)
      return `- ${toLine(`${record.time} ${record.severity ?? ''} ${record.serviceName ?? ''}: ${record.body} ${pairs.join('; ')}`)}`
    }),
    nextCursor && `More: cursor ${JSON.stringify(nextCursor)}`,
    ...(notes ?? []),
  ]
    .filter(Boolean)
    .join('\n')

export const tracesSpanLogs = defineTool({
  name: 'traces_span_logs',
  title: 'Logs of a span',
  description: `Get paginated logs of one span within a trace, in order of time: softphone logs, CCP events and other diagnostic log records with severity, message and attributes.
For the next page send nextCursor back as cursor, with the same arguments.`,
  input: z.strictObject({
    traceId: traceIdSchema,
    spanId: spanIdSchema,
    limit: z.number().int().min(1).max(1000).default(50),
    cursor: cursorSchema.optional(),
    max_tokens: maxTokensSchema,
  }),
  output,
  run: async (input, context) => {
    const { traceId, spanId } = parseSpanPlace(input)
    const call = ['traces_span_logs', traceId, spanId]
    const after = parseCursor(call, input.cursor)
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const { engine } = context.runtime
    const place = await findTrace(snapshot, traceId, context)
    const rows = await engine.run(
      selectSpanLogs(snapshot.relation(logs, { days: place.logDays }), {
        traceId,
        spanId,
        after,
        limit: input.limit,
      }),
      context.signal,
    )
    if (rows.length === 0) getSpan(await readSpans(snapshot, place, context, spanId), traceId, spanId)
    const found = rows.slice(0, input.limit)
    const make = (most: number) => (count: number) => {
      const shown = found.slice(0, count)
      const last = shown.at(-1)
      const hasMore = rows.length > count
      const notes = [
        ...toImportNotes(snapshot),
        ...(rows.length === 0 && !after ? ['This span has no log records.'] : []),
        ...(count < found.length
          ? [`max_tokens allows ${count} records; send nextCursor back as cursor for more.`]
          : []),
        ...(most < Number.POSITIVE_INFINITY ? [`Texts of more than ${most} characters are cut.`] : []),
      ]
      return {
        traceId,
        spanId,
        logs: shown.map((row) => toRecord(cutValues(row, most))),
        hasMore,
        ...(hasMore &&
          last && {
            nextCursor: toCursor(call, {
              ns: BigInt(String(last['time_ns'])),
              id: String(last['record_id']),
            }),
          }),
        ...(notes.length > 0 && { notes }),
      }
    }
    const room = toCharacters(input.max_tokens)
    const fill = (most: number) =>
      fitItems(found.length, make(most), (answer) => measure(answer, toText(answer)), room)
    const whole = fill(Number.POSITIVE_INFINITY)
    return whole.logs.length > 0 || found.length === 0 ? whole : fill(longestText)
  },
  toText,
})
