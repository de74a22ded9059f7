import { AppError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Progress } from '../../core/progress.ts'
import type { Kind } from '../../exports/canonical.ts'
import { type ExportUnit, findExportUnits } from '../../exports/find-units.ts'
import { recogniser } from '../../exports/layouts/layouts.ts'
import { buildChunks } from '../build/build-chunks.ts'
import { DamagedFiles } from '../build/damaged-files.ts'
import { kindSteps } from '../build/kinds.ts'
import { toFullDiskError } from '../build/no-room.ts'
import { idsPerUnit, type ReadSource, readSources } from '../build/read-sources.ts'
import { stageSources } from '../build/stage-sources.ts'
import { findStaleDays } from '../build/stale-days.ts'
import { createArrivedTraces, writeTraceIndex } from '../build/trace-index.ts'
import { type LakeFolders, openWorkSpace, type WorkSpace } from '../build/work-space.ts'
import { type Manifest, type Partition, type Source, writeManifest } from '../manifest.ts'
import { acquireLakeLock } from './lake-lock.ts'
import { lookForWork } from './look-for-work.ts'
import { readSoundManifest } from './sound-manifest.ts'
import { planSync, type SyncPlan } from './sync-plan.ts'
import { isTidy, tidy } from './tidy.ts'

/** `busy`: another process is writing the lake, or exports are still being copied; what is published may be behind the drop folder. */
export type SyncResult = Readonly<{ state: 'current' | 'updated' | 'busy'; manifest: Manifest }>

/** Who hears of a sync, and who may stop it. A stopped sync leaves the published state as it was. */
export type SyncReport = Readonly<{ log: Log; progress: Progress; signal?: AbortSignal }>

/** What one state is made of: the drop folder's files as they were listed, and the state before. */
type Job = Readonly<{
  folders: LakeFolders
  files: readonly ExportUnit[]
  plan: SyncPlan<ExportUnit>
  old: Manifest
  report: SyncReport
}>

type Identity = Pick<ExportUnit, 'path'>

type Damaged = DamagedFiles['files']

const byPath = (a: Identity, b: Identity) => (a.path < b.path ? -1 : 1)

/** Rebuilds the stale days of one kind; gives what they are and their new partitions. */
async function rebuildKind(
  space: WorkSpace,
  kind: Kind,
  { files, old, report }: Job,
  sources: readonly Source[],
  read: readonly ReadSource[],
) {
  const before = old.sources.filter((source) => source.kind === kind)
  const after = sources.filter((source) => source.kind === kind)
  const { days, chunks } = await findStaleDays[kind](space, before, after)
  const staged = await stageSources(
    space,
    kind,
    chunks,
    { sources: after, read, units: files },
    report.progress,
  )
  if (staged.damaged.size > 0) throw new DamagedFiles(staged.damaged)
  const partitions = await buildChunks(space, kind, chunks, staged, read, report.progress)
  const tables = new Set(kindSteps[kind].tables.map(({ name }) => name))
  const stale = new Set(days)
  return { partitions, isStale: ({ table, day }: Partition) => tables.has(table) && stale.has(day) }
}

/** One pass. Throws `DamagedFiles` with all files that failed after they were recognised. */
async function build(space: WorkSpace, job: Job, damaged: Damaged): Promise<Manifest> {
  const { files, plan, old } = job
  const { log, progress } = job.report
  const toRead = [
    ...plan.arrived,
    ...files.filter(({ path }) => damaged.has(path) && !plan.arrived.some((f) => f.path === path)),
  ]
  await createArrivedTraces(space)
  const firstId = old.nextSource
  const { read, rejected } = await readSources(space, toRead, { damaged, firstId }, log, progress)
  const looked = new Set(toRead.map(({ path }) => path))
  const present = new Set(files.map(({ path }) => path))
  const stays = ({ path }: Identity) => present.has(path) && !looked.has(path)
  const stayed = [...old.sources.filter(stays), ...read.map(({ source }) => source)].sort(byPath)
  const sources = await writeTraceIndex(space, stayed)
  const spans = await rebuildKind(space, 'spans', job, sources, read)
  const logs = await rebuildKind(space, 'logs', job, sources, read)
  return {
    format: 3,
    generation: old.generation + 1,
    nextSource: firstId + toRead.length * idsPerUnit,
    publishedAt: new Date().toISOString(),
    sources: [...sources],
    rejected: [...old.rejected.filter(stays), ...rejected].sort(byPath),
    recogniser,
    partitions: [
      ...old.partitions.filter((partition) => !spans.isStale(partition) && !logs.isStale(partition)),
      ...spans.partitions,
      ...logs.partitions,
    ],
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

/** Files that are not to be read at all. */
const toUnread = (paths: readonly string[]): Damaged =>
  new Map(
    paths.map((path) => [
      path,
      new AppError({
        code: 'unreadable_file',
        path,
        message: 'Twice the process that imports fell over it.',
        next: 'Export or copy it again.',
      }),
    ]),
  )

async function syncLocked(folders: LakeFolders, report: SyncReport, unread: Damaged): Promise<SyncResult> {
  const old = await readSoundManifest(folders.lakeDir, recogniser)
  for (let i = 0; i < mostChanges; i++) {
    const files = findExportUnits(folders.exportsDir)
    const plan = planSync(files, old, folders.memoryLimitMb)
    if (!plan.isStale) return { state: 'current', manifest: old }
    const manifest = await buildWithout({ folders, files, plan, old, report }, unread)
    if (!manifest) continue
    await writeManifest(folders.lakeDir, manifest)
    return { state: 'updated', manifest }
  }
  return { state: 'busy', manifest: old }
}

async function syncIfNeeded(folders: LakeFolders, report: SyncReport, unread: Damaged): Promise<SyncResult> {
  const { lakeDir } = folders
  const { manifest, isStale, isNeeded } = await lookForWork(folders)
  if (!isNeeded) return { state: 'current', manifest }
  const lock = await acquireLakeLock(lakeDir)
  if (!lock) return { state: isStale ? 'busy' : 'current', manifest }
  try {
    if (!isTidy(lakeDir)) await tidy(lakeDir, report.log)
    return await syncLocked(folders, report, unread)
  } finally {
    if (!isTidy(lakeDir)) await tidy(lakeDir, report.log)
    await lock.release()
  }
}

/**
 * Brings the lake up to date with the drop folder and publishes it in one step. Cheap when nothing changed.
 * What a killed or failed sync left is removed by the next. Only one process writes at a time; for the others the result
 * is `busy`. `fatal` names files that are set aside unread. Throws `unreadable_file` where the disk is full.
 */
export async function syncLake(
  folders: LakeFolders,
  report: SyncReport,
  fatal: readonly string[] = [],
): Promise<SyncResult> {
  try {
    return await syncIfNeeded(folders, report, toUnread(fatal))
  } catch (error) {
    throw toFullDiskError(error, folders.lakeDir) ?? error
  }
}
