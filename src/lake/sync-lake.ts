import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Progress } from '../core/progress.ts'
import { type ExportFile, findExportFiles } from '../exports/find-files.ts'
import { recogniseExport } from '../exports/recognise.ts'
import { buildDay } from './build-day.ts'
import { collectGarbage } from './collect-garbage.ts'
import { acquireLakeLock } from './lake-lock.ts'
import { type Manifest, type Partition, readManifest, type Source, writeManifest } from './manifest.ts'
import { type ReadSource, readSources, toDamagedFile } from './read-sources.ts'
import { hasStagedDay, loadDayLogs, loadDaySpans, stageRows } from './stage-rows.ts'
import { findStaleDays, findStaleLogDays, type StaleDays } from './stale-days.ts'
import { planSync, type SyncPlan } from './sync-plan.ts'
import { logTables, spanTables } from './tables/tables.ts'
import { type LakeFolders, openWorkSpace, type WorkSpace } from './work-space.ts'

/** `busy`: another process is writing the lake, and what is published may be behind the drop folder. */
export type SyncResult = Readonly<{ state: 'current' | 'updated' | 'busy'; manifest: Manifest }>

/** Who hears of a sync, and who may stop it. A stopped sync leaves the published state as it was. */
export type SyncReport = Readonly<{ log: Log; progress: Progress; signal?: AbortSignal }>

type Context = SyncReport & Readonly<{ space: WorkSpace }>

/** The sources as canonical relations: those just read, and older ones recognised again. */
async function withSql(space: WorkSpace, sources: readonly Source[], read: readonly ReadSource[]) {
  const fresh = new Map(read.map((item) => [item.source.path, item]))
  const again = async (source: Source): Promise<ReadSource> => {
    const { sql } = await recogniseExport(space.engine, space.exportsDir, source).catch((error: unknown) => {
      throw toDamagedFile(source.path, error)
    })
    return { source, sql }
  }
  return Promise.all(sources.map((source) => fresh.get(source.path) ?? again(source)))
}

const steps = {
  spans: { tables: spanTables, load: loadDaySpans },
  logs: { tables: logTables, load: loadDayLogs },
} as const

/** Builds the stale days of one kind again from the sources that hold them. */
async function rebuild(
  { space, progress }: Context,
  kind: 'spans' | 'logs',
  stale: StaleDays,
  read: readonly ReadSource[],
): Promise<readonly Partition[]> {
  const { tables, load } = steps[kind]
  await stageRows(space, kind, await withSql(space, stale.sources, read), progress)
  const partitions: Partition[] = []
  for (const [i, day] of stale.days.entries()) {
    progress(`building ${kind}`, i, stale.days.length)
    if (!hasStagedDay(space, kind, day)) continue
    await load(space, day)
    partitions.push(...(await buildDay(space, tables, day)))
  }
  progress(`building ${kind}`, stale.days.length, stale.days.length)
  return partitions
}

const byPath = (a: ExportFile, b: ExportFile) => (a.path < b.path ? -1 : 1)

const ofKind = (sources: readonly Source[], kind: Source['kind']) =>
  sources.filter((source) => source.kind === kind)

type Damaged = ReadonlyMap<string, AppError>

async function build(
  context: Context,
  plan: SyncPlan,
  files: readonly ExportFile[],
  old: Manifest,
  damaged: Damaged,
): Promise<Manifest> {
  const { space, log, progress } = context
  const toRead = [
    ...plan.arrived,
    ...files.filter(({ path }) => damaged.has(path) && !plan.arrived.some((f) => f.path === path)),
  ]
  const { read, rejected } = await readSources(space, toRead, damaged, log, progress)
  const looked = new Set(toRead.map(({ path }) => path))
  const present = new Set(files.map(({ path }) => path))
  const stays = ({ path }: ExportFile) => present.has(path) && !looked.has(path)
  const sources = [...old.sources.filter(stays), ...read.map(({ source }) => source)].sort(byPath)
  const staleSpans = await findStaleDays(space, ofKind(old.sources, 'spans'), ofKind(sources, 'spans'))
  const staleLogs = await findStaleLogDays(space, ofKind(old.sources, 'logs'), ofKind(sources, 'logs'))
  const rebuilt = [
    ...(await rebuild(context, 'spans', staleSpans, read)),
    ...(await rebuild(context, 'logs', staleLogs, read)),
  ]
  const isStale = ({ table, day }: Partition) =>
    (table === 'logs' ? staleLogs : staleSpans).days.includes(day)
  return {
    format: 1,
    generation: old.generation + 1,
    publishedAt: new Date().toISOString(),
    sources,
    rejected: [...old.rejected.filter(stays), ...rejected].sort(byPath),
    partitions: [...old.partitions.filter((partition) => !isStale(partition)), ...rebuilt],
  }
}

/** A file that grew while it was read would leave the lake and its own record of it in disagreement. */
async function isUnchanged(exportsDir: string, files: readonly ExportFile[]): Promise<boolean> {
  return JSON.stringify(await findExportFiles(exportsDir)) === JSON.stringify(files)
}

/** One try. Undefined when the drop folder changed meanwhile or a file turned out to be damaged; the next try knows more. */
async function tryBuild(
  folders: LakeFolders,
  plan: SyncPlan,
  files: readonly ExportFile[],
  old: Manifest,
  damaged: Map<string, AppError>,
  report: SyncReport,
): Promise<Manifest | undefined> {
  const space = await openWorkSpace(folders, report.signal)
  try {
    const manifest = await build({ space, ...report }, plan, files, old, damaged)
    return (await isUnchanged(folders.exportsDir, files)) ? manifest : undefined
  } catch (error) {
    if (error instanceof AppError && error.details.code === 'unreadable_file' && error.details.path) {
      damaged.set(error.details.path, error)
      return undefined
    }
    if (await isUnchanged(folders.exportsDir, files)) throw error
    return undefined
  } finally {
    await space.close()
  }
}

const mostTries = 20

async function syncLocked(folders: LakeFolders, report: SyncReport): Promise<SyncResult> {
  const old = await readManifest(folders.lakeDir)
  const damaged = new Map<string, AppError>()
  for (let i = 0; i < mostTries; i++) {
    const files = await findExportFiles(folders.exportsDir)
    const plan = planSync(files, old)
    if (!plan.isStale) return { state: 'current', manifest: old }
    const manifest = await tryBuild(folders, plan, files, old, damaged, report)
    if (!manifest) continue
    await writeManifest(folders.lakeDir, manifest)
    await collectGarbage(folders.lakeDir, manifest, report.log)
    return { state: 'updated', manifest }
  }
  return { state: 'busy', manifest: old }
}

/**
 * Brings the lake up to date with the drop folder and publishes it in one step. Cheap when nothing changed.
 * Only one process writes at a time; for the others the result is `busy`.
 */
export async function syncLake(folders: LakeFolders, report: SyncReport): Promise<SyncResult> {
  const manifest = await readManifest(folders.lakeDir)
  if (!planSync(await findExportFiles(folders.exportsDir), manifest).isStale)
    return { state: 'current', manifest }
  const lock = await acquireLakeLock(folders.lakeDir)
  if (!lock) return { state: 'busy', manifest }
  try {
    return await syncLocked(folders, report)
  } finally {
    await lock.release()
  }
}
