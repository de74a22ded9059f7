import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { noProgress } from '../../src/core/progress.ts'
import { type SyncResult, syncLake } from '../../src/lake/sync/sync-lake.ts'
import type { ExportContent } from './lake-arbitraries.ts'
import type { LakeState } from './lake-compare.ts'
import { mapping, writeClickhouseCsv, writeMappedCsv, writeOtlpLogs, writeOtlpSpans } from './lake-formats.ts'
import { writeLogFile, writeSpanFile } from './lake-rows.ts'
import type { LakeWorld } from './lake-world.ts'

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

const endings = { parquet: '.parquet', otlp: '.jsonl', csv: '.csv', mapped: '.mapped.csv' } as const

/** A path below the drop folder whose name tells the format. */
export const toFileName = (stem: string, { format }: Pick<ExportContent, 'format'>): string =>
  join(dirname(stem), `${format === 'mapped' ? 'm' : 'x'}-${basename(stem)}${endings[format]}`)

/** Puts the mapping that mapped files need into a folder. */
export async function writeMapping(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'm.mapping.yaml'), mapping)
}

/** Writes an export below a drop folder. */
export async function writeExport(
  { engine }: Pick<LakeWorld, 'engine'>,
  folder: string,
  path: string,
  content: ExportContent,
): Promise<void> {
  const whole = join(folder, path)
  await mkdir(dirname(whole), { recursive: true })
  if (content.kind === 'logs') {
    if (content.format === 'otlp') return writeOtlpLogs(whole, content.rows)
    return writeLogFile(engine, whole, content.rows)
  }
  if (content.format === 'parquet') return writeSpanFile(engine, whole, content.rows)
  if (content.format === 'otlp') return writeOtlpSpans(whole, content.rows)
  if (content.format === 'csv') return writeClickhouseCsv(whole, content.rows)
  return writeMappedCsv(whole, content.rows)
}

/** Syncs a lake of any folders, with any memory. */
export const syncFolders = (exportsDir: string, lakeDir: string, memoryLimitMb = 1000): Promise<SyncResult> =>
  syncLake({ exportsDir, lakeDir, memoryLimitMb }, { log: silent, progress: noProgress })

/** One import, in folders of its own, of all rows of some exports as two Parquet files. */
export async function importUnion(
  world: LakeWorld,
  name: string,
  exports: readonly ExportContent[],
): Promise<LakeState> {
  const [folder, lakeDir] = [join(world.root, `${name}-exports`), join(world.root, `${name}-lake`)]
  await mkdir(folder, { recursive: true })
  const spans = exports.flatMap((content) => (content.kind === 'spans' ? content.rows : []))
  const logs = exports.flatMap((content) => (content.kind === 'logs' ? content.rows : []))
  if (spans.length > 0) await writeSpanFile(world.engine, join(folder, 'spans.parquet'), spans)
  if (logs.length > 0) await writeLogFile(world.engine, join(folder, 'logs.parquet'), logs)
  const { manifest } = await syncFolders(folder, lakeDir)
  return { manifest, lakeDir }
}
