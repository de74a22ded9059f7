import type { JsonValue } from '../core/json-value.ts'

/** A value bound to a `?` of a statement. */
export type Value = string | number | bigint | boolean | null

/** One SQL statement with its parameters, in the order of its `?` marks. */
export type Statement = Readonly<{ sql: string; params: readonly Value[] }>

/** One result row: column name → JSON-safe value (see `engine/duckdb/to-json-rows.ts` for the forms). */
export type Row = Readonly<Record<string, JsonValue>>

/**
 * Runs statements against a database. Throws AppError `timeout` when its time limit or the caller's signal ends a run,
 * and `stale` when a file that the statement names is gone.
 */
export interface Engine {
  run(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]>
  close(): Promise<void>
}

/** A statement without parameters. */
export const defineStatement = (sql: string): Statement => ({ sql, params: [] })
