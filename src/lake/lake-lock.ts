import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDuckDbEngine } from '../engine/duckdb/create-duckdb-engine.ts'

export type LakeLock = Readonly<{ release(): Promise<void> }>

/**
 * The right to write the lake, held by one process at a time. It is the lock that DuckDB takes on a database file:
 * the operating system gives it back when a process dies, however it dies. Undefined while another process holds it.
 */
export async function acquireLakeLock(lakeDir: string): Promise<LakeLock | undefined> {
  await mkdir(lakeDir, { recursive: true })
  const engine = await createDuckDbEngine({
    path: join(lakeDir, 'lock.duckdb'),
    allowedDirectories: [],
    spillDirectory: lakeDir,
    memoryLimitMb: 64,
    timeoutMs: 0,
  }).catch((error: unknown) => {
    if (String(error).includes('lock')) return undefined
    throw error
  })
  return engine && { release: () => engine.close() }
}
