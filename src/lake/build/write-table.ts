import { randomUUID } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Partition } from '../manifest.ts'
import type { LakeTable, TableRows } from '../tables/table.ts'
import { type DayAttributes, findAttributes } from './found-attributes.ts'
import { toFoundColumns } from './found-columns.ts'
import type { WorkSpace } from './work-space.ts'

type Bounds = Pick<Partition, 'day' | 'rows' | 'minNs' | 'maxNs'>

async function readBounds({ engine }: WorkSpace, from: string): Promise<readonly Bounds[]> {
  const found = await engine.run(
    defineStatement(`SELECT
  strftime(day, '%Y-%m-%d') AS day,
  count(*) AS "rows",
  epoch_ns(min("timestamp"))::VARCHAR AS low,
  epoch_ns(max("timestamp"))::VARCHAR AS high
FROM ${from}
GROUP BY day
ORDER BY day`),
  )
  return found.map((row) => ({
    day: String(row['day']),
    rows: Number(row['rows']),
    minNs: String(row['low']),
    maxNs: String(row['high']),
  }))
}

/** Writes the rows of one day, which stand in order. */
async function writePartition(
  space: WorkSpace,
  table: LakeTable,
  select: string,
  bounds: Bounds,
  { attributes }: DayAttributes,
): Promise<Partition> {
  const folder = `${table.name}/day=${bounds.day}`
  await mkdir(join(space.lakeDir, folder), { recursive: true })
  const file = `${folder}/${randomUUID()}.parquet`
  const path = join(space.lakeDir, file)
  await space.engine.run(
    defineStatement(`COPY (
  ${select}
  WHERE day = DATE ${quoteText(bounds.day)}
) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION ${table.parquetVersion}, ROW_GROUP_SIZE ${table.rowGroupSize})`),
  )
  const { size } = await stat(path)
  return { table: table.name, ...bounds, file, bytes: size, attributes: [...attributes] }
}

/** Statements on the tables of small days leave cores idle, so that a few run at once. */
const writersAtOnce = 2

async function runSome<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const waiting = [...items.entries()]
  const results: R[] = []
  const runNext = async (): Promise<void> => {
    const next = waiting.shift()
    if (!next) return
    results[next[0]] = await work(next[1])
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
  const bounds = await readBounds(space, source)
  const days = await findAttributes(space.engine, source, table, bounds)
  const selectDay =
    select ??
    (rows ? await makeRows(space, table, rows, days) : () => `SELECT ${table.columns}\n  FROM loaded`)
  return runSome([...bounds.entries()], ([i, day]) => {
    const attributes = days[i] as DayAttributes
    return writePartition(space, table, selectDay(attributes), day, attributes)
  })
}
