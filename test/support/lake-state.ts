import type { LakeState } from './lake-compare.ts'
import { type LakeWorld, readTable } from './lake-world.ts'

/** Rows by table, and what must agree between them. */
export type StateCounts = Readonly<{
  /** Spans by the `file` attribute that the exports' rows carry, as `name:count`. */
  spans: string
  traces: number
  spansOfTraces: number
  legs: number
  journeys: number
  logs: number
}>

/** Reads a published state as a reader would; fails where a file that it names is not whole. */
export async function countState(
  { query }: Pick<LakeWorld, 'query'>,
  { manifest, lakeDir }: LakeState,
): Promise<StateCounts> {
  const from = (table: string) => `FROM (${readTable(manifest, lakeDir, table)})`
  const [row] = await query(`SELECT
  (SELECT coalesce(string_agg(file || ':' || n, ' ' ORDER BY file), '') FROM (SELECT attributes['file'] AS file, count(*) AS n ${from('spans')} GROUP BY file)) AS spans,
  (SELECT count(*) ${from('traces')}) AS traces,
  (SELECT coalesce(sum(span_count), 0)::BIGINT ${from('traces')}) AS "spansOfTraces",
  (SELECT count(*) ${from('agent_interaction')}) AS legs,
  (SELECT count(*) ${from('journey_interaction')}) AS journeys,
  (SELECT count(*) ${from('logs')}) AS logs`)
  return row as StateCounts
}
