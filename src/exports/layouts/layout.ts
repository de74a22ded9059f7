import type { LogMapping, SpanMapping } from '../canonical.ts'

/** Column name → DuckDB type name, as a file declares them. */
export type SourceColumns = ReadonlyMap<string, string>

/**
 * One way in which traces or logs are laid out in a file. It is recognised by its columns, never by a file's name.
 * `map` gives SQL expressions over the file's columns and may rely on what `matches` has checked.
 */
export type Layout = Readonly<
  { name: string; about: string; matches(columns: SourceColumns): boolean } & (
    | { kind: 'spans'; map(columns: SourceColumns): SpanMapping }
    | { kind: 'logs'; map(columns: SourceColumns): LogMapping }
  )
>

/** Whether a file has all of the columns. */
export const hasColumns = (columns: SourceColumns, names: readonly string[]): boolean =>
  names.every((name) => columns.has(name))

/** The quoted name where the file has the column, else the fallback expression. */
export const columnOr = (columns: SourceColumns, name: string, fallback = 'NULL'): string =>
  columns.has(name) ? `"${name}"` : fallback
