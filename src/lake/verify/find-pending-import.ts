import type { ExportUnit } from '../../exports/find-units.ts'
import { recogniser } from '../../exports/layouts/layouts.ts'
import type { Manifest } from '../manifest.ts'
import { readSoundManifest } from '../sync/sound-manifest.ts'
import { planSync } from '../sync/sync-plan.ts'

/** What an import would do now. Paths are below the drop folder. */
export type PendingImport = Readonly<{
  isDue: boolean
  arrived: readonly string[]
  changed: readonly string[]
  gone: readonly string[]
  /** Set aside for want of memory that there is now. */
  retried: readonly string[]
  /** Why all is built anew, where it is. */
  rebuild?: string
}>

type Unit = Pick<ExportUnit, 'path' | 'stamp'>

/** Compares the drop folder with a published state. */
function findChanges(units: readonly Unit[], manifest: Manifest, memoryLimitMb: number) {
  const plan = planSync(units, manifest, memoryLimitMb)
  const known = new Map([...manifest.sources, ...manifest.rejected].map(({ path, stamp }) => [path, stamp]))
  const present = new Set(units.map(({ path }) => path))
  const pathsOf = (isOne: (unit: Unit) => boolean) => plan.arrived.filter(isOne).map(({ path }) => path)
  return {
    isDue: plan.isStale,
    arrived: pathsOf(({ path }) => !known.has(path)),
    changed: pathsOf(({ path, stamp }) => known.has(path) && known.get(path) !== stamp),
    gone: [...known.keys()].filter((path) => !present.has(path)),
    retried: pathsOf(({ path, stamp }) => known.get(path) === stamp),
  }
}

async function findRebuildReason(lakeDir: string, manifest: Manifest): Promise<string | undefined> {
  if (manifest.generation === 0) return undefined
  if (manifest.recogniser !== recogniser) return 'it was built by another version of Parquetry'
  const sound = await readSoundManifest(lakeDir, recogniser)
  const isSound = sound.sources.length === manifest.sources.length
  return isSound ? undefined : 'a file of it is missing or has another size'
}

/** What an import would do with the drop folder's units and a published state, without doing it. */
export async function findPendingImport(
  { lakeDir, memoryLimitMb }: Readonly<{ lakeDir: string; memoryLimitMb: number }>,
  units: readonly Unit[],
  manifest: Manifest,
): Promise<PendingImport> {
  const changes = findChanges(units, manifest, memoryLimitMb)
  const rebuild = await findRebuildReason(lakeDir, manifest)
  return rebuild === undefined ? changes : { ...changes, isDue: true, rebuild }
}
