import { type Column, type ColumnType, toAttributeKey } from '../../catalog/column.ts'
import { quoteName, quoteText } from '../../core/sql-text.ts'

/** Types as DuckDB spells them. */
export const sqlTypes: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP_NS',
}

const casts: Readonly<Record<ColumnType, (text: string) => string>> = {
  string: (text) => `nullif(${text}, '')`,
  integer: (text) => `TRY_CAST(${text} AS BIGINT)`,
  double: (text) => `CASE WHEN isfinite(TRY_CAST(${text} AS DOUBLE)) THEN TRY_CAST(${text} AS DOUBLE) END`,
  boolean: (text) => `TRY_CAST(${text} AS BOOLEAN)`,
  timestamp: (text) => `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP_NS)`,
}

/** SQL that types an attribute's text; NULL where it is not of the type. */
export const castText = (text: string, type: ColumnType): string => casts[type](text)

/**
 * SQL that reads an attribute out of its map as a typed value; NULL where it is absent or not of the type.
 * NaN and the infinities are no measurements: one of them would spoil every mean over its column.
 */
export function readAttribute(path: string, type: ColumnType): string {
  const place = toAttributeKey(path)
  if (!place) throw new Error(`${path} is not an attribute`)
  return castText(`${place.map}[${quoteText(place.key)}]`, type)
}

/** `expression AS "name"` for a column that is read out of the attribute map. */
export const readColumn = ({ path, name, type }: Column): string =>
  `${readAttribute(path, type)} AS ${quoteName(name)}`
