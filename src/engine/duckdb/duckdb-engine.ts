import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DOUBLE, type DuckDBConnection, DuckDBInstance, type DuckDBType } from '@duckdb/node-api'
import { AppError } from '../../core/errors.ts'
import { quoteText } from '../../core/sql-text.ts'
import type { Engine, Row, Statement, Value } from '../engine.ts'
import type { DuckDbOptions } from './create-duckdb-engine.ts'
import { readRows } from './read-rows.ts'
import { toAppError } from './to-app-error.ts'

/**
 * The locks, in order: the file system closes before the configuration does, and nothing opens again after that.
 * GLOBAL where DuckDB would otherwise set this connection only.
 * Source: DuckDB documentation, "Securing DuckDB".
 */
const lockdown = (options: DuckDbOptions, spill: string): readonly string[] => [
  `SET allowed_directories = [${options.allowedDirectories.map(quoteText).join(', ')}]`,
  `SET temp_directory = ${quoteText(spill)}`,
  `SET memory_limit = '${options.memoryLimitMb}MB'`,
  "SET GLOBAL TimeZone = 'UTC'",
  'SET GLOBAL parquet_metadata_cache = true',
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  'SET allow_community_extensions = false',
  'SET enable_external_access = false',
  'SET lock_configuration = true',
]

const timeoutError = (timeoutMs: number) =>
  new AppError({
    code: 'timeout',
    message: `The query ran longer than ${timeoutMs / 1000} s and was stopped.`,
    next: 'Narrow the time range or the grouping, or raise PARQUETRY_QUERY_TIMEOUT_MS.',
  })

const cancelledError = () => new AppError({ code: 'timeout', message: 'The call was cancelled.' })

/**
 * DuckDB forgets an interrupt that comes before the statement runs, and a statement waits for a thread
 * where many run, so a stop is repeated until the statement ends.
 */
const interruptEveryMs = 50

/** Enough for any table that a client can read, and far below what a process has for all calls together. */
const defaultResultLimitBytes = 32 * 2 ** 20

/** Left to itself, the driver takes each whole number for a BIGINT, and fails at those that are none. */
const toBindType = (value: Value): DuckDBType | undefined =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? DOUBLE : undefined

/**
 * Each statement has a connection to itself, so that an interrupt meets its own statement only.
 * One that failed is closed, since it may still hold the rest of its result.
 */
class DuckDbEngine implements Engine {
  readonly #instance: DuckDBInstance
  readonly #timeoutMs: number
  readonly #resultLimitBytes: number
  readonly #idle: DuckDBConnection[] = []

  readonly #spill: string

  constructor(instance: DuckDBInstance, options: DuckDbOptions, spill: string) {
    this.#instance = instance
    this.#spill = spill
    this.#timeoutMs = options.timeoutMs
    this.#resultLimitBytes = options.resultLimitBytes ?? defaultResultLimitBytes
  }

  async run(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]> {
    if (signal?.aborted) throw cancelledError()
    const connection = this.#idle.pop() ?? (await this.#instance.connect())
    let stopped: AppError | undefined
    let stopping: NodeJS.Timeout | undefined
    const stop = (reason: AppError) => {
      stopped ??= reason
      connection.interrupt()
      stopping ??= setInterval(() => connection.interrupt(), interruptEveryMs)
    }
    const onAbort = () => stop(cancelledError())
    const timer =
      this.#timeoutMs > 0 ? setTimeout(() => stop(timeoutError(this.#timeoutMs)), this.#timeoutMs) : undefined
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    try {
      const rows = await this.#read(connection, statement)
      this.#idle.push(connection)
      return rows
    } catch (error) {
      connection.closeSync()
      throw stopped ?? toAppError(error) ?? error
    } finally {
      clearTimeout(timer)
      clearInterval(stopping)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Streams, so that little more of too large a result is ever held than what was read of it. */
  async #read(connection: DuckDBConnection, { sql, params }: Statement): Promise<readonly Row[]> {
    const types = params.map(toBindType) as DuckDBType[]
    return readRows(await connection.stream(sql, [...params], types), this.#resultLimitBytes)
  }

  async close(): Promise<void> {
    for (const connection of this.#idle.splice(0)) connection.closeSync()
    this.#instance.closeSync()
    await rm(this.#spill, { recursive: true, force: true })
  }
}

/** Opens the instance and closes its locks. Throws what DuckDB throws, e.g. when another process holds the file. */
export async function openDuckDb(options: DuckDbOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(options.path)
  const spill = join(options.spillDirectory, `spill-${randomUUID()}`)
  await mkdir(options.spillDirectory, { recursive: true })
  try {
    const connection = await instance.connect()
    for (const sql of lockdown(options, spill)) await connection.run(sql)
    connection.closeSync()
  } catch (error) {
    instance.closeSync()
    throw error
  }
  return new DuckDbEngine(instance, options, spill)
}
