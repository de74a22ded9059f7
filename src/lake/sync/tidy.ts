import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Log } from '../../core/log.ts'
import { toWorkFolder } from '../build/work-space.ts'
import { readManifest } from '../manifest.ts'
import { collectGarbage } from './collect-garbage.ts'

/** Whether no sync left anything over: it makes its scratch folder before it writes, which goes last. */
export const isTidy = (lakeDir: string): boolean => !existsSync(toWorkFolder(lakeDir))

/** Removes all that the published state doesn't name, then the scratch folder. Call it only while holding the lake's lock. */
export async function tidy(lakeDir: string, log: Log): Promise<void> {
  try {
    await collectGarbage(lakeDir, await readManifest(lakeDir), log)
    await rm(toWorkFolder(lakeDir), { recursive: true, force: true })
  } catch (error) {
    log.warn(`cannot tidy ${lakeDir}: ${error}`)
  }
}
