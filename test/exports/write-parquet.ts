import type { LakeWorld } from '../support/lake-world.ts'

/** A row as SQL expressions, by column. */
export type SqlRow = Readonly<Record<string, string>>

/** A text as an SQL literal. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** Writes a Parquet file of rows that have the same columns. */
export async function writeParquet(
  { exportsDir, query }: LakeWorld,
  path: string,
  rows: readonly SqlRow[],
): Promise<void> {
  const selects = rows.map(
    (row) =>
      `SELECT ${Object.entries(row)
        .map(([name, sql]) => `${sql} AS "${name}"`)
        .join(', ')}`,
  )
  await query(`COPY (${selects.join(' UNION ALL ')}) TO ${text(`${exportsDir}/${path}`)} (FORMAT parquet)`)
}
