/** Brings the lake up to date once, as `sync-apart.ts` asks. */
import { answerApart } from '../../core/apart/apart-process.ts'
import { noProgress } from '../../core/progress.ts'
import type { LakeFolders } from '../build/work-space.ts'
import { syncLake } from './sync-lake.ts'

answerApart(async (folders: LakeFolders, { log, signal }) => {
  const { state } = await syncLake(folders, { log, progress: noProgress, signal })
  return state
})
