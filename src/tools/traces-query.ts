import { z } from 'zod'
import { AppError, type ErrorDetails } from '../core/errors.ts'
import type { JsonValue } from '../core/json-value.ts'
import { formatInstant, parseTimeRange } from '../core/time-range.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { matchedRowsName } from '../query/compile.ts'
import {
  type QueriesRequest,
  type QueryRequest,
  type QueryType,
  queriesSchema,
  querySchemas,
} from '../query/request.ts'
import { checkHasData, describeRange, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { errorSchema, toErrorJson } from './error-schema.ts'
import { toErrorText } from './reply.ts'
import { type Outcome, type PlacedQuery, runQueries } from './run-queries.ts'
import { toTextTable } from './text-table.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])

const resultSchema = z.object({
  type: z.string().describe('Query type'),
  service: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), unit: z.string().optional() })).optional(),
  rows: z.array(z.array(cellSchema)).optional().describe('Values in the order of columns'),
  rowCount: z.number().optional(),
  matchedRows: z.number().optional().describe('Rows that the filters let through, for an ungrouped query'),
  hasMore: z.boolean().optional().describe('Whether limit cut rows off'),
  note: z.string().optional(),
  error: errorSchema.optional(),
})
type Result = z.infer<typeof resultSchema>

const output = z.object({
  startTime: z.string(),
  endTime: z.string(),
  results: z.record(z.string(), resultSchema).describe('One result per query, under its key'),
  notes: z.array(z.string()).optional(),
})

const types = Object.keys(querySchemas) as readonly QueryType[]

function listQueries(queries: QueriesRequest): readonly PlacedQuery[] {
  const placed = types.flatMap((type) =>
    (queries[type] ?? []).map((query, i) => ({
      request: { type, ...query } as QueryRequest,
      at: `queries.${type}[${i}]`,
    })),
  )
  if (placed.length === 0) {
    throw new AppError({
      code: 'invalid_argument',
      message: 'There is no query.',
      path: 'queries',
      expected: types,
      next: 'Add at least one, e.g. {"scalar":[{"key":"n","service":"agent_interaction","aggregates":[{"name":"count","fn":"count","path":"*"}]}]}.',
    })
  }
  const twice = placed.find(
    ({ request }, i) => placed.findIndex((other) => other.request.key === request.key) !== i,
  )
  if (!twice) return placed
  throw new AppError({
    code: 'invalid_argument',
    message: `The key "${twice.request.key}" is used twice; results come back under their keys.`,
    path: `${twice.at}.key`,
    actual: twice.request.key,
    next: 'Give each query a key of its own.',
  })
}

const toCell = (value: JsonValue | undefined): z.infer<typeof cellSchema> => {
  if (value === undefined || value === null) return null
  return typeof value === 'object' ? JSON.stringify(value) : value
}

const toFailure = ({ type, service }: QueryRequest, details: ErrorDetails): Result => ({
  type,
  service,
  error: toErrorJson(details),
})

function toResult(snapshot: LakeSnapshot, { request }: PlacedQuery, outcome: Outcome): Result {
  if ('error' in outcome) return toFailure(request, outcome.error)
  const { service, query, rows } = outcome
  const shown = rows.slice(0, query.limit)
  const matchedRows = rows[0]?.[matchedRowsName]
  const isEmpty = rows.length === 0 || matchedRows === 0
  return {
    type: request.type,
    service: service.name,
    columns: query.columns.map(({ name, type, unit }) => ({ name, type, ...(unit && { unit }) })),
    rows: shown.map((row) => query.columns.map(({ name }) => toCell(row[name]))),
    rowCount: shown.length,
    ...(typeof matchedRows === 'number' && { matchedRows }),
    hasMore: rows.length > query.limit,
    ...(rows.length > query.limit && {
      note: `Only the first ${query.limit} rows; raise limit (at most 1000) or narrow the query.`,
    }),
    ...(isEmpty && { note: `No rows matched. ${describeRange(snapshot, service)}` }),
  }
}

/** Length of one call's answers after which no further query is run; far above what an assistant can read. */
const mostCharacters = 4_000_000

const fullAnswer: ErrorDetails = {
  code: 'too_large',
  message: 'Other queries of the call have filled the answer.',
  next: 'Ask for fewer rows or columns, or send this query in a call of its own.',
}

const toSection = ([key, result]: readonly [string, Result]): string => {
  const head = `## ${key} (${result.type}, ${result.service})`
  if (result.error) return `${head}\n${toErrorText(result.error as ErrorDetails)}`
  const header = (result.columns ?? []).map(({ name, unit }) => (unit ? `${name} [${unit}]` : name))
  return [head, toTextTable(header, result.rows ?? []), result.note].filter(Boolean).join('\n')
}

export const tracesQuery = defineTool({
  name: 'traces_query',
  title: 'Query traces',
  description: `Execute analytical queries against traces data. One call may mix any number of five query types; results come back under their keys, and a query that fails gets an error under its key while the others answer.
- scalar: aggregates (count, count_distinct, sum, avg, min, max, median, stddev, p1..p99), optionally grouped
- series: aggregates per time bucket of interval seconds
- table: rows with chosen columns, orders, limit
- rate: share of rows matching filters, with numerator and denominator
- facet: values of one column with counts
Filters: {"path": ..., "<operator>": value}; operators eq, neq, gt, gte, lt, lte, in, not_in, contains, starts_with, regex, exists. Boolean columns take "true"/"false". Call get_schema first for the column paths.
Returns per key: columns (name, type, unit) and rows as arrays in that order.`,
  input: z.strictObject({
    startTime: z.string().max(100).describe('ISO 8601 start, e.g. 2026-05-01T00:00:00Z'),
    endTime: z.string().max(100).describe('ISO 8601 end (exclusive)'),
    queries: queriesSchema,
  }),
  output,
  run: async (input, context) => {
    const range = parseTimeRange(input.startTime, input.endTime)
    const placed = listQueries(input.queries)
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const results = new Map<PlacedQuery, Result>()
    let size = 0
    for await (const [query, outcome] of runQueries({ snapshot, range, context }, placed)) {
      const result = toResult(snapshot, query, outcome)
      results.set(query, result)
      size += JSON.stringify(result).length
      if (size > mostCharacters) break
    }
    const notes = toImportNotes(snapshot)
    return {
      startTime: formatInstant(range.startNs),
      endTime: formatInstant(range.endNs),
      results: Object.fromEntries(
        placed.map((query) => [
          query.request.key,
          results.get(query) ?? toFailure(query.request, fullAnswer),
        ]),
      ),
      ...(notes.length > 0 && { notes: [...notes] }),
    }
  },
  toText: ({ startTime, endTime, results, notes }) =>
    [`${startTime} to ${endTime} (UTC)`, ...Object.entries(results).map(toSection), ...(notes ?? [])].join(
      '\n\n',
    ),
})
