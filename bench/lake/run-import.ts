import { join } from 'node:path'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { report } from './child.ts'
import { memoryLimitMb } from './database.ts'

/** Brings the lake of a data folder up to date. */
const [data = ''] = process.argv.slice(2)
const folders = { exportsDir: join(data, 'exports'), lakeDir: join(data, 'lake'), memoryLimitMb }
await report(() => syncLake(folders, { log: createLog('warn'), progress: noProgress }))
