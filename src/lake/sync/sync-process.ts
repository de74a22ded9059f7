/** Brings the lake up to date once, as `sync-apart.ts` asks. */
import { answerApart } from '../../core/apart/answer-process.ts'
import type { ApartSync } from './sync-apart.ts'
import type { SyncResult } from './sync-lake.ts'

answerApart<ApartSync, SyncResult['state']>(async () => {
  const [{ syncLake }, { lakeVersion }] = await Promise.all([
    import('./sync-lake.ts'),
    import('./lake-version.ts'),
  ])
  return {
    version: lakeVersion,
    run: async ({ folders, fatal }, report) => (await syncLake(folders, report, fatal)).state,
  }
})
