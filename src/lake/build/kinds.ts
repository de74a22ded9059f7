import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import { isUsableTime } from '../../exports/values/times.ts'
import { logsTable } from '../tables/logs-table.ts'
import { spansTable } from '../tables/spans-table.ts'
import type { LakeTable } from '../tables/table.ts'
import { logTables, spanTables } from '../tables/tables.ts'
import type { WorkSpace } from './work-space.ts'

/** How rows of one kind are placed, put in order and made into tables. */
export type KindSteps = Readonly<{
  /** Condition of the rows that can be placed: spans need both ids and a time, log records a time. */
  placeable: string
  /** Makes ready for `place` with some chunks, which may be few of many. */
  prepare?(first: number, last: number): string
  /** SELECT of canonical rows with the `day` and the `chunk` that they belong to, of the chunks made ready; other rows are left out. */
  place(sql: string): string
  /** The order of a chunk's rows, below the day. */
  orderBy: string
  tables: readonly LakeTable[]
}>

const hasTime = isUsableTime('"timestamp"')

/** SQL for the day of a time in UTC. */
export const toDay = (time: string): string => `CAST(${time} AS DATE)`

/** SQL for a day as the lake's folders are named: `2026-05-01`. */
export const printDay = (day: string): string => `strftime(${day}, '%Y-%m-%d')`

const spanSteps: KindSteps = {
  placeable: `trace_id IS NOT NULL AND span_id IS NOT NULL AND ${hasTime}`,
  // A table, since the planner knows its size: what a filter leaves of a file is guessed, and the wide rows would be hashed.
  prepare: (first, last) =>
    `CREATE OR REPLACE TABLE placed_traces AS SELECT * FROM trace_chunks WHERE chunk BETWEEN ${first} AND ${last}`,
  place: (sql) => `SELECT source.*, trace_start, day, chunk
FROM (${sql}) AS source
JOIN placed_traces USING (trace_id)
WHERE ${spanSteps.placeable}`,
  orderBy: spansTable.orderBy,
  tables: spanTables,
}

const logSteps: KindSteps = {
  placeable: hasTime,
  place: (
    sql,
  ) => `SELECT source.*, day, CAST("first" + hash(coalesce(trace_id, CAST("timestamp" AS VARCHAR))) % parts AS INTEGER) AS chunk
FROM (SELECT *, ${toDay('"timestamp"')} AS day FROM (${sql}) WHERE ${logSteps.placeable}) AS source
JOIN log_chunks USING (day)`,
  orderBy: logsTable.orderBy,
  tables: logTables,
}

export const kindSteps: Readonly<Record<Kind, KindSteps>> = { spans: spanSteps, logs: logSteps }

/** Makes ready to place rows in some chunks: to be called before the SELECTs that `place` gives are run. */
export async function prepareChunks(
  { engine }: WorkSpace,
  kind: Kind,
  first: number,
  last: number,
): Promise<void> {
  const sql = kindSteps[kind].prepare?.(first, last)
  if (sql) await engine.run(defineStatement(sql))
}
