import type { JsonValue } from '../../core/json-value.ts'
import { quoteName } from '../../core/sql-text.ts'
import type { CanonicalRelation } from '../canonical.ts'
import type { ParquetFiles } from '../formats/parquet/parquet.ts'
import { absent, type Cell } from '../values/cell.ts'

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
  /**
   * Columns without which it isn't this layout, so that a file that lacks some can be told which: of spans, where it has logs
   * too. Absent where any one column of many is enough.
   */
  needs?: readonly string[]
  matches(source: Source): boolean
  read(source: Source): readonly CanonicalRelation[]
}>

const namesByLowerCase = new WeakMap<SourceColumns, ReadonlyMap<string, string>>()

function toLowerCase(columns: SourceColumns): ReadonlyMap<string, string> {
  const known = namesByLowerCase.get(columns)
  if (known) return known
  const names = new Map([...columns.keys()].map((name) => [name.toLowerCase(), name]))
  namesByLowerCase.set(columns, names)
  return names
}

/**
 * The table's own spelling of a column's name; undefined where it has none such. Case does not count, as it doesn't in SQL:
 * Hive, Athena and Trino write all names in lower case.
 */
const findName = ({ columns }: Table, name: string): string | undefined =>
  columns.has(name) ? name : toLowerCase(columns).get(name.toLowerCase())

/** Whether a table has all of the columns, in whatever case. */
export const hasColumns = (table: Table, names: readonly string[]): boolean =>
  names.every((name) => findName(table, name) !== undefined)

/** The first of the columns that the table has, in whatever case, as an expression; NULL where it has none. */
export function column(table: Table, ...names: readonly string[]): Cell {
  const name = names.map((candidate) => findName(table, candidate)).find((found) => found !== undefined)
  return name === undefined ? absent : { sql: quoteName(name), type: table.columns.get(name) ?? '' }
}
