import { join } from 'node:path'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { Source } from '../manifest.ts'
import { type Chunk, type DayRows, toChunks, toFirstChunks, toRowsPerChunk } from './chunks.ts'
import { printDay, toDay } from './kinds.ts'
import { selectTraces } from './trace-index.ts'
import type { WorkSpace } from './work-space.ts'

/** Which days must be built again, and the chunks in which that is done. A day that lost all its rows is in no chunk. */
export type StaleDays = Readonly<{ days: readonly string[]; chunks: readonly Chunk[] }>

/** The sources of either state that the other doesn't have. */
function listChanged(before: readonly Source[], after: readonly Source[]): readonly Source[] {
  const old = new Set(before.map(({ id }) => id))
  const current = new Set(after.map(({ id }) => id))
  return [...before.filter(({ id }) => !current.has(id)), ...after.filter(({ id }) => !old.has(id))]
}

const toValues = (rows: readonly string[], shape: string) =>
  rows.length > 0 ? `VALUES ${rows.join(', ')}` : `SELECT ${shape} WHERE FALSE`

const toChunkRows = (chunks: readonly Chunk[]) =>
  toValues(
    toFirstChunks(chunks).map(({ day, first, parts }) => `(DATE ${quoteText(day)}, ${first}, ${parts})`),
    'NULL::DATE, 0, 0',
  )

const traceDays = (traces: string) =>
  `SELECT trace_id, min("start") AS trace_start, ${toDay('trace_start')} AS day, sum("rows")::BIGINT AS spans FROM (${traces}) GROUP BY trace_id`

/** The chunk of each trace. A day of several parts is cut by time, so that a file of it holds the traces of some hours. */
const traceChunks = (chunks: readonly Chunk[]) => `WITH placed AS (
  SELECT *
  FROM current_days
  JOIN (${toChunkRows(chunks)}) AS planned(day, "first", parts) USING (day)
)
SELECT trace_id, trace_start, day, "first" AS chunk
FROM placed
WHERE parts = 1
UNION ALL
SELECT trace_id, trace_start, day, CAST("first" + (spans_before * parts) // day_spans AS INTEGER)
FROM (
  SELECT
    *,
    sum(spans) OVER (PARTITION BY day ORDER BY trace_start, trace_id) - spans AS spans_before,
    sum(spans) OVER (PARTITION BY day) AS day_spans
  FROM placed
  WHERE parts > 1
)`

/**
 * A trace lies whole in the partition of the day it began, over all sources. Its day can move when a source comes or goes,
 * so the stale days are those that the changed traces leave and those that they enter.
 * Leaves the view `trace_chunks` (trace_id, trace_start, day, chunk) of the stale days' traces in the work space: of a file, sorted
 * by chunk, as the memory is needed for the chunks.
 */
async function findStaleSpanDays(
  space: WorkSpace,
  before: readonly Source[],
  after: readonly Source[],
): Promise<StaleDays> {
  const run = (sql: string) => space.engine.run(defineStatement(sql))
  const changed = listChanged(before, after)
  if (changed.length === 0) return { days: [], chunks: [] }
  await run(
    `CREATE OR REPLACE TABLE changed_traces AS SELECT DISTINCT trace_id FROM (${selectTraces(space, changed)})`,
  )
  await run(`CREATE OR REPLACE TABLE current_days AS ${traceDays(selectTraces(space, after))}`)
  await run(`CREATE OR REPLACE TABLE stale_days AS
SELECT DISTINCT day FROM (
  SELECT day FROM current_days SEMI JOIN changed_traces USING (trace_id)
  UNION ALL
  SELECT day FROM (${traceDays(`SELECT * FROM (${selectTraces(space, before)}) SEMI JOIN changed_traces USING (trace_id)`)})
)`)
  const totals = await run(`SELECT ${printDay('day')} AS day, coalesce(sum(spans), 0)::BIGINT AS "rows"
FROM stale_days
LEFT JOIN current_days USING (day)
GROUP BY day
ORDER BY day`)
  const days = totals.map((row): DayRows => ({ day: String(row['day']), rows: Number(row['rows']) }))
  const chunks = toChunks(
    days.filter(({ rows }) => rows > 0),
    toRowsPerChunk(space.memoryLimitMb),
  )
  const file = quoteText(join(space.folder, 'trace_chunks.parquet'))
  await run(`COPY (
SELECT * FROM (${traceChunks(chunks)}) ORDER BY chunk, trace_id
) TO ${file} (FORMAT parquet)`)
  await run(
    `CREATE OR REPLACE VIEW trace_chunks AS SELECT * FROM read_parquet(${file}, hive_partitioning = false)`,
  )
  for (const table of ['changed_traces', 'current_days', 'stale_days']) await run(`DROP TABLE ${table}`)
  const needed = await run(
    `SELECT DISTINCT chunk, source FROM (${selectTraces(space, after)}) JOIN trace_chunks USING (trace_id)`,
  )
  const byChunk = Map.groupBy(needed, ({ chunk }) => Number(chunk))
  return {
    days: days.map(({ day }) => day),
    chunks: chunks.map((chunk) => ({
      ...chunk,
      sources: (byChunk.get(chunk.number) ?? []).map(({ source }) => Number(source)),
    })),
  }
}

/**
 * The days of logs that changed sources touch. Leaves the table `log_chunks` (day, first, parts) in the work space.
 */
async function findStaleLogDays(
  space: WorkSpace,
  before: readonly Source[],
  after: readonly Source[],
): Promise<StaleDays> {
  const days = [
    ...new Set(listChanged(before, after).flatMap((source) => source.days.map(({ day }) => day))),
  ].sort()
  const touched = after.flatMap(({ id, days: own }) => own.map(({ day, rows }) => ({ id, day, rows })))
  const byDay = Map.groupBy(touched, ({ day }) => day)
  const totals = days.map((day) => ({
    day,
    rows: (byDay.get(day) ?? []).reduce((sum, { rows }) => sum + rows, 0),
  }))
  const chunks = toChunks(
    totals.filter(({ rows }) => rows > 0),
    toRowsPerChunk(space.memoryLimitMb),
  )
  await space.engine.run(
    defineStatement(
      `CREATE OR REPLACE TABLE log_chunks AS SELECT * FROM (${toChunkRows(chunks)}) AS planned(day, "first", parts)`,
    ),
  )
  const sourcesOf = (chunk: Chunk) => [
    ...new Set(chunk.days.flatMap((day) => (byDay.get(day) ?? []).map(({ id }) => id))),
  ]
  return { days, chunks: chunks.map((chunk) => ({ ...chunk, sources: sourcesOf(chunk) })) }
}

/** Which days of one kind a change of sources makes stale. */
export const findStaleDays: Readonly<
  Record<Kind, (space: WorkSpace, before: readonly Source[], after: readonly Source[]) => Promise<StaleDays>>
> = { spans: findStaleSpanDays, logs: findStaleLogDays }
