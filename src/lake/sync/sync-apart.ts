import { extname } from 'node:path'
import { type ApartOptions, runApart } from '../../core/apart/run-apart.ts'
import type { LakeFolders } from '../build/work-space.ts'
import { watchForCrash } from './importer-crash.ts'
import { lakeVersion } from './lake-version.ts'
import type { SyncResult } from './sync-lake.ts'

/** Folders to bring in line, and files that have felled the process before: they are set aside unread. */
export type ApartSync = Readonly<{ folders: LakeFolders; fatal: readonly string[] }>

const script = {
  url: new URL(`./sync-process${extname(import.meta.url)}`, import.meta.url),
  version: lakeVersion,
}

/**
 * `syncLake` in a process of its own, so that neither its memory nor a file that fells a native library is this process's.
 * A file over which the process falls twice is set aside, and all others go on. Throws what `syncLake` throws, `ImporterCrash`
 * where no file can be blamed, `SuddenEnd` where somebody ended the process, and `stale` where the files of this program are newer.
 */
export async function syncApart(
  { exportsDir, lakeDir, memoryLimitMb }: LakeFolders,
  options: ApartOptions,
): Promise<SyncResult['state']> {
  const fatal: string[] = []
  let suspect: string | undefined
  for (;;) {
    const watch = watchForCrash(options.progress)
    const request: ApartSync = { folders: { exportsDir, lakeDir, memoryLimitMb }, fatal }
    try {
      return await runApart(script, request, { ...options, progress: watch.progress })
    } catch (error) {
      const crash = watch.find(error)
      if (!crash) throw error
      options.log.error(`${crash.message} ${crash.cause}`)
      if (crash.suspect === undefined || fatal.includes(crash.suspect)) throw crash
      if (crash.suspect === suspect) fatal.push(suspect)
      suspect = crash.suspect
    }
  }
}
