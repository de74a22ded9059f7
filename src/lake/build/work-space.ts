import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDuckDbEngine } from '../../engine/duckdb/create-duckdb-engine.ts'
import type { Engine } from '../../engine/engine.ts'
import { toReadableFolders } from '../../exports/file-pattern.ts'
import type { ReadingPlace } from '../../exports/formats/format.ts'

/** Where one sync works: an engine of its own and a folder that is emptied before. */
export type WorkSpace = Readonly<{
  engine: Engine
  exportsDir: string
  lakeDir: string
  memoryLimitMb: number
  /** Scratch folder below the lake. */
  folder: string
  close(): Promise<void>
}>

/** Where this sync's exports are read. */
export const toReadingPlace = ({ engine, exportsDir, folder }: WorkSpace): ReadingPlace => ({
  engine,
  exportsDir,
  scratchDir: join(folder, 'decoded'),
})

export type LakeFolders = Readonly<{ exportsDir: string; lakeDir: string; memoryLimitMb: number }>

/** The scratch folder. It stays when the work space is closed, as a sign that something may be left over: see `tidy.ts`. */
export const toWorkFolder = (lakeDir: string): string => join(lakeDir, 'work')

/** Opens a work space; call it only while holding the lake's lock. The signal ends whatever statement runs in it. */
export async function openWorkSpace(
  { exportsDir, lakeDir, memoryLimitMb }: LakeFolders,
  signal?: AbortSignal,
): Promise<WorkSpace> {
  const folder = toWorkFolder(lakeDir)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [...toReadableFolders(exportsDir), lakeDir],
    spillDirectory: join(folder, 'spill'),
    memoryLimitMb,
    timeoutMs: 0,
  })
  return {
    engine: { run: (statement) => engine.run(statement, signal), close: () => engine.close() },
    exportsDir,
    lakeDir,
    memoryLimitMb,
    folder,
    close: () => engine.close(),
  }
}
