import { randomUUID } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toColumnName } from '../catalog/column.ts'
import { quoteName, quoteText } from '../core/sql-text.ts'
import { defineStatement } from '../engine/engine.ts'
import { findAttributes } from './found-attributes.ts'
import type { FoundAttribute, Partition } from './manifest.ts'
import type { LakeTable } from './tables/table.ts'
import { readAttribute } from './tables/typed-columns.ts'
import type { WorkSpace } from './work-space.ts'

const extraColumns = (attributes: readonly FoundAttribute[]) =>
  attributes
    .filter(({ isColumn }) => isColumn)
    .map(({ path, type }) => `, ${readAttribute(path, type)} AS ${quoteName(toColumnName(path))}`)
    .join('')

/** Builds one table of one day from what is loaded; undefined where the day has no rows for it. */
async function buildPartition(
  space: WorkSpace,
  table: LakeTable,
  day: string,
): Promise<Partition | undefined> {
  const run = (sql: string) => space.engine.run(defineStatement(sql))
  const rows = `day_${table.name}`
  const isStaged = table.attributes === 'columns'
  if (isStaged) await run(`CREATE OR REPLACE TABLE ${rows} AS ${table.select}`)
  const from = isStaged ? rows : `(${table.select})`
  const [bounds] = await run(
    `SELECT count(*) AS "rows", epoch_ns(min("timestamp"))::VARCHAR AS low, epoch_ns(max("timestamp"))::VARCHAR AS high FROM ${from}`,
  )
  const count = Number(bounds?.['rows'])
  if (count === 0) return undefined
  const attributes = await findAttributes(space.engine, from, table, count)
  const folder = `${table.name}/day=${day}`
  await mkdir(join(space.lakeDir, folder), { recursive: true })
  const file = `${folder}/${randomUUID()}.parquet`
  const path = join(space.lakeDir, file)
  await run(`COPY (
  SELECT *${extraColumns(attributes)}
  FROM ${from}
  ORDER BY ${table.orderBy}
) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${table.rowGroupSize})`)
  const { size } = await stat(path)
  return {
    table: table.name,
    day,
    file,
    rows: count,
    bytes: size,
    minNs: String(bounds?.['low']),
    maxNs: String(bounds?.['high']),
    attributes: [...attributes],
  }
}

/** Builds a day's tables in order; later ones may read earlier ones. */
export async function buildDay(
  space: WorkSpace,
  tables: readonly LakeTable[],
  day: string,
): Promise<readonly Partition[]> {
  const partitions: Partition[] = []
  for (const table of tables) {
    const partition = await buildPartition(space, table, day)
    if (partition) partitions.push(partition)
  }
  return partitions
}
