import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { createDuckDbEngine } from '../../engine/duckdb/create-duckdb-engine.ts'
import { defineStatement, type Engine, type Row } from '../../engine/engine.ts'
import { toReadableFolders } from '../../exports/file-pattern.ts'
import type { ReadingPlace } from '../../exports/formats/format.ts'
import { isOutOfMemory, isOutsideFile } from '../build/damaged-files.ts'
import type { LakeFolders } from '../build/work-space.ts'

/** What is recounted in: a database of its own, which may read the exports and the lake, and a scratch folder outside of both. */
export type VerifySpace = Readonly<{
  lakeDir: string
  run(sql: string): Promise<readonly Row[]>
  /** Where the unit of a number is read; what is decoded for it lies in a folder of its own. */
  toPlace(unit: number): ReadingPlace
  close(): Promise<void>
}>

/** For each thing that is compared one table of what the exports give and one of what the lake holds, as hashes. */
const tables = [
  'exported_spans (source INTEGER, trace UBIGINT, span UBIGINT, "start" BIGINT, weight HUGEINT, content UBIGINT)',
  'kept_spans (file INTEGER, day INTEGER, role UTINYINT, trace UBIGINT, span UBIGINT, content UBIGINT)',
  'kept_rows (file INTEGER, day INTEGER, trace UBIGINT, span UBIGINT, spans BIGINT, content UBIGINT)',
  'derived_rows ("table" UTINYINT, trace UBIGINT, span UBIGINT, content UBIGINT)',
  'kept_index (source INTEGER, trace UBIGINT, "start" BIGINT, "rows" BIGINT)',
  'exported_logs (source INTEGER, trace UBIGINT, "time" BIGINT, content UBIGINT)',
  'kept_logs (file INTEGER, content UBIGINT)',
]

/** Says of a failure that more memory would help, whatever was read when it came. */
const withMemoryErrors = (engine: Engine, memoryLimitMb: number): Engine => ({
  run: (statement, signal) =>
    engine.run(statement, signal).catch((error: unknown) => {
      if (!isOutOfMemory(error)) throw error
      throw new AppError(
        {
          code: 'too_large',
          message: `Verifying needs more memory than the limit of ${memoryLimitMb} MB.`,
          next: 'Set PARQUETRY_MEMORY_MB higher.',
        },
        { cause: error },
      )
    }),
  close: () => engine.close(),
})

/** Lets a failure that lies with this machine rise, as it says nothing about the file that was read. */
export function assertOfFile(error: unknown): void {
  const isTooLarge = error instanceof AppError && error.details.code === 'too_large'
  if (isTooLarge || isOutsideFile(error)) throw error
}

/** Opens a space with its tables empty. The scratch folder must be there, and is left to the caller. */
export async function openVerifySpace(
  { exportsDir, lakeDir, memoryLimitMb }: LakeFolders,
  scratchDir: string,
): Promise<VerifySpace> {
  const opened = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [...toReadableFolders(exportsDir), lakeDir, scratchDir],
    spillDirectory: join(scratchDir, 'spill'),
    memoryLimitMb,
    timeoutMs: 0,
  })
  const engine = withMemoryErrors(opened, memoryLimitMb)
  const run = (sql: string) => engine.run(defineStatement(sql))
  for (const table of tables) await run(`CREATE TABLE ${table}`)
  return {
    lakeDir,
    run,
    toPlace: (unit) => ({ engine, exportsDir, scratchDir: join(scratchDir, `decoded_${unit}`) }),
    close: () => engine.close(),
  }
}
