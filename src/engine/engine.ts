import type { JsonValue } from '../core/json-value.ts'

/** A value bound to a `?` of a statement. A number beyond ±2^53 is bound as a DOUBLE: whole ones that must be exact are bigints. */
export type Value = string | number | bigint | boolean | null

/** One SQL statement with its parameters, in the order of its `?` marks. */
export type Statement = Readonly<{ sql: string; params: readonly Value[] }>

/** One result row: column name → JSON-safe value (see `engine/duckdb/to-json.ts` for the forms). */
export type Row = Readonly<Record<string, JsonValue>>

/**
 * Runs statements against a database; each run is on its own, without session or transaction around it.
 * Throws AppError `timeout` when its time limit or the caller's signal ends a run, `too_large` for a result
 * beyond its limit, `stale` when a file that the statement names is gone, and `invalid_argument` for
 * a regular expression that RE2 refuses and for numbers that overflow. Any other failure is a fault: a plain Error.
 */
export interface Engine {
  run(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]>
  close(): Promise<void>
}

/** A statement without parameters. */
export const defineStatement = (sql: string): Statement => ({ sql, params: [] })
