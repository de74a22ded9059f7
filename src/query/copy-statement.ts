import { quoteName, quoteText } from '../core/sql-text.ts'
import type { Statement } from '../engine/engine.ts'
import { raw, sql } from './sql.ts'

export const exportFormats = ['csv', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

const options: Readonly<Record<ExportFormat, string>> = {
  csv: 'FORMAT csv, HEADER',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
}

/** Writes the rows of a statement to a file: the columns that an answer shows, in its order. Gives their number as `Count`. */
export const toCopy = (
  all: Statement,
  columns: readonly string[],
  path: string,
  format: ExportFormat,
): Statement => sql`COPY (
SELECT ${raw(columns.map(quoteName).join(', '))}
FROM (
${all}
) AS answer
) TO ${raw(quoteText(path))} (${raw(options[format])})`
