import { extname } from 'node:path'
import { type ApartOptions, runApart } from '../../core/apart/run-apart.ts'
import type { LakeFolders } from '../build/work-space.ts'
import type { SyncResult } from './sync-lake.ts'

const script = new URL(`./sync-process${extname(import.meta.url)}`, import.meta.url)

/** `syncLake` in a process of its own, so that neither its memory nor a file that fells a native library is this process's. */
export const syncApart = (folders: LakeFolders, options: ApartOptions): Promise<SyncResult['state']> =>
  runApart(script, folders, options)
