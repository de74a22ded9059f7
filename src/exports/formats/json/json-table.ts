import { quoteName, quoteText } from '../../../core/sql-text.ts'
import type { Table } from '../../layouts/layout.ts'
import { unreadable } from '../../open-export.ts'
import { maxColumns } from '../max-columns.ts'

/** Columns have names, without a NUL, that are told apart without regard to case; of equal ones the first stays. */
export function toNames(keys: readonly (string | null)[]): readonly string[] {
  if (keys.includes(null))
    throw unreadable('It holds JSON values that are no objects.', 'Export one object per row.')
  if (keys.length > maxColumns)
    throw unreadable(
      `Its objects have more than ${maxColumns} different keys.`,
      'Export rows of a fixed set of columns.',
    )
  const names = new Map<string, string>()
  for (const key of keys) {
    if (!key || key.includes('\0') || names.has(key.toLowerCase())) continue
    names.set(key.toLowerCase(), key)
  }
  if (names.size === 0)
    throw unreadable('It holds no rows.', 'Export it again once there are some, or remove it.')
  return [...names.values()]
}

/** Source: RFC 6901 (JSON Pointer), as DuckDB takes it for a path. */
const toPointer = (key: string) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** JSON values in a relation's column `json` as a table of texts, each column what stands at a pointer. */
export function toTable(names: readonly string[], objects: string, pointers = names.map(toPointer)): Table {
  const fields = names.map((name, i) => `fields[${i + 1}] AS ${quoteName(name)}`)
  const values = `SELECT json_extract_string(json, [${pointers.map(quoteText).join(', ')}]) AS fields FROM ${objects}`
  return {
    columns: new Map(names.map((name) => [name, 'VARCHAR'])),
    from: `(SELECT ${fields.join(', ')} FROM (${values}))`,
  }
}
