import { join } from 'node:path'
import { createDuckDbEngine } from '../../engine/duckdb/create-duckdb-engine.ts'
import { defineStatement, type Row } from '../../engine/engine.ts'
import { toFilePattern } from '../../exports/file-pattern.ts'
import type { ReadingPlace } from '../../exports/formats/format.ts'
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
  'exported_spans (source INTEGER, trace UBIGINT, span UBIGINT, "start" BIGINT, content UBIGINT)',
  'kept_spans (file INTEGER, day INTEGER, role UTINYINT, trace UBIGINT, span UBIGINT, content UBIGINT)',
  'kept_rows (file INTEGER, day INTEGER, trace UBIGINT, span UBIGINT, spans BIGINT)',
  'kept_index (source INTEGER, trace UBIGINT, "start" BIGINT, spans BIGINT)',
  'exported_logs (source INTEGER, content UBIGINT)',
  'kept_logs (file INTEGER, content UBIGINT)',
]

/** Opens a space with its tables empty. The scratch folder must be there, and is left to the caller. */
export async function openVerifySpace(
  { exportsDir, lakeDir, memoryLimitMb }: LakeFolders,
  scratchDir: string,
): Promise<VerifySpace> {
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [exportsDir, toFilePattern(exportsDir) ?? exportsDir, lakeDir, scratchDir],
    spillDirectory: join(scratchDir, 'spill'),
    memoryLimitMb,
    timeoutMs: 0,
  })
  const run = (sql: string) => engine.run(defineStatement(sql))
  for (const table of tables) await run(`CREATE TABLE ${table}`)
  return {
    lakeDir,
    run,
    toPlace: (unit) => ({ engine, exportsDir, scratchDir: join(scratchDir, `decoded_${unit}`) }),
    close: () => engine.close(),
  }
}
