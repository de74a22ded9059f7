import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import { listIndexFiles, type Source } from '../manifest.ts'
import type { WorkSpace } from './work-space.ts'

/**
 * Which traces each source holds: source id, trace id, first start, number of spans; for a source of logs, one row for each
 * day of a trace, with the first time and the number of records. It tells a sync which days a source touches, and a reader
 * where to look for a trace: a file is sorted by trace id, in small row groups, so that one of them is read.
 * The sources that one sync reads share one file below `index/`. While a sync runs, those just read are in the table
 * `arrived_traces`.
 */
export async function createArrivedTraces({ engine }: WorkSpace): Promise<void> {
  await engine.run(
    defineStatement(
      'CREATE OR REPLACE TABLE arrived_traces (source INTEGER, trace_id VARCHAR, "start" TIMESTAMP_NS, "rows" BIGINT)',
    ),
  )
}

/** An index is written whole when its sources are spread over more files than these. */
const mostFiles = 16

const rowGroupSize = 8_192

const columns = 'source, trace_id, "start", "rows"'

const selectIds = (sources: readonly Source[]) =>
  `SELECT unnest([${sources.map(({ id }) => id).join(', ')}]::INTEGER[]) AS source`

/** SELECT of the index rows of some sources, those just read among them. */
export function selectTraces({ lakeDir }: WorkSpace, sources: readonly Source[]): string {
  const files = listIndexFiles(sources).map((file) => quoteText(join(lakeDir, file)))
  const stored =
    files.length > 0
      ? `SELECT ${columns} FROM read_parquet([${files.join(', ')}], hive_partitioning = false)\nUNION ALL\n`
      : ''
  return `SELECT ${columns}
FROM (${stored}SELECT ${columns} FROM arrived_traces)
SEMI JOIN (${selectIds(sources)}) USING (source)`
}

/**
 * Writes the index of the sources that have none on disk yet; of all of them where they would be spread over too many files.
 * Gives the sources with the files that they are in, and forgets what was in memory.
 */
export async function writeTraceIndex(
  space: WorkSpace,
  sources: readonly Source[],
): Promise<readonly Source[]> {
  const isCrowded = listIndexFiles(sources).length >= mostFiles
  const unwritten = isCrowded ? sources : sources.filter(({ index }) => !index)
  if (unwritten.length === 0) return sources
  const file = `index/${randomUUID()}.parquet`
  await mkdir(join(space.lakeDir, 'index'), { recursive: true })
  await space.engine.run(
    defineStatement(`COPY (
${selectTraces(space, unwritten)}
ORDER BY trace_id, source, "start"
) TO ${quoteText(join(space.lakeDir, file))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupSize})`),
  )
  await createArrivedTraces(space)
  const written = new Set(unwritten)
  return sources.map((source) => (written.has(source) ? { ...source, index: file } : source))
}
