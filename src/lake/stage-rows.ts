import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '../core/progress.ts'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement } from '../engine/engine.ts'
import { placeable, type ReadSource, toDamagedFile } from './read-sources.ts'
import type { WorkSpace } from './work-space.ts'

const stagedFolder = (space: WorkSpace, kind: 'spans' | 'logs') => join(space.folder, `staged_${kind}`)

const select: Readonly<Record<'spans' | 'logs', (sql: string) => string>> = {
  spans: (sql) => `SELECT source.*, trace_days.day
  FROM (${sql}) AS source
  JOIN trace_days USING (trace_id)
  WHERE ${placeable.spans}`,
  logs: (sql) => `SELECT *
  FROM (SELECT *, strftime("timestamp", '%Y-%m-%d') AS day FROM (${sql}) WHERE ${placeable.logs})
  SEMI JOIN stale_log_days USING (day)`,
}

/**
 * Reads each source once and lays its rows out by day in the scratch folder, so that each day can then be built alone
 * and memory is bounded by a day. Throws `unreadable_file` with the path of a source whose rows cannot be read.
 */
export async function stageRows(
  space: WorkSpace,
  kind: 'spans' | 'logs',
  sources: readonly ReadSource[],
  progress: Progress,
): Promise<void> {
  for (const [i, { sql, source }] of sources.entries()) {
    progress(`staging ${kind}`, i, sources.length)
    const copy = defineStatement(`COPY (
  ${select[kind](sql)}
) TO ${quoteText(stagedFolder(space, kind))} (
  FORMAT parquet,
  COMPRESSION snappy,
  PARTITION_BY (day),
  FILENAME_PATTERN 's${i}_{i}',
  OVERWRITE_OR_IGNORE
)`)
    await space.engine.run(copy).catch((error: unknown) => {
      throw toDamagedFile(source.path, error)
    })
  }
  progress(`staging ${kind}`, sources.length, sources.length)
}

/** Whether the day has rows at all; a day all of whose traces went has none. */
export const hasStagedDay = (space: WorkSpace, kind: 'spans' | 'logs', day: string): boolean =>
  existsSync(join(stagedFolder(space, kind), `day=${day}`))

function readDay(space: WorkSpace, kind: 'spans' | 'logs', day: string): string {
  const folder = join(stagedFolder(space, kind), `day=${day}`)
  const files = readdirSync(folder).map((name) => quoteText(join(folder, name)))
  return `read_parquet([${files.join(', ')}], hive_partitioning = false)`
}

/**
 * Leaves the day's spans, each (trace id, span id) once, in the table `day_spans`.
 * Of copies with different content the longest and then the most detailed wins; ties fall by content,
 * so that the order in which exports arrived plays no part.
 */
export async function loadDaySpans(space: WorkSpace, day: string): Promise<void> {
  const run = (sql: string) => space.engine.run(defineStatement(sql))
  await run(`CREATE OR REPLACE TABLE day_spans AS SELECT * FROM ${readDay(space, 'spans', day)}`)
  await run(`CREATE OR REPLACE TABLE repeated AS
SELECT trace_id, span_id
FROM day_spans
GROUP BY trace_id, span_id
HAVING count(*) > 1`)
  await run(`CREATE OR REPLACE TABLE winners AS
SELECT *
FROM day_spans
SEMI JOIN repeated USING (trace_id, span_id)
QUALIFY row_number() OVER (
  PARTITION BY trace_id, span_id
  ORDER BY duration_ns DESC, cardinality(attributes) DESC, len(events) DESC, hash(day_spans), CAST(day_spans AS VARCHAR)
) = 1`)
  await run(`DELETE FROM day_spans
USING repeated
WHERE day_spans.trace_id = repeated.trace_id
  AND day_spans.span_id = repeated.span_id`)
  await run('INSERT INTO day_spans SELECT * FROM winners')
}

/** Leaves the day's log records, exact copies once, in the table `day_logs`. */
export async function loadDayLogs(space: WorkSpace, day: string): Promise<void> {
  await space.engine.run(
    defineStatement(
      `CREATE OR REPLACE TABLE day_logs AS SELECT DISTINCT * FROM ${readDay(space, 'logs', day)}`,
    ),
  )
}
