import { getService } from '../catalog/catalog.ts'
import type { InsightRule } from '../catalog/insight-rules.ts'
import type { Measure } from '../catalog/measure.ts'
import type { Service } from '../catalog/service.ts'
import { AppError, type ErrorDetails, toErrorDetails } from '../core/errors.ts'
import type { TimeRange } from '../core/time-range.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot, Scan } from '../lake/lake-snapshot.ts'
import { toCoveredRange } from '../query/compile/compare.ts'
import { compile } from '../query/compile.ts'
import type { CompiledQuery } from '../query/compiled.ts'
import type { ExportFormat } from '../query/copy-statement.ts'
import { findColumns } from '../query/find-columns.ts'
import { findRules } from '../query/find-rules.ts'
import type { QueryRequest } from '../query/request/queries.ts'
import { sharedRelation, shareScan, splitRows } from '../query/share-scan.ts'
import { isStale } from './define-tool.ts'
import { describeMeasures } from './describe-measures.ts'
import { diagnoseEmpty } from './diagnose-empty.ts'
import { type Exported, exportResult } from './export-result.ts'
import { placeRegexError } from './place-regex-error.ts'
import type { ToolContext } from './tool.ts'

/** A query and its place in the input. */
export type PlacedQuery = Readonly<{ request: QueryRequest; at: string }>

/** What a query found. */
export type Found = Readonly<{
  service: Service
  query: CompiledQuery
  rows: readonly Row[]
  others?: Row | undefined
  /** Whether its rows, though there are some, are made of none of the data. */
  isEmpty?: boolean
  /** What must be said of the rows. */
  notes?: readonly string[]
  /** How long its statement took; of one that shared its scan, undefined. */
  ms?: number | undefined
  /** What its relation reads. */
  scan: Scan
  /** How many rows there are without limit and offset. */
  countAll(): Promise<number>
  /** Writes all rows into a file. */
  exportAs(format: ExportFormat): Promise<Exported>
  /** Why no row matched, as far as it can be told. */
  diagnose(): Promise<string | undefined>
}>

/** What a query found, or why it could not be run. */
export type Outcome = Found | Readonly<{ error: ErrorDetails }>

/** One call's queries, all of one window and one published state. */
type Batch = Readonly<{
  snapshot: LakeSnapshot
  range: TimeRange
  zone: string
  nowMs: number
  measures: readonly Measure[]
  rules: readonly InsightRule[]
  /** Whether each query is run by itself, so that its time can be told. */
  isApart: boolean
  context: ToolContext
}>

/** Whether a query may look at any column. */
const needsAll = (request: QueryRequest) =>
  (request.type === 'compare' && request.attributes === true) ||
  (request.type === 'table' && request.columns.includes('*'))

function compilePlaced(
  { snapshot, range, zone, nowMs, measures, rules }: Batch,
  { request, at }: PlacedQuery,
  relation?: string,
) {
  const service = getService(request.service, `${at}.service`)
  const schema = snapshot.schema(service)
  const columns = findColumns(schema, request, measures)
  const pick = {
    range: toCoveredRange(request, range, { zone, nowMs }),
    rules: findRules(rules, request),
    ...(needsAll(request) ? {} : { columns }),
  }
  const own = relation ?? snapshot.relation(service, pick)
  const source = { relation: own, schema, range, zone, nowMs, measures }
  return { service, columns, source, query: compile(source, request, at) }
}

