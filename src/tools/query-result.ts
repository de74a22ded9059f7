import { z } from 'zod'
import { type ErrorDetails, toErrorDetails } from '../core/errors.ts'
import type { JsonValue } from '../core/json-value.ts'
import { formatInstant } from '../core/time-range.ts'
import type { Value } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { matchedRowsName } from '../query/compile/layers.ts'
import { otherGroupsName } from '../query/compile/others.ts'
import type { ExportFormat } from '../query/copy-statement.ts'
import type { QueryRequest } from '../query/request/queries.ts'
import { describeRange } from './data-notes.ts'
import { isStale } from './define-tool.ts'
import { errorSchema, toErrorJson } from './error-schema.ts'
import { type Exported, exportedSchema } from './export-result.ts'
import { toErrorText } from './reply.ts'
import type { Found, Outcome, PlacedQuery } from './run-queries.ts'
import { describeFill, toSeriesRows } from './series-rows.ts'
import { type TextFormat, toTextRows } from './text-rows.ts'
import type { Window } from './window.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** Parameters, files, rows, bytes and ms stand beside the statement. */
const explainSchema = z.looseObject({ sql: z.string() })

type Explain = Readonly<{
  sql: string
  parameters: readonly JsonValue[]
  /** Files of the lake that can hold rows of the window, and what is in them. */
  files: number
  rows: number
  bytes: number
  ms?: number
}>

/** What one query found, or why it found nothing. */
export const resultSchema = z.object({
  type: z.string().describe('Query type'),
  service: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), unit: z.string().optional() })).optional(),
  rows: z.array(z.array(cellSchema)).optional().describe('Values in the order of columns'),
  rowCount: z.number().optional(),
  matchedRows: z.number().optional().describe('Rows that the filters let through, for an ungrouped query'),
  others: z
    .object({ groups: z.number(), values: z.array(cellSchema) })
    .optional()
    .describe('All groups not shown, as one row: values of the columns behind the groups'),
  totalRows: z.number().optional().describe('Rows of the whole result, where not all are here'),
  hasMore: z.boolean().optional().describe('Whether rows were cut off, by limit or by max_tokens'),
  next: z.record(z.string(), z.unknown()).optional().describe('Arguments of traces_query for the next rows'),
  note: z.string().optional(),
  explain: explainSchema.optional(),
  export: exportedSchema.optional().describe('The file with the whole result'),
  error: errorSchema.optional(),
})
export type Result = z.infer<typeof resultSchema>

const toCell = (value: JsonValue | undefined): z.infer<typeof cellSchema> => {
  if (value === undefined || value === null) return null
  return typeof value === 'object' ? JSON.stringify(value) : value
}

export const toFailure = ({ type, service }: QueryRequest, details: ErrorDetails): Result => ({
  type,
  service,
  error: toErrorJson(details),
})

type Cells = readonly z.infer<typeof cellSchema>[]

/** The row of all groups that aren't shown, if there are any. */
function toOthers({ query, others }: Found): Result['others'] {
  const groups = Number(others?.[otherGroupsName] ?? 0)
  if (!others || groups === 0) return undefined
  const values = query.columns.filter(({ name }) => Object.hasOwn(others, name))
  return { groups, values: values.map(({ name }) => toCell(others[name])) }
}

/** An answer with all rows that were found, and what is known of those that weren't. */
export type Whole = Readonly<{
  result: Result
  /** Arguments of the call but for its queries. */
  call: Readonly<Record<string, unknown>>
  request: QueryRequest
  /** Rows of the whole result; undefined where it was not counted. */
  total: number | undefined
}>

/** Values as JSON has them: 64-bit integers as text. */
const toParameter = (value: Value): JsonValue =>
  typeof value === 'bigint' ? String(value) : (value as JsonValue)

/** The statement that was run, so that it can be run again elsewhere, and what it read. */
const toExplain = ({ query, scan, ms }: Found): Explain => ({
  sql: query.statement.sql,
  parameters: query.statement.params.map(toParameter),
  ...scan,
  ...(ms !== undefined && { ms: Number(ms.toFixed(1)) }),
})

/** A count that fails, be it for its time, leaves the answer as it is. */
function forget(error: unknown): undefined {
  if (isStale(error)) throw error
  return undefined
}

async function toNote(snapshot: LakeSnapshot, { service, diagnose }: Found): Promise<string> {
  const cause = await diagnose().catch(() => undefined)
  return `No rows matched. ${cause ?? describeRange(snapshot, service)}`
}

/** Rows of an answer whose whole result is in a file. */
const previewRows = 5

/** A comparison is made of few numbers, none of which is a row of the data. */
const canExport = ({ type }: QueryRequest) => type !== 'compare'

const toExportNote = ({ rows }: Exported) =>
  `All ${rows} rows are in the file, whatever limit says; these are the first.`

/** The answer to one query whose rows all go into a file, with the first of them. */
export async function toExported(whole: Whole, outcome: Outcome, format: ExportFormat): Promise<Whole> {
  const { request, result } = whole
  if ('error' in outcome) return whole
  if (!canExport(request)) {
    const note = 'A comparison is not exported: all of it is here.'
    return { ...whole, result: { ...result, note: [result.note, note].filter(Boolean).join(' ') } }
  }
  try {
    const exported = await outcome.exportAs(format)
    const rows = result.rows?.slice(0, previewRows) ?? []
    const { others: _, ...own } = result
    return {
      ...whole,
      result: {
        ...own,
        rows,
        rowCount: rows.length,
        totalRows: exported.rows,
        hasMore: false,
        note: [toExportNote(exported), result.note].filter(Boolean).join(' '),
        export: exported,
      },
    }
  } catch (error) {
    if (isStale(error)) throw error
    return { ...whole, result: toFailure(request, toErrorDetails(error)) }
  }
}

