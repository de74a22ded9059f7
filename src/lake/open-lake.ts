import type { Log } from '../core/log.ts'
import { waitAtMost } from '../core/wait-at-most.ts'
import type { LakeFolders } from './build/work-space.ts'
import { createLakeSnapshot, type LakeSnapshot } from './lake-snapshot.ts'
import { readManifest } from './manifest.ts'
import { createImporter } from './sync/importer.ts'

/** The read side of the lake. Each call gets a snapshot: one published state, the same for all statements of the call. */
export interface Lake {
  /** Looks whether exports changed, brings the lake up to date within the wait, and gives the newest published state. */
  snapshot(): Promise<LakeSnapshot>
  close(): Promise<void>
}

export type LakeOptions = LakeFolders & Readonly<{ importWaitMs: number }>

/** Opens the lake for reading. Nothing is read before the first snapshot. */
export function openLake(options: LakeOptions, log: Log): Lake {
  const { exportsDir, lakeDir, memoryLimitMb, importWaitMs } = options
  const readCurrent = () => readManifest(lakeDir)
  const importer = createImporter({ exportsDir, lakeDir, memoryLimitMb }, log)
  return {
    snapshot: async () => {
      const isEmpty = (await readCurrent()).generation === 0
      const pending = importer.next(isEmpty && importer.failure() === undefined)
      const waitedMs = pending && !isEmpty ? performance.now() - pending.startedAt : 0
      const waitMs = importWaitMs - waitedMs
      if (pending && waitMs > 0) await waitAtMost(pending.end, waitMs, undefined)
      return createLakeSnapshot(lakeDir, await readCurrent(), {
        isImporting: importer.isImporting(),
        failure: importer.failure(),
      })
    },
    close: () => importer.stop(),
  }
}
