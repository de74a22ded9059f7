/** An SQL expression and the type that DuckDB gives it, as far as the normalisers must know it. */
export type Cell = Readonly<{ sql: string; type: string }>

/** What a file doesn't have. */
export const absent: Cell = { sql: 'NULL', type: 'NULL' }

export const isAbsent = ({ sql }: Cell): boolean => sql === absent.sql

/** A constant text of the program's own, such as a span name that a layout implies. */
export const constant = (text: string): Cell => ({ sql: `'${text.replaceAll("'", "''")}'`, type: 'VARCHAR' })
