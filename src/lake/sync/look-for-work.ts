import { findExportUnits } from '../../exports/find-units.ts'
import { recogniser } from '../../exports/layouts/layouts.ts'
import type { LakeFolders } from '../build/work-space.ts'
import type { Manifest } from '../manifest.ts'
import { readSoundManifest } from './sound-manifest.ts'
import { planSync } from './sync-plan.ts'
import { isTidy } from './tidy.ts'

export type Work = Readonly<{
  /** What is published, as far as it can be built upon. */
  manifest: Manifest
  /** Whether the drop folder holds something else than the published state says. */
  isStale: boolean
  /** Whether a sync would do anything: something is stale, or was left over. */
  isNeeded: boolean
}>

/** Whether a sync has anything to do. Looks at names, sizes and times only, without an engine and without the lock. */
export async function lookForWork({ exportsDir, lakeDir, memoryLimitMb }: LakeFolders): Promise<Work> {
  const manifest = await readSoundManifest(lakeDir, recogniser)
  const { isStale } = planSync(findExportUnits(exportsDir), manifest, memoryLimitMb)
  return { manifest, isStale, isNeeded: isStale || !isTidy(lakeDir) }
}
