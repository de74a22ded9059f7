import { copyFile, mkdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import { quoteText } from '../../src/core/sql-text.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { memoryLimitMb, openDatabase } from './database.ts'
import { median, time } from './timing.ts'

const turns = 15

/** A folder of many small exports, a trace in each, in folders of a hundred. */
async function makeFiles(data: string, count: number): Promise<void> {
  const model = join(data, 'model.parquet')
  await rm(data, { recursive: true, force: true })
  await mkdir(data, { recursive: true })
  const database = await openDatabase(data)
  for (let i = 0; i < count; i++) {
    const folder = join(data, 'exports', String(Math.floor(i / 100)))
    await mkdir(folder, { recursive: true })
    if (i % 100 === 0) {
      await database.run(`COPY (
  SELECT
    make_timestamp_ns(1777593600000000000 + ${i}::BIGINT * 1000000000) AS "Timestamp",
    md5('${i}') AS "TraceId",
    substr(md5('s${i}'), 1, 16) AS "SpanId",
    '' AS "ParentSpanId",
    '' AS "TraceState",
    'work' AS "SpanName",
    'Internal' AS "SpanKind",
    'app' AS "ServiceName",
    MAP {'service.name': 'app'} AS "ResourceAttributes",
    MAP {'n': '${i}'} AS "SpanAttributes",
    1000::UBIGINT AS "Duration",
    'Ok' AS "StatusCode",
    '' AS "StatusMessage"
) TO ${quoteText(model)} (FORMAT parquet)`)
    }
    const file = join(folder, `${i}.parquet`)
    await copyFile(model, file)
    await utimes(file, 1_780_000_000, 1_780_000_000 + i)
  }
  database.close()
}

/** Time of a sync that finds nothing new, in milliseconds, with so many files in the drop folder. */
export async function measureIdleSync(data: string, files: number): Promise<number> {
  await makeFiles(data, files)
  const folders = { exportsDir: join(data, 'exports'), lakeDir: join(data, 'lake'), memoryLimitMb }
  const sync = () => syncLake(folders, { log: createLog('warn'), progress: noProgress })
  const first = await sync()
  if (first.manifest.sources.length !== files) throw new Error(`${first.manifest.sources.length} sources`)
  const times: number[] = []
  for (let turn = 0; turn < turns; turn++)
    times.push(
      await time(async () => {
        if ((await sync()).state !== 'current') throw new Error('not current')
      }),
    )
  return median(times)
}