/** The answer to one query, with all its rows up to its limit. `options` go into calls for more of it. */
export async function toWhole(
  snapshot: LakeSnapshot,
  window: Window,
  { request }: PlacedQuery,
  outcome: Outcome,
  { isExplained, ...options }: Readonly<{ isExplained: boolean } & Record<string, unknown>>,
): Promise<Whole> {
  const call = { ...toCall(window), ...options }
  if ('error' in outcome)
    return { result: toFailure(request, outcome.error), call, request, total: undefined }
  const { service, query, rows } = outcome
  const cells = rows.map((row) => query.columns.map(({ name }) => toCell(row[name])))
  const isSeries = request.type === 'series'
  const all = isSeries ? toSeriesRows(cells, query, request, window) : cells
  const fillNote = isSeries ? describeFill(query, request, all.length - cells.length) : undefined
  const notes = [...(outcome.notes ?? []), ...(fillNote ? [fillNote] : [])]
  const isWhole = query.finish !== undefined || (isSeries && request.fill !== undefined)
  const passed = isWhole ? request.offset : 0
  const shown = all.slice(passed, passed + request.limit)
  const matchedRows = rows[0]?.[matchedRowsName]
  const isEmpty = rows.length === 0 || matchedRows === 0 || outcome.isEmpty === true
  const others = toOthers(outcome)
  const hasMore = all.length > passed + request.limit
  const isKnown = !hasMore && (request.offset === 0 || shown.length > 0)
  const counted = isKnown ? request.offset + shown.length : undefined
  const total = isWhole ? all.length : (counted ?? (await outcome.countAll().catch(forget)))
  return {
    call,
    request,
    total,
    result: {
      type: request.type,
      service: service.name,
      columns: query.columns.map(({ name, type, unit }) => ({ name, type, ...(unit && { unit }) })),
      rows: shown.map((row) => [...row]),
      rowCount: shown.length,
      ...(typeof matchedRows === 'number' && { matchedRows }),
      ...(others && { others }),
      hasMore,
      ...(isExplained && { explain: toExplain(outcome) }),
      ...(notes.length > 0 && { note: notes.join(' ') }),
      ...(isEmpty && request.offset === 0 && { note: await toNote(snapshot, outcome) }),
      ...(rows.length === 0 &&
        request.offset > 0 && { note: `The result ends before row ${request.offset + 1}.` }),
    },
  }
}

const toCall = ({ range, zone }: Window) => ({
  startTime: formatInstant(range.startNs),
  endTime: formatInstant(range.endNs),
  ...(zone !== 'UTC' && { timezone: zone }),
})

/** A longer call is not repeated: its sender has it. */
const longestNext = 4_000

/** The answer with its first rows, at most `most`, and how to get the others. */
export function cutResult({ result, call, request, total }: Whole, most: number): Result {
  const rows = result.rows ?? []
  const count = Math.min(most, rows.length)
  if (result.error || (count === rows.length && !result.hasMore)) return result
  const { type, offset, ...form } = request
  const last = offset + count
  const isShort = count < rows.length
  const reason = isShort
    ? 'max_tokens allows no more; raise it, ask for fewer columns, or go on'
    : 'limit allows no more; raise it (at most 1000), narrow the query, or go on'
  const range = count === 0 ? 'None' : `Rows ${offset + 1} to ${last}`
  const { others, ...own } = result
  const next = { ...call, queries: { [type]: [{ ...form, offset: last }] } }
  const isLong = JSON.stringify(next).length > longestNext
  const how = count === 0 ? '' : isLong ? ` with offset ${last}` : ' with next'
  return {
    ...own,
    // Groups beyond the limit are no part of what max_tokens has cut off.
    ...(others && !isShort && { others }),
    rows: rows.slice(0, count),
    rowCount: count,
    ...(total !== undefined && { totalRows: total }),
    hasMore: true,
    note: [result.note, `${range} of ${total ?? `at least ${last + 1}`} rows: ${reason}${how}.`]
      .filter(Boolean)
      .join(' '),
    ...(count > 0 && !isLong && { next }),
  }
}

/** The row of all others as a table shows it, under the groups. */
function toOtherCells({ others, columns = [] }: Result): Cells | undefined {
  if (!others) return undefined
  const groups = columns.length - others.values.length
  const label = `(${others.groups} other ${others.groups === 1 ? 'group' : 'groups'})`
  return [label, ...Array.from({ length: groups - 1 }, () => ''), ...others.values]
}

/** The same as text. */
export const toSection = ([key, result]: readonly [string, Result], format: TextFormat): string => {
  const head = `## ${key} (${result.type}, ${result.service})`
  if (result.error) return `${head}\n${toErrorText(result.error as ErrorDetails)}`
  const others = toOtherCells(result)
  const rows = [...(result.rows ?? []), ...(others ? [[...others]] : [])]
  const explain = result.explain as Explain | undefined
  const told = explain && [
    `${explain.files} files with ${explain.rows} rows and ${explain.bytes} bytes${explain.ms === undefined ? '' : `, ${explain.ms} ms`}`,
    `parameters: ${JSON.stringify(explain.parameters)}`,
    `\`\`\`sql\n${explain.sql}\n\`\`\``,
  ]
  const file =
    result.export &&
    `file: ${result.export.path ?? result.export.uri} (${result.export.rows} rows, ${result.export.bytes} bytes)`
  const next = result.next && `next: traces_query ${JSON.stringify(result.next)}`
  return [head, toTextRows(format, result.columns ?? [], rows), result.note, file, ...(told ?? []), next]
    .filter(Boolean)
    .join('\n')
}
