import { join } from 'node:path'
import { quoteText } from '../../core/sql-text.ts'
import { getFilePattern } from '../file-pattern.ts'
import { unreadable } from '../open-export.ts'
import type { Ends, Format } from './format.ts'
import { readColumns } from './read-columns.ts'

const magic = 'PAR1'

/** A whole Parquet file begins and ends with its magic; a copy in progress does not end so yet. */
function checkWhole({ size, tail }: Ends): void {
  if (size >= 12 && tail.toString('latin1').endsWith(magic)) return
  throw unreadable(
    'The file is incomplete: its end is missing.',
    'Wait for the copy to end, or copy it again.',
  )
}

/** SQL that reads Parquet files; strings written as plain binary by older ClickHouse servers are read as text. */
export const readParquet = (paths: readonly string[]): string =>
  `read_parquet([${paths.map((path) => quoteText(getFilePattern(path))).join(', ')}], binary_as_string = true, hive_partitioning = false, union_by_name = true)`

export const parquet: Format = {
  name: 'Parquet',
  matches: ({ head }) => head.toString('latin1').startsWith(magic),
  open: async ({ engine, exportsDir }, { path }, ends) => {
    checkWhole(ends)
    const from = readParquet([join(exportsDir, path)])
    const columns = await readColumns(engine, from, 'The Parquet file is damaged: its footer cannot be read.')
    return { columns, from }
  },
}
