import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { quoteName, quoteText } from '../../../core/sql-text.ts'
import { defineStatement } from '../../../engine/engine.ts'
import { getFilePattern } from '../../file-pattern.ts'
import type { ExportFile } from '../../find-files.ts'
import { openExport, unreadable } from '../../open-export.ts'
import { toUnescaped } from '../../values/escaped-text.ts'
import type { Format, ReadingPlace } from '../format.ts'
import { maxColumns } from '../max-columns.ts'
import { readAt } from '../read-at.ts'
import { type CsvHeader, findCsvHeader } from './csv-header.ts'

const longestHeader = 2 ** 18
const longestRow = 2 ** 25

async function readHeader({ exportsDir }: ReadingPlace, file: ExportFile): Promise<CsvHeader> {
  const handle = await openExport(exportsDir, file)
  const bytes = await readAt(handle, 0, longestHeader).finally(() => handle.close())
  const header = findCsvHeader(bytes.toString('utf8'))
  if (header && header.names.length > maxColumns)
    throw unreadable(`It has more than ${maxColumns} columns.`, 'Export rows of a fixed set of columns.')
  if (header) return header
  throw unreadable('The quotes of its first line do not close.', 'Export it with a line of column names.')
}

/** Quotes that are empty stand for an empty text, nothing at all for NULL. */
const quotes = `quote = '"', escape = '"', allow_quoted_nulls = false`

/** Nothing at all stands for an empty text; NULL has a sign of its own. */
const noQuotes = `quote = '', escape = '', nullstr = '\\N'`

function readCsv(path: string, { delimiter, names, hasTypes, isEscaped }: CsvHeader): string {
  const columns = names.map((name) => `${quoteName(name)}: 'VARCHAR'`).join(', ')
  const rows = `read_csv(${quoteText(getFilePattern(path))}, auto_detect = false, header = true, skip = ${Number(hasTypes)}, columns = {${columns}}, delim = ${quoteText(delimiter)}, ${isEscaped ? noQuotes : quotes}, strict_mode = true, max_line_size = ${longestRow}, compression = 'none')`
  if (!isEscaped) return rows
  const texts = names.map((name) => `${toUnescaped(quoteName(name))} AS ${quoteName(name)}`)
  return `(SELECT ${texts.join(', ')} FROM ${rows})`
}

type Failure = Readonly<{ pattern: RegExp; reason: string }>

/** What DuckDB says of CSV that it can't read, in this program's words. */
const failures: readonly Failure[] = [
  { pattern: /Expected Number of Columns/, reason: 'It has more or fewer fields than the first line' },
  { pattern: /unterminated quote/, reason: 'Its quotes do not close, or something follows them' },
  { pattern: /Invalid unicode/, reason: 'It is not in UTF-8' },
  { pattern: /[Mm]aximum line size/, reason: 'It is longer than 32 MB' },
]

/** DuckDB's own words hold the row. */
function toCsvError(cause: unknown): Error {
  if (cause instanceof AppError) return cause
  const message = cause instanceof Error ? cause.message : ''
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1]
  const reason = failures.find(({ pattern }) => pattern.test(message))?.reason
  const next = 'Wait for the copy to end, or export it again as CSV with double quotes, in UTF-8.'
  if (!line || !reason) return unreadable('Its rows cannot be read as CSV.', next, cause)
  return unreadable(`Its line ${line} cannot be read. ${reason}.`, next, cause)
}

/**
 * CSV with a line of names, separated by commas, semicolons or tabs; by tabs also as ClickHouse escapes it. All columns are VARCHAR; an empty field is NULL.
 * It is the one format that is told by its name, as any text could be one column of it.
 */
export const csv: Format = {
  name: 'CSV',
  matches: (_, path) => /\.[ct]sv$/i.test(path),
  open: async (place, file) => {
    const header = await readHeader(place, file)
    const from = readCsv(join(place.exportsDir, file.path), header)
    await place.engine
      .run(defineStatement(`SELECT count(COLUMNS(*)) FROM ${from}`))
      .catch((cause: unknown) => Promise.reject(toCsvError(cause)))
    return { columns: new Map(header.names.map((name) => [name, 'VARCHAR'])), from }
  },
}
