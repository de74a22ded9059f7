import { existsSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import { formatInstant } from '../../core/time-range.ts'
import { findExportUnits } from '../../exports/find-units.ts'
import { type Manifest, type Partition, readManifest } from '../../lake/manifest.ts'
import { findPendingImport, type PendingImport } from '../../lake/verify/find-pending-import.ts'
import { type FileUse, type LakeFile, listLakeFiles } from '../../lake/verify/list-lake-files.ts'
import { type Span, sum, type TableFacts, toTables } from './table-facts.ts'

/** `unreadable`: there is a manifest, which is damaged or was written by another version. `empty`: nothing was ever published. */
export type LakeState = 'missing' | 'empty' | 'unreadable' | 'published'

/** All that `parquetry lake` tells, with the keys that programs see. Times are ISO 8601, paths below their folders. */
export type LakeFacts = Readonly<{
  exportsDir: string
  lakeDir: string
  state: LakeState
  generation: number
  publishedAt: string | null
  tables: readonly TableFacts[]
  partitions: readonly (Span & Pick<Partition, 'table' | 'day' | 'file' | 'rows' | 'bytes'>)[]
  disk: Readonly<{
    bytes: number
    files: number
    byUse: Readonly<Record<FileUse, Readonly<{ bytes: number; files: number }>>>
    unnamed: readonly Readonly<{ file: string; bytes: number }>[]
  }>
  sources: readonly Readonly<{
    path: string
    layout: string
    kind: string
    rows: number
    bytes: number
    skippedRows: number
  }>[]
  rejected: readonly Readonly<{ path: string; bytes: number; reason: string; next: string }>[]
  pending: Omit<PendingImport, 'rebuild'> & Readonly<{ rebuild: string | null }>
}>

const uses: readonly FileUse[] = ['data', 'index', 'manifest', 'lock', 'scratch', 'unnamed']

function toDisk(files: readonly LakeFile[]): LakeFacts['disk'] {
  const count = (some: readonly LakeFile[]) => ({
    bytes: sum(some.map(({ bytes }) => bytes)),
    files: some.length,
  })
  const of = (use: FileUse) => files.filter((file) => file.use === use)
  return {
    ...count(files),
    byUse: Object.fromEntries(uses.map((use) => [use, count(of(use))])) as LakeFacts['disk']['byUse'],
    unnamed: of('unnamed').map(({ file, bytes }) => ({ file, bytes })),
  }
}

function findState(lakeDir: string, { generation }: Manifest, files: readonly LakeFile[]): LakeState {
  if (generation > 0) return 'published'
  if (files.some(({ use }) => use === 'manifest')) return 'unreadable'
  return existsSync(lakeDir) ? 'empty' : 'missing'
}

/** Looks at the lake and the drop folder; writes nothing, and opens no data file. */
export async function readLakeFacts(config: Config): Promise<LakeFacts> {
  const { exportsDir, lakeDir } = config
  const manifest = await readManifest(lakeDir)
  const files = listLakeFiles(lakeDir, manifest)
  const { rebuild = null, ...changes } = await findPendingImport(
    config,
    findExportUnits(exportsDir),
    manifest,
  )
  return {
    exportsDir,
    lakeDir,
    state: findState(lakeDir, manifest, files),
    generation: manifest.generation,
    publishedAt: manifest.generation > 0 ? manifest.publishedAt : null,
    tables: toTables(manifest),
    partitions: manifest.partitions.map(({ table, day, file, rows, bytes, ...times }) => ({
      ...{ table, day, file, rows, bytes },
      start: formatInstant(BigInt(times.minNs)),
      end: formatInstant(BigInt(times.maxNs)),
    })),
    disk: toDisk(files),
    sources: manifest.sources.map(({ path, layout, kind, rows, size, skippedRows }) => ({
      ...{ path, layout, kind, rows },
      bytes: size,
      skippedRows,
    })),
    rejected: manifest.rejected.map(({ path, size, reason, next }) => ({ path, bytes: size, reason, next })),
    pending: { ...changes, rebuild },
  }
}
