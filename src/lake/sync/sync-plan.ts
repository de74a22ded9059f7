import { type ExportUnit, toUnitKey } from '../../exports/find-units.ts'
import type { Manifest, RejectedFile } from '../manifest.ts'

/** What differs between the drop folder and the published state. */
export type SyncPlan<U> = Readonly<{
  /** Units to look at: new, changed, or set aside for want of memory that is there now. */
  arrived: readonly U[]
  /** Whether anything is to be done at all: units arrived, or known ones were removed. */
  isStale: boolean
}>

/** Compares by path and stamp. Pure. */
export function planSync<U extends Pick<ExportUnit, 'path' | 'stamp'>>(
  units: readonly U[],
  manifest: Pick<Manifest, 'sources' | 'rejected'>,
  memoryLimitMb: number,
): SyncPlan<U> {
  const present = new Set(units.map(toUnitKey))
  const isFinal = (file: RejectedFile) => (file.memoryLimitMb ?? memoryLimitMb) >= memoryLimitMb
  const known = new Set([...manifest.sources, ...manifest.rejected.filter(isFinal)].map(toUnitKey))
  const arrived = units.filter((unit) => !known.has(toUnitKey(unit)))
  const isGone = [...manifest.sources, ...manifest.rejected].some((file) => !present.has(toUnitKey(file)))
  return { arrived, isStale: arrived.length > 0 || isGone }
}
