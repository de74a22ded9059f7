import { z } from 'zod'
import type { ErrorDetails } from '../core/errors.ts'
import type { JsonValue } from '../core/json-value.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { matchedRowsName } from '../query/compile/layers.ts'
import { otherGroupsName } from '../query/compile/others.ts'
import { fillSeries, formatBucket, listBuckets } from '../query/fill-series.ts'
import type { QueryOf, QueryRequest } from '../query/request/queries.ts'
import { describeRange } from './data-notes.ts'
import { errorSchema, toErrorJson } from './error-schema.ts'
import { toErrorText } from './reply.ts'
import type { Outcome, PlacedQuery } from './run-queries.ts'
import { toTextTable } from './text-table.ts'
import type { Window } from './window.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])

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
  hasMore: z.boolean().optional().describe('Whether limit cut rows off'),
  note: z.string().optional(),
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

/** Rows of a series with their buckets on the clock of the zone, and with empty buckets where they were asked for. */
function toSeriesRows(
  rows: readonly Cells[],
  request: QueryOf<'series'>,
  { range, zone }: Window,
  columns: number,
): readonly Cells[] {
  const local = rows.map(([bucket, ...rest]) => [formatBucket(Date.parse(String(bucket)), zone), ...rest])
  if (!request.fill) return local
  const most = request.limit + 1
  const buckets = listBuckets(range, request.interval, zone, most)
  return fillSeries(local, {
    groups: request.grouping?.length ?? 0,
    width: columns,
    filler: request.fill === 'zero' ? 0 : null,
    buckets: buckets.map((bucket) => formatBucket(bucket, zone)),
    most,
  }) as readonly Cells[]
}

/** The row of all groups that aren't shown, if there are any. */
function toOthers({ query, others }: Exclude<Outcome, { error: ErrorDetails }>): Result['others'] {
  const groups = Number(others?.[otherGroupsName] ?? 0)
  if (!others || groups === 0) return undefined
  const values = query.columns.filter(({ name }) => Object.hasOwn(others, name))
  return { groups, values: values.map(({ name }) => toCell(others[name])) }
}

/** The answer to one query. */
export function toResult(
  snapshot: LakeSnapshot,
  window: Window,
  { request }: PlacedQuery,
  outcome: Outcome,
): Result {
  if ('error' in outcome) return toFailure(request, outcome.error)
  const { service, query, rows } = outcome
  const cells = rows.map((row) => query.columns.map(({ name }) => toCell(row[name])))
  const all = request.type === 'series' ? toSeriesRows(cells, request, window, query.columns.length) : cells
  const shown = all.slice(0, query.limit)
  const matchedRows = rows[0]?.[matchedRowsName]
  const isEmpty = rows.length === 0 || matchedRows === 0
  const others = toOthers(outcome)
  return {
    type: request.type,
    service: service.name,
    columns: query.columns.map(({ name, type, unit }) => ({ name, type, ...(unit && { unit }) })),
    rows: shown.map((row) => [...row]),
    rowCount: shown.length,
    ...(typeof matchedRows === 'number' && { matchedRows }),
    ...(others && { others }),
    hasMore: all.length > query.limit,
    ...(all.length > query.limit && {
      note: `Only the first ${query.limit} rows; raise limit (at most 1000) or narrow the query.`,
    }),
    ...(isEmpty && { note: `No rows matched. ${describeRange(snapshot, service)}` }),
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
export const toSection = ([key, result]: readonly [string, Result]): string => {
  const head = `## ${key} (${result.type}, ${result.service})`
  if (result.error) return `${head}\n${toErrorText(result.error as ErrorDetails)}`
  const header = (result.columns ?? []).map(({ name, unit }) => (unit ? `${name} [${unit}]` : name))
  const others = toOtherCells(result)
  const rows = [...(result.rows ?? []), ...(others ? [[...others]] : [])]
  return [head, toTextTable(header, rows), result.note].filter(Boolean).join('\n')
}
