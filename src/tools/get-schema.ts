import { z } from 'zod'
import { aggregateNames } from '../catalog/aggregates.ts'
import { getService, services, storedServices } from '../catalog/catalog.ts'
import type { Column } from '../catalog/column.ts'
import type { Measure } from '../catalog/measure.ts'
import { operators } from '../catalog/operators.ts'
import type { Service } from '../catalog/service.ts'
import { insights } from '../catalog/services/insights.ts'
import { AppError, toErrorDetails } from '../core/errors.ts'
import { formatInstant, toEndAfter } from '../core/time-range.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { maxTokensSchema } from './budget.ts'
import { noDataError, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { describeMeasure, nameMeasure } from './describe-measures.ts'
import { toExampleQueries } from './example-queries.ts'
import { fitSchema } from './fit-schema.ts'
import { foldPaths } from './fold-paths.ts'
import { type SchemaAnswer, schemaAnswerSchema } from './schema-answer.ts'
import { readStatistics, type ServiceStatistics } from './schema-statistics.ts'
import { toSchemaText } from './schema-text.ts'
import { searchColumns } from './search-columns.ts'
import type { ToolContext } from './tool.ts'
import { toWholeDays } from './whole-days.ts'

const queryTypes = {
  scalar:
    'key, service, aggregates[{name, fn, path, filters?} or {name, measure, parameters?, filters?}], formulas?[{name, fn, of, by?}], grouping?[paths or {path, part | bin | edges, name?}], filters?, having?[{name, operator: value}], orders?[{path, direction}], limit_by?{grouping, limit}, limit?, others?',
  series:
    'key, service, aggregates, interval (seconds, or minute to year), formulas?, grouping?, filters?, top?, fill? (null or zero), limit?',
  table: 'key, service, columns[paths], filters?, orders?[{path, direction}], limit?',
  rate: 'key, service, rates[{name, filters}], grouping?, filters? (denominator), having?, orders?, limit_by?, limit?, others?',
  facet: 'key, service, path, filters?, limit?',
  compare:
    'key, service, target{filters?, startTime?, endTime?}, baseline{the same}, aggregates? and rates?, or attributes (true or paths), filters? (both), limit?',
}

function toServiceAnswer(
  snapshot: LakeSnapshot,
  service: Service,
  isFull: boolean,
): SchemaAnswer['services'][number] {
  const range = snapshot.timeRange(service)
  return {
    name: service.name,
    grain: service.grain,
    ...(isFull && { use: service.use }),
    ...(service !== insights && { rows: snapshot.countRows(service) }),
    ...(range && { from: formatInstant(range.startNs), to: formatInstant(toEndAfter(range.endNs)) }),
  }
}

const toColumnAnswer = (
  column: Column,
  statistics: ServiceStatistics | undefined,
): NonNullable<SchemaAnswer['columns']>[number] => {
  const { filled, top, min, median, max } = statistics?.get(column.path) ?? {}
  return {
    path: column.path,
    type: column.type,
    ...(column.unit && { unit: column.unit }),
    meaning: column.meaning,
    ...(filled !== undefined && { filled }),
    ...(top && { top: [...top] }),
    ...(min !== undefined && { min }),
    ...(median !== undefined && { median }),
    ...(max !== undefined && { max }),
  }
}

/** Statistics of a very large service can take too long; the schema is told without them then. */
function withoutStatistics(error: unknown): undefined {
  if (error instanceof AppError && error.details.code === 'timeout') return undefined
  throw error
}

/** The measures of a service, or in short those of all that have rows; a file that is wrong is told in a note. */
async function toMeasureAnswer(
  snapshot: LakeSnapshot,
  subject: Service | undefined,
  { runtime }: ToolContext,
): Promise<Pick<SchemaAnswer, 'measures' | 'notes'>> {
  try {
    const all = await runtime.definitions.measures()
    const meant = all.filter(({ service }) =>
      subject ? service === subject.name : snapshot.countRows(getService(service, '')) > 0,
    )
    const tell = subject ? (measure: Measure) => describeMeasure(measure) : nameMeasure
    return meant.length === 0
      ? {}
      : { measures: Object.fromEntries(meant.map((measure) => [measure.name, tell(measure)])) }
  } catch (error) {
    const { message, next } = toErrorDetails(error)
    return { notes: [`Measures can't be used: ${message} ${next ?? ''}`.trim()] }
  }
}

/** The usual question about issues: which, how bad, how many. */
const insightExample = {
  scalar: [
    {
      key: 'issues',
      service: insights.name,
      aggregates: [
        { name: 'issues', fn: 'count', path: '*' },
        { name: 'traces', fn: 'count_distinct', path: 'TraceId' },
      ],
      grouping: ['Insight.tag', 'Insight.severity'],
    },
  ],
}

/** The example call: on the first service that has rows, over its own time range. */
async function toExample(snapshot: LakeSnapshot, service: Service | undefined, context: ToolContext) {
  const subject = service ?? services.find((candidate) => snapshot.countRows(candidate) > 0)
  const range = subject && snapshot.timeRange(subject)
  if (!subject || !range) return undefined
  if (subject === insights)
    return { name: 'traces_query', arguments: { ...toWholeDays(range), queries: insightExample } }
  const statistics = await readStatistics(snapshot, subject, context)
  const queries = toExampleQueries(subject, snapshot.columns(subject), statistics)
  return {
    name: 'traces_query',
    arguments: {
      ...toWholeDays(range),
      queries,
    },
  }
}

const mostRejected = 5

function toStateAnswer(
  snapshot: LakeSnapshot,
  context: ToolContext,
): Pick<SchemaAnswer, 'rejectedFiles' | 'notes'> {
  const { rejected } = snapshot.manifest
  const isEmpty = snapshot.manifest.partitions.length === 0
  const { message, next } = noDataError(snapshot, context.runtime.config).details
  const notes = [
    ...(isEmpty ? [`${message} ${next}`] : toImportNotes(snapshot)),
    ...(rejected.length > mostRejected
      ? [`${rejected.length - mostRejected} more files were set aside.`]
      : []),
  ]
  return {
    ...(rejected.length > 0 && {
      rejectedFiles: rejected
        .slice(0, mostRejected)
        .map(({ path, reason, next }) => ({ path, reason, next })),
    }),
    ...(notes.length > 0 && { notes }),
  }
}

const isTelemetry = ({ columns }: Service) => !columns.some(({ path }) => path.startsWith('Attributes.'))

/**
 * A service's columns for the short form. Attributes of plain spans and logs stand in their maps; the most frequent are
 * shown, more of them where no contact-centre service tells the same more plainly.
 */
function listColumns(snapshot: LakeSnapshot, service: Service): readonly Column[] {
  // What else an issue can be grouped by stands with the services that it is found on.
  if (service === insights) return service.columns
  const hasServices = services.some((other) => !isTelemetry(other) && snapshot.countRows(other) > 0)
  const shown = isTelemetry(service) ? snapshot.rareColumns(service).slice(0, hasServices ? 30 : 120) : []
  return [...snapshot.columns(service), ...shown]
}

/** Two parts of an answer, with the notes of both. */
function mergeNotes(a: Partial<SchemaAnswer>, b: Partial<SchemaAnswer>): Partial<SchemaAnswer> {
  const notes = [...(a.notes ?? []), ...(b.notes ?? [])]
  return { ...a, ...b, ...(notes.length > 0 && { notes }) }
}

async function describeAll(snapshot: LakeSnapshot, context: ToolContext): Promise<SchemaAnswer> {
  const example = await toExample(snapshot, undefined, context).catch(withoutStatistics)
  return {
    services: services.map((service) => ({
      ...toServiceAnswer(snapshot, service, false),
      ...((service === insights || snapshot.countRows(service) > 0) && {
        columns: foldPaths(listColumns(snapshot, service)),
      }),
    })),
    queryTypes,
    aggregates: [...aggregateNames],
    operators: Object.fromEntries(operators.map(({ name, meaning }) => [name, meaning])),
    ...(example && { example }),
    ...mergeNotes(await toMeasureAnswer(snapshot, undefined, context), toStateAnswer(snapshot, context)),
  }
}

async function describeService(
  snapshot: LakeSnapshot,
  service: Service,
  context: ToolContext,
): Promise<SchemaAnswer> {
  const hasRows = snapshot.countRows(service) > 0
  const statistics = hasRows
    ? await readStatistics(snapshot, service, context).catch(withoutStatistics)
    : undefined
  const rare = snapshot.rareColumns(service)
  const columns = service === insights ? service.columns : snapshot.columns(service)
  const example = (statistics || service === insights) && (await toExample(snapshot, service, context))
  return {
    services: [toServiceAnswer(snapshot, service, true)],
    columns: [
      ...columns.map((column) => toColumnAnswer(column, statistics)),
      ...rare.slice(0, 100).map((column) => toColumnAnswer(column, undefined)),
    ],
    ...(example && { example }),
    ...mergeNotes(await toMeasureAnswer(snapshot, service, context), toStateAnswer(snapshot, context)),
  }
}

function findColumns(
  snapshot: LakeSnapshot,
  words: string,
  within: Service | undefined,
  context: ToolContext,
): SchemaAnswer {
  const subjects = within ? [within] : storedServices
  const all = subjects.flatMap((service) =>
    [...snapshot.columns(service), ...snapshot.rareColumns(service)].map((column) => ({ service, column })),
  )
  const found = searchColumns(all, words)
  const state = toStateAnswer(snapshot, context)
  return {
    services: [...new Set(found.map(({ service }) => service))].map((service) =>
      toServiceAnswer(snapshot, service, true),
    ),
    columns: found.map(({ service, column }) => ({
      ...toColumnAnswer(column, undefined),
      service: service.name,
    })),
    ...state,
    ...(found.length === 0 && {
      notes: [
        ...(state.notes ?? []),
        `No column matches "${words.slice(0, 80)}". Try fewer or other words, or service for a full list.`,
      ],
    }),
  }
}

export const getSchema = defineTool({
  name: 'get_schema',
  title: 'Describe the data',
  description: `Get the traces data schema: available services with row counts and time range, column paths, query types, aggregate functions, filter operators, and an example call that runs. Call this first.
Without arguments: everything in short form. service: one service in full, each column with type, unit, meaning, share of rows filled, top values or min/median/max. search: columns of all services by words, e.g. "hold time".`,
  input: z.strictObject({
    query_reason: z.string().max(2000).optional().describe('Why the schema is being requested'),
    service: z.string().max(100).optional().describe('One service in full'),
    search: z.string().min(1).max(200).optional().describe('Words to find columns by'),
    max_tokens: maxTokensSchema,
  }),
  output: schemaAnswerSchema,
  run: async ({ service, search, max_tokens: tokens }, context) => {
    const subject = service === undefined ? undefined : getService(service, 'service')
    const snapshot = await context.runtime.lake.snapshot()
    if (search !== undefined) return fitSchema(findColumns(snapshot, search, subject, context), tokens)
    const whole = subject
      ? await describeService(snapshot, subject, context)
      : await describeAll(snapshot, context)
    return fitSchema(whole, tokens)
  },
  toText: toSchemaText,
})
