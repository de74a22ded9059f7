import { storedServices } from '../../catalog/catalog.ts'
import { quoteText } from '../../core/sql-text.ts'
import { kindSteps } from '../build/kinds.ts'
import type { LakeTable } from '../tables/table.ts'
import { spanTables } from '../tables/tables.ts'
import { toRowContent } from './row-content.ts'
import type { VerifySpace } from './verify-space.ts'

/** The number of a table in `derived_rows`. */
export const getTableNumber = (table: string): number =>
  storedServices.findIndex(({ name }) => name === table)

/** What tells the rows of a table that is made from spans: a span, or only its trace. */
export const toSpanKey = (table: string): string =>
  table === 'traces' || table === 'journey_interaction' ? '0' : 'hash(span_id)'

/** Makes one table's rows; later tables may read it, so that its rows stand in their order. */
async function deriveTable(space: VerifySpace, { name, rows, service, orderBy, attributes }: LakeTable) {
  if (!rows) return
  const maps = attributes === 'none' ? '' : ', attributes, resource_attributes'
  if (rows.prepare) await space.run(rows.prepare)
  await space.run(`CREATE OR REPLACE TABLE chunk_${name} AS
SELECT * FROM (
${rows.select(maps)}
)
ORDER BY day, ${orderBy}`)
  await space.run(`INSERT INTO derived_rows
SELECT ${getTableNumber(name)}, hash(trace_id), ${toSpanKey(name)}, ${toRowContent(service)}
FROM chunk_${name}`)
}

/** Files of spans that are read at once: how many there may be, and how many rows of theirs. */
const mostFiles = 50
const mostRows = 200_000

/** Cuts files of spans into groups that fit into memory; what makes the rows takes long to plan, whatever their number. */
export function toGroups<F extends Readonly<{ rows: number }>>(
  files: readonly F[],
): readonly (readonly F[])[] {
  const groups: F[][] = []
  let rows = 0
  for (const file of files) {
    const last = groups.at(-1)
    rows += file.rows
    if (last && last.length < mostFiles && rows <= mostRows) last.push(file)
    else {
      groups.push([file])
      rows = file.rows
    }
  }
  return groups
}

/**
 * Makes again what the tables of services should say of the spans of some files, and keeps the hashes: each file holds its traces
 * whole. `from` gives a file's rows.
 */
export async function deriveRows(
  space: VerifySpace,
  files: readonly Readonly<{ from: string; day: string }>[],
): Promise<void> {
  const selects = files.map(
    ({ from, day }) => `SELECT *, DATE ${quoteText(day)} AS day, duration AS duration_ns FROM ${from}`,
  )
  await space.run(`CREATE OR REPLACE TABLE loaded AS
SELECT * FROM (${selects.join(' UNION ALL ')})
ORDER BY day, ${kindSteps.spans.orderBy}`)
  for (const table of spanTables) await deriveTable(space, table)
  for (const { name, rows } of spanTables) if (rows) await space.run(`DROP TABLE chunk_${name}`)
  await space.run('DROP TABLE loaded')
}
