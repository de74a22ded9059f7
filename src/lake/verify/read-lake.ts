import { join } from 'node:path'
import { getService } from '../../catalog/catalog.ts'
import { toColumnName } from '../../catalog/column.ts'
import type { Progress } from '../../core/progress.ts'
import { quoteText } from '../../core/sql-text.ts'
import { toFilePattern } from '../../exports/file-pattern.ts'
import { listIndexFiles, type Manifest, type Partition } from '../manifest.ts'
import { deriveRows, toGroups, toSpanKey } from './derive-rows.ts'
import { parseDayNumber, toContent, toDayNumber } from './fingerprint.ts'
import { toRole } from './roles.ts'
import { toRowContent } from './row-content.ts'
import { assertOfFile, type VerifySpace } from './verify-space.ts'

/** What the rows of a partition's file say. */
export type FileFacts = Readonly<{
  partition: Partition
  rows: number
  minNs: string
  maxNs: string
  /** Of spans: rows that should stand before the row before them. */
  unsorted: number
  /** Of spans: rows that give their trace another start than its first span's. */
  otherStart: number
  /** Rows whose time is on another day. */
  otherDay: number
  /** Columns that the file should have and has not. */
  lacking: readonly string[]
}>

/** A file that can't be read. */
export type Unreadable = Readonly<{ file: string }>

export type LakeReading = Readonly<{
  files: readonly FileFacts[]
  unreadable: readonly Unreadable[]
}>

const readFile = ({ lakeDir }: VerifySpace, file: string) => {
  const path = join(lakeDir, file)
  return `read_parquet(${quoteText(toFilePattern(path) ?? path)}, hive_partitioning = false)`
}

type ToInsert = (from: string, file: number, day: number, partition: Partition) => string

const toService = (table: string) => getService(table, 'table')

/** What is kept of the rows of a table that is made from spans. */
const insertServiceRows: ToInsert = (from, file, day, { table, attributes }) =>
  `INSERT INTO kept_rows
SELECT ${file}, ${day}, hash(trace_id), ${toSpanKey(table)}, ${table === 'traces' ? 'span_count' : '1'}, ${toRowContent(toService(table), attributes)}
FROM ${from}`

/** What is kept of the others. */
const inserts: Readonly<Record<string, ToInsert>> = {
  spans: (from, file, day) => `INSERT INTO kept_spans
SELECT ${file}, ${day}, ${toRole}, hash(trace_id), hash(span_id), ${toContent('spans', { duration_ns: 'duration' })}
FROM ${from}`,
  logs: (from, file) => `INSERT INTO kept_logs SELECT ${file}, ${toContent('logs')} FROM ${from}`,
}

async function findLacking(space: VerifySpace, from: string, { table, attributes }: Partition) {
  const present = new Set(
    (await space.run(`DESCRIBE SELECT * FROM ${from}`)).map((row) => row['column_name']),
  )
  const service = toService(table)
  const found = attributes.filter(({ isColumn }) => isColumn).map(({ path }) => toColumnName(path))
  const wanted = [...service.columns.map(({ name }) => name), ...service.nestedColumns, ...found]
  return wanted.filter((name) => !present.has(name))
}

const readFacts = (from: string, dayNumber: number, isSpans: boolean) => `SELECT
  count(*) AS "rows",
  epoch_ns(min("timestamp"))::VARCHAR AS low,
  epoch_ns(max("timestamp"))::VARCHAR AS high,
  count(*) FILTER (place < previous) AS unsorted,
  count(*) FILTER (trace_start <> first) AS other_start,
  count(*) FILTER (${toDayNumber('epoch_ns("timestamp")')} <> ${dayNumber}) AS other_day
FROM (${isSpans ? selectPlaces(from) : `SELECT "timestamp", 0 AS place, 0 AS previous, 0 AS trace_start, 0 AS first FROM ${from}`})`

/** Spans of a file stand in the order of their traces' starts; the start and the id together are a trace's place. */
const selectPlaces = (from: string) => `SELECT
  "timestamp",
  trace_start,
  row(trace_start, trace_id) AS place,
  lag(row(trace_start, trace_id)) OVER () AS previous,
  min("timestamp") OVER (PARTITION BY trace_id) AS first
FROM ${from}`

async function keepRows(space: VerifySpace, from: string, partition: Partition, number: number) {
  const insert = inserts[partition.table] ?? insertServiceRows
  await space.run(insert(from, number, parseDayNumber(partition.day), partition))
}

/** Keeps the rows of one file to be compared, under the partition's number. */
async function readPartition(space: VerifySpace, partition: Partition, number: number): Promise<FileFacts> {
  const from = readFile(space, partition.file)
  const lacking = await findLacking(space, from, partition)
  const isSpans = partition.table === 'spans' && !lacking.includes('trace_start')
  const [row] = await space.run(readFacts(from, parseDayNumber(partition.day), isSpans))
  if (lacking.length === 0) await keepRows(space, from, partition, number)
  return {
    partition,
    rows: Number(row?.['rows']),
    minNs: String(row?.['low']),
    maxNs: String(row?.['high']),
    unsorted: Number(row?.['unsorted']),
    otherStart: Number(row?.['other_start']),
    otherDay: Number(row?.['other_day']),
    lacking,
  }
}

/** Keeps the index of the sources that the manifest names in a file. */
async function readIndex(space: VerifySpace, { sources }: Manifest, file: string): Promise<void> {
  const ids = sources.filter(({ index }) => index === file).map(({ id }) => id)
  await space.run(`INSERT INTO kept_index
SELECT source, hash(trace_id), epoch_ns("start"), "rows"
FROM ${readFile(space, file)}
WHERE source IN (${ids.join(', ')})`)
}

/** Derives rows from the files of spans that were kept, many at a time; where that fails, from each that allows it. */
async function deriveFromSpans(
  space: VerifySpace,
  files: readonly FileFacts[],
  progress: Progress,
  onFailure: (file: string) => (error: unknown) => void,
): Promise<void> {
  const kept = files.filter(({ partition, lacking }) => partition.table === 'spans' && lacking.length === 0)
  const toPart = ({ partition: { file, day } }: FileFacts) => ({ from: readFile(space, file), day })
  let done = 0
  for (const group of toGroups(kept)) {
    progress('deriving rows', done, kept.length)
    await deriveRows(space, group.map(toPart)).catch(async (error: unknown) => {
      assertOfFile(error)
      for (const file of group) await deriveRows(space, [toPart(file)]).catch(onFailure(file.partition.file))
    })
    done += group.length
  }
  progress('deriving rows', kept.length, kept.length)
}

/** Reads every file that the manifest names, each once; one that can't be read is named, and the others go on. */
export async function readLake(
  space: VerifySpace,
  manifest: Manifest,
  progress: Progress,
): Promise<LakeReading> {
  const files: FileFacts[] = []
  const unreadable: Unreadable[] = []
  const onFailure = (file: string) => (error: unknown) => {
    assertOfFile(error)
    unreadable.push({ file })
  }
  const indexes = listIndexFiles(manifest.sources)
  const total = manifest.partitions.length + indexes.length
  for (const [i, partition] of manifest.partitions.entries()) {
    progress('reading the lake', i, total)
    await readPartition(space, partition, i)
      .then((facts) => files.push(facts))
      .catch(onFailure(partition.file))
  }
  for (const [i, file] of indexes.entries()) {
    progress('reading the lake', manifest.partitions.length + i, total)
    await readIndex(space, manifest, file).catch(onFailure(file))
  }
  progress('reading the lake', total, total)
  await deriveFromSpans(space, files, progress, onFailure)
  return { files, unreadable }
}
