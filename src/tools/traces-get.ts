import { z } from 'zod'
import { spans } from '../catalog/services/telemetry.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { filterSchema } from '../query/request/filters.ts'
import { countChosenSpans, type SpanChoice, selectChosenSpans } from '../query/trace-outline.ts'
import { defaultTokens, fitItems, maxTokensSchema, measure, toCharacters } from './budget.ts'
import { checkSpanIds } from './check-span-ids.ts'
import { cutValues } from './cut-values.ts'
import { checkHasData, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { findTrace, type TracePlace } from './find-trace.ts'
import { parseSpanId, parseTraceId, spanIdSchema, traceIdSchema } from './ids.ts'
import { resourceLogsSchema, resourceSpansSchema, toResourceLogs, toResourceSpans } from './otlp-json.ts'
import { placeRegexError } from './place-regex-error.ts'
import { readDetail } from './read-detail.ts'
import { mostOutlined, noTrace, readOutline, runOnTrace } from './read-outline.ts'
import { internalPrefix, isShown, readLogsOf } from './read-trace.ts'
import type { ToolContext } from './tool.ts'
import { overviewDetails, overviewSchema, toOverview } from './trace-overview.ts'
import { toTraceText } from './trace-text.ts'

const details = ['full', ...overviewDetails, 'spans'] as const

const output = z.object({
  traceId: z.string(),
  detail: z.enum(details),
  startTime: z.string().optional(),
  spanCount: z.number().describe('Spans in this answer; of an overview, those that it is made from'),
  totalSpans: z.number().optional().describe('Spans that were asked for, where not all are here'),
  hiddenInternalSpans: z
    .number()
    .optional()
    .describe('Internal spans left out; includeInternal: true shows them'),
  overview: overviewSchema.optional().describe('For summary, tree, critical_path and errors: a table'),
  resourceSpans: resourceSpansSchema.optional(),
  resourceLogs: resourceLogsSchema.optional(),
  next: z.record(z.string(), z.unknown()).optional().describe('Arguments of traces_get for what follows'),
  notes: z.array(z.string()).optional(),
})

export type TraceAnswer = z.infer<typeof output>

const input = z.strictObject({
  traceId: traceIdSchema,
  includeInternal: z.boolean().default(false).describe('Include internal operata.* spans'),
  detail: z
    .enum(details)
    .default('full')
    .describe(
      'full: OpenTelemetry JSON, by pages. summary: where the time went. tree: spans as lines, alike siblings folded. critical_path: what the end waited for. errors: failed spans. spans: full, of spanIds or filters',
    ),
  spanIds: z.array(spanIdSchema).min(1).max(100).optional().describe('With detail spans'),
  filters: z
    .array(z.looseObject({ path: z.string() }).pipe(filterSchema))
    .max(20)
    .optional()
    .describe('With detail spans: on columns of the service spans'),
  offset: z.number().int().min(0).max(1_000_000).default(0).describe('Spans or lines to pass over'),
  max_tokens: maxTokensSchema,
})
type Input = z.output<typeof input>

/** Spans that are read for one page; no budget holds more. */
const mostRead = 400

const all = Number.POSITIVE_INFINITY

/** How much of each span is shown. */
type Cut = Readonly<{ logs: number; characters: number; entries?: number }>

/** Tried in turn until all spans of the page fit: they say more than the last log records do. */
const wholeCuts: readonly Cut[] = [
  { logs: all, characters: all },
  { logs: 20, characters: all },
  { logs: 5, characters: all },
]

/** Tried in turn until at least one span fits. */
const partCuts: readonly Cut[] = [
  { logs: all, characters: all },
  { logs: 20, characters: 2_000 },
  { logs: 5, characters: 500 },
  { logs: 0, characters: 100 },
  { logs: 0, characters: 100, entries: 20 },
  { logs: 0, characters: 20, entries: 0 },
]

/** The call for what follows, but for its offset. */
const toSame = ({ offset: _, max_tokens: tokens, ...same }: Input) => ({
  ...same,
  ...(tokens !== defaultTokens && { max_tokens: tokens }),
})

type Page = Readonly<{
  input: Input
  rows: readonly Row[]
  logs: readonly Row[]
  total: number
  hidden: number
  notes: readonly string[]
}>

/** Records of spans that are shown, at most so many each, and those that belong to no span. */
function takeLogs(logs: readonly Row[], shown: readonly Row[], most: number): readonly Row[] {
  const counts = new Map<unknown, number>(shown.map((row) => [row['span_id'], 0]))
  return logs.filter((row) => {
    const id = row['span_id'] ?? null
    if (id !== null && !counts.has(id)) return false
    counts.set(id, (counts.get(id) ?? 0) + 1)
    return (counts.get(id) ?? 0) <= most
  })
}

function toPage(
  { input: call, rows, logs, total, hidden, notes }: Page,
  count: number,
  cut: Cut,
): TraceAnswer {
  const shown = rows.slice(0, count).map((row) => cutValues(row, cut.characters, cut.entries))
  const records = takeLogs(logs, shown, cut.logs).map((row) => cutValues(row, cut.characters))
  const ids = new Set(shown.map((row) => row['span_id']))
  const left =
    logs.filter((row) => row['span_id'] === null || ids.has(row['span_id'] ?? null)).length - records.length
  const last = call.offset + shown.length
  const isPart = last < total || call.offset > 0
  const told = [
    ...notes,
    ...(isPart ? [`Spans ${call.offset + 1} to ${last} of ${total}, in order of start.`] : []),
    ...(last < total
      ? ['The others come with next; detail summary or tree tells of all of them in short.']
      : []),
    ...(left > 0
      ? [`${left} log records of these spans are left out: traces_span_logs gives those of a span.`]
      : []),
    ...(cut.characters !== all
      ? [
          `Texts of more than ${cut.characters} characters are cut${cut.entries === undefined ? '' : `, and of attributes, events and links only the first ${cut.entries} are shown`}; a table of traces_query gives up to 10,000.`,
        ]
      : []),
  ]
  const same = toSame(call)
  return {
    traceId: call.traceId,
    detail: call.detail,
    spanCount: shown.length,
    ...(isPart && { totalSpans: total }),
    ...(hidden > 0 && { hiddenInternalSpans: hidden }),
    resourceSpans: toResourceSpans(shown),
    ...(records.length > 0 && { resourceLogs: toResourceLogs(records) }),
    ...(last < total && shown.length > 0 && { next: { ...same, offset: last } }),
    ...(told.length > 0 && { notes: told }),
  }
}

type Reading = Readonly<{
  snapshot: LakeSnapshot
  place: TracePlace
  call: Input
  notes: readonly string[]
  context: ToolContext
}>

/** Spans in full, as many as fit. */
async function readFull({ snapshot, place, call, notes: read, context }: Reading): Promise<TraceAnswer> {
  const schema = snapshot.schema(spans)
  const ids = call.detail === 'spans' ? call.spanIds : undefined
  const choice = (hidden: string | undefined): SpanChoice => ({
    ids,
    filters: call.detail === 'spans' ? call.filters : undefined,
    hidden: ids ? undefined : hidden,
    onlyErrors: false,
    offset: call.offset,
    limit: mostRead,
  })
  // All spans of a trace that is not large are read at once: to count those that are hidden would take a statement of its own.
  const readsAll = call.detail === 'full' && call.offset === 0 && place.exportedSpans < mostRead
  const wanted = choice(call.includeInternal || readsAll ? undefined : internalPrefix)
  const found = await runOnTrace(
    snapshot,
    place,
    (relation, request) => selectChosenSpans(relation, request, schema, wanted),
    context,
  ).catch(async (error: unknown) => {
    const { engine } = context.runtime
    throw await placeRegexError(error, call.filters, 'filters', { engine, signal: context.signal })
  })
  const count = async (chosen: SpanChoice) => {
    const [found] = await runOnTrace(
      snapshot,
      place,
      (relation, request) => countChosenSpans(relation, request, schema, chosen),
      context,
    )
    return Number(found?.['spans'] ?? 0)
  }
  const rows = readsAll && !call.includeInternal ? found.filter(isShown) : found
  const isWhole = rows.length < mostRead && call.offset === 0
  const total = isWhole ? rows.length : await count(wanted)
  const everything = { ...choice(undefined), ids: undefined, filters: undefined }
  const whole = readsAll ? found.length : await count(everything)
  if (whole === 0) throw noTrace(place.traceId)
  const hidden = call.includeInternal ? 0 : call.detail === 'spans' ? 0 : whole - total
  const logs = await readLogsOf(snapshot, place, rows, call.offset === 0, context)
  const missing = ids && total < ids.length ? await checkSpanIds(snapshot, place, ids, context) : []
  const notes = [
    ...toImportNotes(snapshot),
    ...read,
    ...(missing.length > 0 ? [`The trace has no span ${missing.join(', ')}.`] : []),
    ...(rows.length === 0 ? [`None of the ${whole} spans of the trace was asked for.`] : []),
  ]
  const page = { input: call, rows, logs, total, hidden, notes }
  const sizeOf = (answer: TraceAnswer) => measure(answer, toTraceText(answer))
  const room = toCharacters(call.max_tokens)
  const isShort = rows.length === total - call.offset
  for (const cut of isShort ? wholeCuts : []) {
    const answer = toPage(page, rows.length, cut)
    if (sizeOf(answer) <= room) return answer
  }
  for (const cut of partCuts) {
    const fitted = fitItems(rows.length, (n) => toPage(page, n, cut), sizeOf, room)
    if (fitted.spanCount > 0 || rows.length === 0) return fitted
  }
  return toPage(page, 0, { logs: 0, characters: 20, entries: 0 })
}

/** What the trace says as a whole, as many lines as fit. */
async function readOverview({ snapshot, place, call, context }: Reading): Promise<TraceAnswer> {
  const hidden = call.includeInternal ? undefined : internalPrefix
  const read = await readOutline(snapshot, place, hidden, context)
  const { overview, notes } = toOverview(read.spans, call.detail as (typeof overviewDetails)[number])
  const { offset, max_tokens: room } = call
  const same = toSame(call)
  const make = (count: number): TraceAnswer => {
    const rows = overview.rows.slice(offset, offset + count)
    const isPart = rows.length < overview.rows.length
    const last = offset + rows.length
    const told = [
      ...toImportNotes(snapshot),
      ...notes,
      ...(read.isCut ? [`Only the first ${mostOutlined} spans were looked at.`] : []),
      ...(isPart ? [`Lines ${offset + 1} to ${last} of ${overview.rows.length}.`] : []),
    ]
    return {
      traceId: call.traceId,
      detail: call.detail,
      startTime: new Date(Number(read.startNs / 1_000_000n)).toISOString(),
      spanCount: read.spans.length,
      ...(read.hidden > 0 && { hiddenInternalSpans: read.hidden }),
      overview: { ...overview, rows, ...(isPart && { totalRows: overview.rows.length }) },
      ...(last < overview.rows.length && rows.length > 0 && { next: { ...same, offset: last } }),
      ...(told.length > 0 && { notes: told }),
    }
  }
  const items = Math.max(overview.rows.length - offset, 0)
  return fitItems(items, make, (answer) => measure(answer, toTraceText(answer)), toCharacters(room))
}

export const tracesGet = defineTool({
  name: 'traces_get',
  title: 'Get one trace',
  description: `Retrieve a single trace by ID. By default in full OpenTelemetry JSON: resourceSpans / scopeSpans / spans with attributes, events, links and status, and the log records of its spans as resourceLogs; times are nanoseconds since the epoch. Long traces come in pages (next).
For a first look take detail summary, tree, critical_path or errors, then spans with spanIds.
Internal operata.* spans are left out unless includeInternal is true.`,
  input,
  output,
  run: async (asked, context) => {
    const { call, notes } = readDetail({
      ...asked,
      traceId: parseTraceId(asked.traceId),
      ...(asked.spanIds && { spanIds: asked.spanIds.map((id, i) => parseSpanId(id, `spanIds[${i}]`)) }),
    })
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const place = await findTrace(snapshot, call.traceId, context)
    const reading = { snapshot, place, call, notes, context }
    const isFull = call.detail === 'full' || call.detail === 'spans'
    return isFull ? readFull(reading) : readOverview(reading)
  },
  toText: toTraceText,
})
