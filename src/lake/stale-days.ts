import { join } from 'node:path'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement } from '../engine/engine.ts'
import { toUnitKey } from '../exports/find-units.ts'
import type { Source } from './manifest.ts'
import type { WorkSpace } from './work-space.ts'

/** Which days must be built again, and which sources hold traces of them. */
export type StaleDays = Readonly<{ days: readonly string[]; sources: readonly Source[] }>

/** The sources of either state that the other doesn't have. */
function listChanged(
  before: readonly Source[],
  after: readonly Source[],
  toKey: (source: Source) => string | undefined,
): readonly Source[] {
  const old = new Set(before.map(toKey))
  const current = new Set(after.map(toKey))
  return [
    ...before.filter((source) => !current.has(toKey(source))),
    ...after.filter((source) => !old.has(toKey(source))),
  ]
}

const indexFiles = (space: WorkSpace, sources: readonly Source[]) =>
  sources.flatMap(({ index }) => (index ? [quoteText(join(space.lakeDir, index))] : []))

/** SELECT over the trace indexes of sources: trace_id, start, filename. */
function readIndexes(space: WorkSpace, sources: readonly Source[]): string {
  const files = indexFiles(space, sources)
  if (files.length === 0)
    return `SELECT '' AS trace_id, NULL::TIMESTAMP_NS AS "start", '' AS filename WHERE FALSE`
  return `SELECT trace_id, "start", filename FROM read_parquet([${files.join(', ')}], filename = true, hive_partitioning = false)`
}

const traceDays = (indexes: string) =>
  `SELECT trace_id, strftime(min("start"), '%Y-%m-%d') AS day FROM (${indexes}) GROUP BY trace_id`

/**
 * A trace lies whole in the partition of the day it began, over all sources. Its day can move when a source comes or goes,
 * so the stale days are those that the changed traces leave and those that they enter.
 * Leaves the table `trace_days` (trace_id, day) of the stale days' traces in the work space.
 */
export async function findStaleDays(
  space: WorkSpace,
  before: readonly Source[],
  after: readonly Source[],
): Promise<StaleDays> {
  const run = (sql: string) => space.engine.run(defineStatement(sql))
  const changed = listChanged(before, after, ({ index }) => index)
  await run(
    `CREATE OR REPLACE TABLE changed_traces AS SELECT DISTINCT trace_id FROM (${readIndexes(space, changed)})`,
  )
  await run(`CREATE OR REPLACE TABLE current_days AS ${traceDays(readIndexes(space, after))}`)
  await run(`CREATE OR REPLACE TABLE stale_days AS
SELECT DISTINCT day FROM (
  SELECT day FROM current_days SEMI JOIN changed_traces USING (trace_id)
  UNION ALL
  SELECT day FROM (${traceDays(`SELECT * FROM (${readIndexes(space, before)}) SEMI JOIN changed_traces USING (trace_id)`)})
)`)
  await run(
    'CREATE OR REPLACE TABLE trace_days AS SELECT * FROM current_days SEMI JOIN stale_days USING (day)',
  )
  const days = await run('SELECT day FROM stale_days ORDER BY day')
  const needed = await run(
    `SELECT DISTINCT filename FROM (${readIndexes(space, after)}) SEMI JOIN trace_days USING (trace_id)`,
  )
  await run('DROP TABLE current_days')
  const names = new Set(needed.map(({ filename }) => String(filename)))
  return {
    days: days.map(({ day }) => String(day)),
    sources: after.filter(({ index }) => index && names.has(join(space.lakeDir, index))),
  }
}

/**
 * The days of logs that changed sources touch, and the sources that hold records of them.
 * Leaves the table `stale_log_days` (day) in the work space.
 */
export async function findStaleLogDays(
  space: WorkSpace,
  before: readonly Source[],
  after: readonly Source[],
): Promise<StaleDays> {
  const changed = listChanged(before, after, toUnitKey)
  const days = [...new Set(changed.flatMap((source) => source.days))].sort()
  await space.engine.run(
    defineStatement(
      `CREATE OR REPLACE TABLE stale_log_days AS SELECT unnest([${days.map(quoteText).join(', ')}]::VARCHAR[]) AS day`,
    ),
  )
  return { days, sources: after.filter((source) => source.days.some((day) => days.includes(day))) }
}