/** The outcome of a query that was run, with what can be asked beyond it: of its own relation, whatever it was run on. */
function toFound(
  batch: Batch,
  placed: PlacedQuery,
  found: Omit<Found, 'countAll' | 'diagnose' | 'exportAs' | 'scan'>,
): Found {
  const { context, snapshot, range } = batch
  const { filters = [] } = placed.request
  const notes = [...(found.notes ?? []), ...describeMeasures(placed.request, batch.measures)]
  return {
    ...found,
    ...(notes.length > 0 && { notes }),
    scan: snapshot.scan(found.service, { range }),
    countAll: async () => {
      const [row] = await run(batch, compilePlaced(batch, placed).query.total)
      return Number(row?.['total'] ?? 0)
    },
    exportAs: (format) => {
      const { query } = compilePlaced(batch, placed)
      const { fingerprint } = snapshot.facts()
      const columns = query.columns.map(({ name }) => name)
      return exportResult(query.all, columns, { key: placed.request.key, format, fingerprint }, context)
    },
    diagnose: () =>
      diagnoseEmpty({ source: compilePlaced(batch, placed).source, filters, at: placed.at }, context),
  }
}

const run = ({ context: { runtime, signal } }: Batch, statement: CompiledQuery['statement']) =>
  runtime.engine.run(statement, signal)

/** A query's outcome; the other queries of the call go on whatever it is. */
async function runOne(batch: Batch, placed: PlacedQuery): Promise<Outcome> {
  try {
    const { service, query } = compilePlaced(batch, placed)
    const started = performance.now()
    const rows = await run(batch, query.statement)
    const ms = performance.now() - started
    if (query.finish) return toFound(batch, placed, { service, query, ...query.finish(rows), ms })
    const [others] = query.others ? await run(batch, query.others) : []
    return toFound(batch, placed, { service, query, rows, others, ms })
  } catch (error) {
    if (isStale(error)) throw error
    const level = error instanceof AppError ? 'debug' : 'error'
    const { runtime, signal } = batch.context
    runtime.log[level](`traces_query ${placed.at}: ${error}`)
    const { engine } = runtime
    return {
      error: toErrorDetails(await placeRegexError(error, placed.request, placed.at, { engine, signal })),
    }
  }
}

/**
 * Queries of one service as one statement; undefined where that fails, so that each is run by itself and the one at fault
 * is found.
 */
async function runShared(
  batch: Batch,
  placed: readonly PlacedQuery[],
): Promise<readonly Outcome[] | undefined> {
  try {
    const compiled = placed.map((each) => compilePlaced(batch, each, sharedRelation))
    const [first] = compiled
    if (!first) return []
    const queries = compiled.map(({ query }) => query)
    const columns = new Set(compiled.flatMap((each) => [...each.columns]))
    const relation = batch.snapshot.relation(first.service, {
      range: batch.range,
      columns,
      rules: batch.rules,
    })
    const rows = splitRows(await run(batch, shareScan(relation, queries)), queries)
    return compiled.map(({ service, query }, i) =>
      toFound(batch, placed[i] as PlacedQuery, { service, query, rows: rows[i] ?? [] }),
    )
  } catch (error) {
    if (isStale(error) || batch.context.signal.aborted) throw error
    return undefined
  }
}

/** A table reads few rows of many columns, and finds them faster by itself; a row of all others needs a second statement. */
const canShare = ({ request }: PlacedQuery) =>
  request.type !== 'table' && request.type !== 'compare' && !('others' in request && request.others)

/** Queries that share a scan go together, the others each alone. */
function toGroups(placed: readonly PlacedQuery[], isApart: boolean): readonly (readonly PlacedQuery[])[] {
  const groups = Map.groupBy(placed, (each) => (canShare(each) && !isApart ? each.request.service : each.at))
  return [...groups.values()]
}

/**
 * Runs queries and gives the outcome of each as it comes; those of one service share a scan. Who has enough may stop.
 * Throws `stale`, and `timeout` when the call was cancelled.
 */
export async function* runQueries(
  batch: Batch,
  placed: readonly PlacedQuery[],
): AsyncGenerator<readonly [PlacedQuery, Outcome]> {
  for (const group of toGroups(placed, batch.isApart)) {
    const shared = group.length > 1 ? await runShared(batch, group) : undefined
    for (const [i, each] of group.entries()) yield [each, shared?.[i] ?? (await runOne(batch, each))]
  }
}
