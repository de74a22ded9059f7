import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDuckDbEngine } from '../../engine/duckdb/create-duckdb-engine.ts'
import type { Engine } from '../../engine/engine.ts'

export type LakeLock = Readonly<{ release(): Promise<void> }>

/** A process killed in the moment when it made the lock file leaves one that is no database; the next name then stands in. */
const lockNames = ['lock.duckdb', 'lock-2.duckdb', 'lock-3.duckdb', 'lock-4.duckdb']

const openFile = (path: string): Promise<Engine> =>
  createDuckDbEngine({
    path,
    allowedDirectories: [],
    spillDirectory: `${path}.spill`,
    memoryLimitMb: 64,
    timeoutMs: 0,
  })

async function openFirst(lakeDir: string, names: readonly string[]): Promise<Engine> {
  const [name = '', ...others] = names
  return openFile(join(lakeDir, name)).catch((error: unknown) => {
    if (others.length > 0 && String(error).includes('not a valid DuckDB database'))
      return openFirst(lakeDir, others)
    throw error
  })
}

/**
 * The right to write the lake, held by one process at a time. It is the lock that DuckDB takes on a database file:
 * the operating system gives it back when a process dies, however it dies. Undefined while another process holds it.
 */
export async function acquireLakeLock(lakeDir: string): Promise<LakeLock | undefined> {
  await mkdir(lakeDir, { recursive: true })
  const engine = await openFirst(lakeDir, lockNames).catch((error: unknown) => {
    if (String(error).includes('Could not set lock')) return undefined
    throw error
  })
  return engine && { release: () => engine.close() }
}
