import { type ExportUnit, toUnitKey } from '../exports/find-units.ts'
import type { Manifest, RejectedFile } from './manifest.ts'

/** What files can be read with: the layouts known, and the memory limit. */
export type Means = Readonly<{ recogniser: string; memoryLimitMb: number }>

/** What differs between the drop folder and the published state. */
export type SyncPlan = Readonly<{
  /** Files to look at: new, changed, or set aside for want of memory or of a layout that is there now. */
  arrived: readonly ExportUnit[]
  /** Whether anything is to be done at all: files arrived, or known ones were removed. */
  isStale: boolean
}>

/** Compares by path, size and modification time. Pure. */
export function planSync(
  files: readonly ExportUnit[],
  manifest: Manifest,
  { recogniser, memoryLimitMb }: Means,
): SyncPlan {
  const present = new Set(files.map(toUnitKey))
  const isFinal = (file: RejectedFile) =>
    manifest.recogniser === recogniser && (file.memoryLimitMb ?? memoryLimitMb) >= memoryLimitMb
  const rejected = manifest.rejected.filter(isFinal)
  const known = new Set([...manifest.sources, ...rejected].map(toUnitKey))
  const arrived = files.filter((file) => !known.has(toUnitKey(file)))
  const isGone = [...manifest.sources, ...manifest.rejected].some((file) => !present.has(toUnitKey(file)))
  return { arrived, isStale: arrived.length > 0 || isGone }
}
