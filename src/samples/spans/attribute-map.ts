import { quoteText } from '../../core/sql-text.ts'

/** Attribute key → SQL expression of its value. A NULL value leaves the key out. */
export type AttributeTable = Readonly<Record<string, string>>

/** The SQL that builds a MAP(VARCHAR, VARCHAR) from the table, values as plain text. */
export function toAttributeMap(attributes: AttributeTable): string {
  const entries = Object.entries(attributes).map(
    ([key, value]) => `{'key': ${quoteText(key)}, 'value': CAST(${value} AS VARCHAR)}`,
  )
  return `map_from_entries(list_filter([
      ${entries.join(',\n      ')}
    ], lambda entry: entry.value IS NOT NULL))`
}
