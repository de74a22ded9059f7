import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AppError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement } from '../engine/engine.ts'
import type { ExportUnit } from '../exports/find-units.ts'
import { recogniseExport } from '../exports/recognise.ts'
import { toDamagedFile } from './damaged-files.ts'
import type { Source } from './manifest.ts'
import { placeable, type ReadSource } from './read-sources.ts'
import { toReadingPlace, type WorkSpace } from './work-space.ts'

type Kind = Source['kind']

const stagedFolder = (space: WorkSpace, kind: Kind) => join(space.folder, `staged_${kind}`)

/** How the rows of one source are found: its stale days, and the rows of some of them. */
const steps: Readonly<
  Record<Kind, { days(space: WorkSpace, source: Source): string; select(sql: string, days: string): string }>
> = {
  spans: {
    days: (space, { index }) => `SELECT DISTINCT day
FROM read_parquet(${quoteText(join(space.lakeDir, index ?? ''))})
JOIN trace_days USING (trace_id)
ORDER BY day`,
    select: (sql, days) => `SELECT source.*, trace_days.day
  FROM (${sql}) AS source
  JOIN trace_days USING (trace_id)
  WHERE ${placeable.spans} AND ${days}`,
  },
  logs: {
    days: (_, { days }) => `SELECT day
FROM stale_log_days
WHERE day IN (${days.map(quoteText).join(', ')})
ORDER BY day`,
    select: (sql, days) => `SELECT *
  FROM (SELECT *, strftime("timestamp", '%Y-%m-%d') AS day FROM (${sql}) WHERE ${placeable.logs})
  SEMI JOIN stale_log_days USING (day)
  WHERE ${days}`,
  },
}

/** Days laid out in one go: each has buffers of its own while a source is read. */
const daysAtOnce = 50

const toBatches = (days: readonly string[]) =>
  Array.from({ length: Math.ceil(days.length / daysAtOnce) }, (_, i) =>
    days.slice(i * daysAtOnce, (i + 1) * daysAtOnce),
  )

/** Lays the rows of one source out by day, in files that begin with its number. */
async function stageSource(space: WorkSpace, kind: Kind, { source, sql }: ReadSource, number: number) {
  const found = await space.engine.run(defineStatement(steps[kind].days(space, source)))
  for (const [i, days] of toBatches(found.map(({ day }) => String(day))).entries()) {
    const within = `day BETWEEN ${quoteText(days.at(0) ?? '')} AND ${quoteText(days.at(-1) ?? '')}`
    await space.engine.run(
      defineStatement(`COPY (
  ${steps[kind].select(sql, within)}
) TO ${quoteText(stagedFolder(space, kind))} (
  FORMAT parquet,
  COMPRESSION snappy,
  PARTITION_BY (day),
  FILENAME_PATTERN 's${number}_${i}_{i}',
  OVERWRITE_OR_IGNORE
)`),
    )
  }
}

/** The relation of a source that an earlier sync read. */
async function recogniseAgain(
  space: WorkSpace,
  units: readonly ExportUnit[],
  { path, kind }: Source,
): Promise<string> {
  const unit = units.find((candidate) => candidate.path === path)
  if (!unit) throw new Error(`${path} is not in the drop folder`)
  const { relations } = await recogniseExport(toReadingPlace(space), unit)
  const relation = relations.find((candidate) => candidate.kind === kind)
  if (!relation) throw new Error(`${path} gives no ${kind}`)
  return relation.sql
}

/**
 * Reads each source once and lays its rows out by day in the scratch folder, so that each day can then be built alone
 * and memory is bounded by a day. `read` has the relations of those just read; older ones are recognised again.
 * Gives the sources that cannot be read, by path.
 */
export async function stageRows(
  space: WorkSpace,
  kind: Kind,
  sources: readonly Source[],
  read: readonly ReadSource[],
  units: readonly ExportUnit[],
  progress: Progress,
): Promise<ReadonlyMap<string, AppError>> {
  const fresh = new Map(
    read.filter(({ source }) => source.kind === kind).map((item) => [item.source.path, item.sql]),
  )
  const damaged = new Map<string, AppError>()
  for (const [i, source] of sources.entries()) {
    progress(`staging ${kind}`, i, sources.length)
    const stage = async () => {
      const sql = fresh.get(source.path) ?? (await recogniseAgain(space, units, source))
      await stageSource(space, kind, { source, sql }, i)
    }
    await stage().catch((error: unknown) =>
      damaged.set(source.path, toDamagedFile(space, source.path, error)),
    )
  }
  progress(`staging ${kind}`, sources.length, sources.length)
  return damaged
}

const dayFolder = (space: WorkSpace, kind: Kind, day: string) => join(stagedFolder(space, kind), `day=${day}`)

/** Whether the day has rows at all; a day all of whose traces went has none. */
export const hasStagedDay = (space: WorkSpace, kind: Kind, day: string): boolean =>
  existsSync(dayFolder(space, kind, day))

/** Which of the staged sources have rows of the day. */
export function stagedSources(
  space: WorkSpace,
  kind: Kind,
  day: string,
  sources: readonly Source[],
): readonly Source[] {
  const numbers = new Set(readdirSync(dayFolder(space, kind, day)).map((name) => name.split('_')[0]))
  return sources.filter((_, i) => numbers.has(`s${i}`))
}

/** SELECT of a day's rows, of all its sources or of the one with that number. */
function readDay(space: WorkSpace, kind: Kind, day: string, only: number | undefined): string {
  const folder = dayFolder(space, kind, day)
  const files = readdirSync(folder)
    .filter((name) => only === undefined || name.startsWith(`s${only}_`))
    .map((name) => quoteText(join(folder, name)))
  return `SELECT * FROM read_parquet([${files.join(', ')}], hive_partitioning = false)`
}

/**
 * Leaves the day's spans, each (trace id, span id) once, in the table `day_spans`.
 * Of copies with different content the longest and then the most detailed wins; ties fall by content,
 * so that the order in which exports arrived plays no part.
 */
export async function loadDaySpans(space: WorkSpace, day: string, only?: number): Promise<void> {
  const run = (sql: string) => space.engine.run(defineStatement(sql))
  await run(`CREATE OR REPLACE TABLE day_spans AS ${readDay(space, 'spans', day, only)}`)
  await run(`CREATE OR REPLACE TABLE repeated AS
SELECT trace_id, span_id
FROM day_spans
GROUP BY trace_id, span_id
HAVING count(*) > 1`)
  await run(`CREATE OR REPLACE TABLE winners AS
SELECT *
FROM (SELECT DISTINCT * FROM day_spans SEMI JOIN repeated USING (trace_id, span_id)) AS copy
QUALIFY row_number() OVER (
  PARTITION BY trace_id, span_id
  ORDER BY duration_ns DESC, cardinality(attributes) DESC, len(events) DESC, hash(copy), CAST(copy AS VARCHAR)
) = 1`)
  await run(`DELETE FROM day_spans
USING repeated
WHERE day_spans.trace_id = repeated.trace_id
  AND day_spans.span_id = repeated.span_id`)
  await run('INSERT INTO day_spans SELECT * FROM winners')
}

/** Leaves the day's log records, exact copies once, in the table `day_logs`. */
export async function loadDayLogs(space: WorkSpace, day: string, only?: number): Promise<void> {
  await space.engine.run(
    defineStatement(
      `CREATE OR REPLACE TABLE day_logs AS SELECT DISTINCT * FROM (${readDay(space, 'logs', day, only)})`,
    ),
  )
}
