import { z } from 'zod'
import { AppError, type ErrorDetails } from '../core/errors.ts'
import { parseWindow } from '../core/parse-window.ts'
import { parseZone } from '../core/zone.ts'
import type { DataFacts } from '../lake/data-facts.ts'
import {
  type QueriesRequest,
  type QueryRequest,
  type QueryType,
  queriesSchema,
  querySchemas,
} from '../query/request/queries.ts'
import { allot, defaultTokens, fitItems, maxTokensSchema, measure, toCharacters } from './budget.ts'
import { checkHasData, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { asksForMeasure } from './describe-measures.ts'
import { exportSchema } from './export-result.ts'
import {
  cutResult,
  type Result,
  resultSchema,
  toExported,
  toFailure,
  toSection,
  toWhole,
  type Whole,
} from './query-result.ts'
import { type PlacedQuery, runQueries } from './run-queries.ts'
import { textFormatSchema } from './text-rows.ts'
import { describeWindow, toWindowText } from './window.ts'

const output = z.object({
  startTime: z.string().describe('Start of the window in UTC'),
  endTime: z.string(),
  timezone: z.string().optional(),
  localStart: z.string().optional().describe('The same in timezone'),
  localEnd: z.string().optional(),
  format: textFormatSchema,
  data: z
    .object({
      fingerprint: z.string(),
      exports: z.number(),
      spans: z.number(),
      newest: z.string().optional(),
    })
    .describe('What was asked: equal fingerprints mean equal data'),
  results: z.record(z.string(), resultSchema).describe('One result per query, under its key'),
  notes: z.array(z.string()).optional(),
})

const types = Object.keys(querySchemas) as readonly QueryType[]

/** A key like another that no query has. */
function toFreeKey(key: string, taken: readonly string[]): string {
  const numbered = Array.from({ length: taken.length + 1 }, (_, i) => `${key.slice(0, 190)}_${i + 2}`)
  return numbered.find((candidate) => !taken.includes(candidate)) ?? key
}

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
  const free = toFreeKey(
    twice.request.key,
    placed.map(({ request }) => request.key),
  )
  throw new AppError({
    code: 'invalid_argument',
    message: `The key "${twice.request.key}" is used twice; results come back under their keys.`,
    path: `${twice.at}.key`,
    actual: twice.request.key,
    nearest: [free],
    next: `Give each query a key of its own, such as "${free}".`,
  })
}

/** Characters that are kept for the window, the notes and what stands between results. */
const framing = 600

/** Length of one call's answers after which no further query is run; far above what an assistant can read. */
const mostCharacters = 4_000_000

const fullAnswer: ErrorDetails = {
  code: 'too_large',
  message: 'Other queries of the call have filled the answer.',
  next: 'Ask for fewer rows or columns, or send this query in a call of its own.',
}

const toData = ({ newest, ...facts }: DataFacts) => ({ ...facts, ...(newest !== undefined && { newest }) })

