import type { Log } from '../core/log.ts'
import type { Progress } from '../core/progress.ts'
import { type ExportUnit, findExportUnits } from '../exports/find-units.ts'
import { recogniser } from '../exports/layouts/layouts.ts'
import { buildDays } from './build-days.ts'
import { collectGarbage } from './collect-garbage.ts'
import { DamagedFiles } from './damaged-files.ts'
import { acquireLakeLock } from './lake-lock.ts'
import { type Manifest, type Partition, type Source, writeManifest } from './manifest.ts'
import { readSources } from './read-sources.ts'
import { stageRows } from './stage-rows.ts'
import { findStaleDays, findStaleLogDays } from './stale-days.ts'
import { readSoundManifest } from './sound-manifest.ts'
import { planSync, type SyncPlan } from './sync-plan.ts'
import { type LakeFolders, openWorkSpace, type WorkSpace } from './work-space.ts'

/** `busy`: another process is writing the lake, or exports are still being copied; what is published may be behind the drop folder. */
export type SyncResult = Readonly<{ state: 'current' | 'updated' | 'busy'; manifest: Manifest }>

/** Who hears of a sync, and who may stop it. A stopped sync leaves the published state as it was. */
export type SyncReport = Readonly<{ log: Log; progress: Progress; signal?: AbortSignal }>

/** What one state is made of: the drop folder's files as they were listed, and the state before. */
type Job = Readonly<{
  folders: LakeFolders
  files: readonly ExportUnit[]
  plan: SyncPlan
  old: Manifest
  report: SyncReport
}>

type Identity = Pick<ExportUnit, 'path'>

type Damaged = DamagedFiles['files']

const byPath = (a: Identity, b: Identity) => (a.path < b.path ? -1 : 1)

const ofKind = (sources: readonly Source[], kind: Source['kind']) =>
  sources.filter((source) => source.kind === kind)

/** One pass. Throws `DamagedFiles` with all files that failed after they were recognised. */
async function build(space: WorkSpace, job: Job, damaged: Damaged): Promise<Manifest> {
  const { files, plan, old } = job
  const { log, progress } = job.report
  const toRead = [
    ...plan.arrived,
    ...files.filter(({ path }) => damaged.has(path) && !plan.arrived.some((f) => f.path === path)),
  ]
  const { read, rejected } = await readSources(space, toRead, damaged, log, progress)
  const looked = new Set(toRead.map(({ path }) => path))
  const present = new Set(files.map(({ path }) => path))
  const stays = ({ path }: Identity) => present.has(path) && !looked.has(path)
  const sources = [...old.sources.filter(stays), ...read.map(({ source }) => source)].sort(byPath)
  const staleSpans = await findStaleDays(space, ofKind(old.sources, 'spans'), ofKind(sources, 'spans'))
  const staleLogs = await findStaleLogDays(space, ofKind(old.sources, 'logs'), ofKind(sources, 'logs'))
  const damagedRows = new Map([
    ...(await stageRows(space, 'spans', staleSpans.sources, read, files, progress)),
    ...(await stageRows(space, 'logs', staleLogs.sources, read, files, progress)),
  ])
  if (damagedRows.size > 0) throw new DamagedFiles(damagedRows)
  const rebuilt = [
    ...(await buildDays(space, 'spans', staleSpans, read, progress)),
    ...(await buildDays(space, 'logs', staleLogs, read, progress)),
  ]
  const isStale = ({ table, day }: Partition) =>
    (table === 'logs' ? staleLogs : staleSpans).days.includes(day)
  return {
    format: 2,
    generation: old.generation + 1,
    publishedAt: new Date().toISOString(),
    sources,
    rejected: [...old.rejected.filter(stays), ...rejected].sort(byPath),
    recogniser,
    partitions: [...old.partitions.filter((partition) => !isStale(partition)), ...rebuilt],
  }
}

/** A file that grew while it was read would leave the lake and its own record of it in disagreement. */
async function isUnchanged(exportsDir: string, files: readonly ExportUnit[]): Promise<boolean> {
  return JSON.stringify(findExportUnits(exportsDir)) === JSON.stringify(files)
}

/** One pass in a work space of its own: the new state, or the files to leave out of it. Undefined when the drop folder changed meanwhile. */
async function tryBuild(job: Job, damaged: Damaged): Promise<Manifest | DamagedFiles | undefined> {
  const { folders, files, report } = job
  const space = await openWorkSpace(folders, report.signal)
  try {
    const manifest = await build(space, job, damaged)
    return (await isUnchanged(folders.exportsDir, files)) ? manifest : undefined
  } catch (error) {
    if (!(await isUnchanged(folders.exportsDir, files))) return undefined
    if (error instanceof DamagedFiles) return error
    throw error
  } finally {
    await space.close()
  }
}

/** Passes until no further file turns out to be damaged; each leaves out at least one more. Undefined when the drop folder changed meanwhile. */
async function buildWithout(job: Job, damaged: Damaged): Promise<Manifest | undefined> {
  const result = await tryBuild(job, damaged)
  if (!(result instanceof DamagedFiles)) return result
  return buildWithout(job, new Map([...damaged, ...result.files]))
}

/** So many changes of the drop folder during one sync are waited out. */
const mostChanges = 20

const toPlan = (files: readonly ExportUnit[], manifest: Manifest, { memoryLimitMb }: LakeFolders) =>
  planSync(files, manifest, { recogniser, memoryLimitMb })

async function syncLocked(folders: LakeFolders, report: SyncReport): Promise<SyncResult> {
  const old = await readSoundManifest(folders.lakeDir)
  for (let i = 0; i < mostChanges; i++) {
    const files = findExportUnits(folders.exportsDir)
    const plan = toPlan(files, old, folders)
    if (!plan.isStale) return { state: 'current', manifest: old }
    const manifest = await buildWithout({ folders, files, plan, old, report }, new Map())
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
  const manifest = await readSoundManifest(folders.lakeDir)
  if (!toPlan(findExportUnits(folders.exportsDir), manifest, folders).isStale)
    return { state: 'current', manifest }
  const lock = await acquireLakeLock(folders.lakeDir)
  if (!lock) return { state: 'busy', manifest }
  try {
    return await syncLocked(folders, report)
  } finally {
    await lock.release()
  }
}
