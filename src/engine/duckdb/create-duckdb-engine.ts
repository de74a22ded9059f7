import type { Engine } from '../engine.ts'

export type DuckDbOptions = Readonly<{
  /** Database file, or `:memory:`. A file is locked against other processes while it is open. */
  path: string
  /** The only folders that statements may read and write. */
  allowedDirectories: readonly string[]
  /**
   * Where sorts and joins beyond the memory limit spill to, in a folder of the engine's own that goes with it:
   * DuckDB crashes when two processes spill into one folder.
   */
  spillDirectory: string
  memoryLimitMb: number
  /** Longest run of one statement in ms; 0 for no limit. */
  timeoutMs: number
  /** Largest result of one statement, in bytes of JSON; 32 MB if not given. */
  resultLimitBytes?: number
}>

/** Opens a locked-down DuckDB. The native module loads here, at the first call, not when the program starts. */
export async function createDuckDbEngine(options: DuckDbOptions): Promise<Engine> {
  const { openDuckDb } = await import('./duckdb-engine.ts')
  return openDuckDb(options)
}