export const tracesQuery = defineTool({
  name: 'traces_query',
  title: 'Query traces',
  description: `Execute analytical queries against traces data. One call may mix any number of six query types; results come back under their keys, and a query that fails gets an error under its key while the others answer.
- scalar: aggregates (count, count_distinct, sum, avg, min, max, median, stddev, p1..p99) or named measures, each with filters of its own if need be; formulas on them (ratio, difference, relative_change, share_of_total); grouped by columns, calendar parts or bins; having, orders, limit, limit_by (top k per group), others
- series: the same per time bucket; interval in seconds or minute, hour, day, week, month, quarter, year
- table: rows with chosen columns, orders, limit
- rate: share of rows matching filters, with numerator and denominator
- facet: values of one column with counts
- compare: two cohorts (filters) or windows side by side, with a test of each difference; or, with attributes, what is different about the first
Filters: {"path": ..., "<operator>": value}; operators eq, neq, gt, gte, lt, lte, in, not_in, contains, starts_with, regex, exists. Boolean columns take "true"/"false". Call get_schema first for the column paths.
Returns per key: columns (name, type, unit) and rows as arrays in that order.`,
  input: z.strictObject({
    startTime: z
      .string()
      .max(100)
      .describe(
        'ISO 8601 start, e.g. 2026-05-01T00:00:00Z; or words: now-24h, yesterday, last monday 9:00-17:00',
      ),
    endTime: z
      .string()
      .max(100)
      .optional()
      .describe(
        'The same, exclusive; a date or period without a time counts to its end. Left out: now, or the end of startTime',
      ),
    timezone: z
      .string()
      .max(100)
      .optional()
      .describe('IANA time zone of words, buckets and calendar parts, e.g. Europe/Berlin; default UTC'),
    queries: queriesSchema,
    explain: z
      .boolean()
      .default(false)
      .describe('Adds to each result the SQL, its parameters, what it read and how long it took'),
    format: textFormatSchema,
    export: exportSchema,
    max_tokens: maxTokensSchema,
  }),
  output,
  run: async (input, context) => {
    const zone = parseZone(input.timezone ?? context.runtime.config.timezone, 'timezone')
    const nowMs = Date.now()
    const range = parseWindow(input.startTime, input.endTime, { nowMs, zone })
    const window = { range, zone }
    const placed = listQueries(input.queries)
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const options = {
      ...(input.format !== 'table' && { format: input.format }),
      ...(input.max_tokens !== defaultTokens && { max_tokens: input.max_tokens }),
    }
    const isNamed = placed.some(({ request }) => asksForMeasure(request))
    const measures = isNamed ? await context.runtime.definitions.measures() : []
    const hasInsights = placed.some(({ request }) => request.service === 'insights')
    const rules = hasInsights ? await context.runtime.definitions.rules() : []
    const found = new Map<PlacedQuery, Whole>()
    let size = 0
    for await (const [query, outcome] of runQueries(
      { snapshot, ...window, nowMs, measures, rules, isApart: input.explain, context },
      placed,
    )) {
      const whole = await toWhole(snapshot, window, query, outcome, {
        ...options,
        isExplained: input.explain,
      })
      const answer = input.export ? await toExported(whole, outcome, input.export) : whole
      found.set(query, answer)
      size += JSON.stringify(answer.result).length
      if (size > mostCharacters) break
    }
    const results = placed.map((query): readonly [string, Result] => {
      const whole = found.get(query)
      return [query.request.key, whole ? cutResult(whole, Infinity) : toFailure(query.request, fullAnswer)]
    })
    const wholes = placed.map((query) => found.get(query))
    const sizeOf = (entry: readonly [string, Result]) => measure([entry], toSection(entry, input.format)) + 2
    const room = allot(results.map(sizeOf), toCharacters(input.max_tokens) - framing)
    const fitted = results.map(([key, result], i): readonly [string, Result] => {
      const whole = wholes[i]
      if (!whole) return [key, result]
      const make = (count: number) => [key, cutResult(whole, count)] as const
      return fitItems(result.rows?.length ?? 0, make, sizeOf, room[i] ?? 0)
    })
    const notes = toImportNotes(snapshot)
    return {
      ...describeWindow(window),
      format: input.format,
      data: toData(snapshot.facts()),
      results: Object.fromEntries(fitted),
      ...(notes.length > 0 && { notes: [...notes] }),
    }
  },
  toLinks: ({ results }) =>
    Object.values(results).flatMap(({ export: exported }) =>
      exported
        ? [
            {
              uri: exported.uri,
              name: exported.uri.slice('result://'.length),
              mimeType: exported.format === 'csv' ? 'text/csv' : 'application/vnd.apache.parquet',
              size: exported.bytes,
            },
          ]
        : [],
    ),
  toText: ({ results, notes, format, data, ...window }) =>
    [
      toWindowText(window),
      ...Object.entries(results).map((entry) => toSection(entry, format)),
      ...(notes ?? []),
      `Data ${data.fingerprint}: ${data.exports} exports, ${data.spans} spans${data.newest ? `, newest ${data.newest}` : ''}`,
    ].join('\n\n'),
})
