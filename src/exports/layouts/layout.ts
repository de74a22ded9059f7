import type { CanonicalRelation } from '../canonical.ts'
import type { ParquetFiles } from '../formats/parquet.ts'
import { absent, type Cell } from '../values/cell.ts'
import { quoteName } from '../../core/sql-text.ts'
import type { JsonValue } from '../../core/json-value.ts'

/** Column name → DuckDB type name, as a file declares them. The columns of JSON and CSV files are all VARCHAR. */
export type SourceColumns = ReadonlyMap<string, string>

export type Table = Readonly<{
  columns: SourceColumns
  /** What stands after FROM to read it. */
  from: string
  /** The files, where they are Parquet and `from` reads them as they stand. */
  files?: ParquetFiles
}>

/** What lies in the drop folder, opened: the rows of a file, and what lies beside it that says how to read them. */
export type Source = Table &
  Readonly<{
    /** Below the drop folder, with `/`. */
    path: string
    /** The other tables of an export that is a folder, by name. */
    tables: ReadonlyMap<string, Table>
    /** The JSON file that describes it, such as the `meta.json` of a Tempo block. */
    meta: JsonValue | undefined
  }>

/**
 * One way in which traces or logs are laid out. It is recognised by its columns, never by a file's name.
 * `read` may rely on what `matches` has checked.
 */
export type Layout = Readonly<{
  name: string
  /** For a person who wonders what can be read. */
  about: string
  /** Columns without which it isn't this layout, so that a file that lacks some can be told which. */
  needs?: readonly string[]
  matches(source: Source): boolean
  read(source: Source): readonly CanonicalRelation[]
}>

/** Whether a table has all of the columns. */
export const hasColumns = ({ columns }: Table, names: readonly string[]): boolean =>
  names.every((name) => columns.has(name))

/** The first of the columns that the table has, as an expression; NULL where it has none. */
export function column({ columns }: Table, ...names: readonly string[]): Cell {
  const name = names.find((candidate) => columns.has(candidate))
  return name === undefined ? absent : { sql: quoteName(name), type: columns.get(name) ?? '' }
}
