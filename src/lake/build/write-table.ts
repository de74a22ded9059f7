import { randomUUID } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement, type Row } from '../../engine/engine.ts'
import type { FoundAttribute, Partition } from '../manifest.ts'
import type { LakeTable, TableRows } from '../tables/table.ts'
import type { DayRows } from './chunks.ts'
import { type DayAttributes, findAttributes } from './found-attributes.ts'
import { toFoundColumns } from './found-columns.ts'
import { printDay } from './kinds.ts'
import type { WorkSpace } from './work-space.ts'

type Bounds = Pick<Partition, 'day' | 'rows' | 'minNs' | 'maxNs'>

/** The rows of one file: those of a day, or of a day's traces that began from `low` to `high`. */
type FileBounds = Bounds & Readonly<{ traceStarts?: Readonly<{ low: string; high: string }> }>

const toBounds = (row: Row): Bounds => ({
  day: String(row['day']),
  rows: Number(row['rows']),
  minNs: String(row['low']),
  maxNs: String(row['high']),
})

async function readBounds({ engine }: WorkSpace, from: string): Promise<readonly Bounds[]> {
  const found = await engine.run(
    defineStatement(`SELECT
  ${printDay('day')} AS day,
  count(*) AS "rows",
  epoch_ns(min("timestamp"))::VARCHAR AS low,
  epoch_ns(max("timestamp"))::VARCHAR AS high
FROM ${from}
GROUP BY day
ORDER BY day`),
  )
  return found.map(toBounds)
}

/** Cuts the spans of each day into files, by the start of their traces. */
async function readFileBounds({ engine }: WorkSpace, rowsPerFile: number): Promise<readonly FileBounds[]> {
  const found = await engine.run(
    defineStatement(`SELECT
  ${printDay('day')} AS day,
  sum(spans)::BIGINT AS "rows",
  epoch_ns(min(low))::VARCHAR AS low,
  epoch_ns(max(high))::VARCHAR AS high,
  epoch_ns(min(trace_start))::VARCHAR AS first,
  epoch_ns(max(trace_start))::VARCHAR AS last
FROM (
  SELECT *, (sum(spans) OVER (PARTITION BY day ORDER BY trace_start) - spans) // ${rowsPerFile} AS file
  FROM (
    SELECT day, trace_start, count(*) AS spans, min("timestamp") AS low, max("timestamp") AS high
    FROM loaded
    GROUP BY day, trace_start
  )
)
GROUP BY day, file
ORDER BY day, file`),
  )
  return found.map((row) => ({
    ...toBounds(row),
    traceStarts: { low: String(row['first']), high: String(row['last']) },
  }))
}

/** The rows of each day over all of its files. */
const toDayRows = (files: readonly FileBounds[]): readonly DayRows[] =>
  [...Map.groupBy(files, ({ day }) => day)].map(([day, own]) => ({
    day,
    rows: own.reduce((sum, { rows }) => sum + rows, 0),
  }))

const isWithin = ({ day, traceStarts }: FileBounds): string => {
  const ofDay = `day = DATE ${quoteText(day)}`
  if (!traceStarts) return ofDay
  const { low, high } = traceStarts
  return `${ofDay} AND trace_start BETWEEN make_timestamp_ns(${low}) AND make_timestamp_ns(${high})`
}

/** Writes the rows of one file, which stand in order. */
async function writePartition(
  space: WorkSpace,
  table: LakeTable,
  select: string,
  bounds: FileBounds,
  attributes: readonly FoundAttribute[],
): Promise<Partition> {
  const { day, rows, minNs, maxNs, traceStarts } = bounds
  const folder = `${table.name}/day=${day}`
  await mkdir(join(space.lakeDir, folder), { recursive: true })
  const file = `${folder}/${randomUUID()}.parquet`
  const path = join(space.lakeDir, file)
  await space.engine.run(
    defineStatement(`COPY (
  ${select}
  WHERE ${isWithin(bounds)}
) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION ${table.parquetVersion}, ROW_GROUP_SIZE ${table.rowGroupSize})`),
  )
  const { size } = await stat(path)
  return {
    table: table.name,
    day,
    rows,
    minNs,
    maxNs,
    ...(traceStarts && { maxStartNs: traceStarts.high }),
    file,
    bytes: size,
    attributes: [...attributes],
  }
}

/** Statements on the tables of small days leave cores idle, so that a few run at once. */
const writersAtOnce = 2

async function runSome<T, R>(
  items: readonly T[],
  work: (item: T, i: number) => Promise<R>,
): Promise<readonly R[]> {
  const waiting = [...items.entries()]
  const results: R[] = []
  const runNext = async (): Promise<void> => {
    const next = waiting.shift()
    if (!next) return
    results[next[0]] = await work(next[1], next[0])
    await runNext()
  }
  await Promise.all(Array.from({ length: writersAtOnce }, runNext))
  return results
}

/** The SELECT of one day's file, once the chunk's rows are made. */
async function makeRows(
  space: WorkSpace,
  table: LakeTable,
  rows: TableRows,
  days: readonly DayAttributes[],
): Promise<(day: DayAttributes) => string> {
  const name = `chunk_${table.name}`
  const found = table.attributes === 'columns' ? toFoundColumns(table.service, days) : undefined
  await space.engine.run(
    defineStatement(`CREATE OR REPLACE TABLE ${name} AS
SELECT * FROM (
${rows.select(found?.list ?? '')}
)
ORDER BY day, ${table.orderBy}`),
  )
  return (day) => `SELECT ${found ? found.selectDay(day) : table.columns}\n  FROM ${name}`
}

/** Builds one table of a chunk from what is loaded: a partition for each day that has rows for it. */
export async function writeTable(space: WorkSpace, table: LakeTable): Promise<readonly Partition[]> {
  const { rows } = table
  if (rows?.prepare) await space.engine.run(defineStatement(rows.prepare))
  const source = rows ? (rows.source ?? `chunk_${table.name}`) : 'loaded'
  const select = rows && !rows.source ? await makeRows(space, table, rows, []) : undefined
  const files = table.rowsPerFile
    ? await readFileBounds(space, table.rowsPerFile)
    : await readBounds(space, source)
  const days = await findAttributes(space.engine, source, table, toDayRows(files))
  const selectDay =
    select ??
    (rows ? await makeRows(space, table, rows, days) : () => `SELECT ${table.columns}\n  FROM loaded`)
  const byDay = new Map(days.map((day) => [day.day, day]))
  return runSome(files, (file, i) => {
    const day = byDay.get(file.day) as DayAttributes
    // What was found in a day is told once, by the first of its files.
    const isFirst = files[i - 1]?.day !== file.day
    return writePartition(space, table, selectDay(day), file, isFirst ? day.attributes : [])
  })
}
