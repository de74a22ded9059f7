import { quoteName, quoteText } from '../../../core/sql-text.ts'
import { attributeMap, emptyMap } from '../../canonical.ts'
import type { Cell } from '../cell.ts'
import { toTimestamp } from '../times.ts'

const isNested = (type: string) => type.endsWith(']') || /^(STRUCT|MAP|UNION)\(/.test(type)

/** ISO 8601 in UTC, with as many digits of a second as it needs; the infinities have no such form. */
function toIsoText(cell: Cell): string {
  const time = toTimestamp(cell)
  return `CASE WHEN isfinite(${time}) THEN replace(CAST(${time} AS VARCHAR), ' ', 'T') || 'Z' END`
}

/**
 * SQL for a value of any type as an attribute's text: times in ISO 8601, lists and structs as JSON, bytes in base64,
 * everything else plainly. Blank is NULL.
 */
export function toAttributeText({ sql, type }: Cell): string {
  if (type.startsWith('TIMESTAMP')) return toIsoText({ sql, type })
  if (type === 'BLOB') return `nullif(base64(${sql}), '')`
  if (isNested(type)) return `CAST(to_json(${sql}) AS VARCHAR)`
  if (type === 'JSON') return `nullif(${sql} ->> '$', '')`
  return `nullif(CAST(${sql} AS VARCHAR), '')`
}

/** SQL for the attribute map of columns that are one attribute each; columns that are NULL or blank are left out. Keys must differ. */
export function gatherAttributes(columns: ReadonlyMap<string, Cell>): string {
  if (columns.size === 0) return emptyMap
  const entries = [...columns].map(
    ([key, cell]) => `struct_pack("key" := ${quoteText(key)}, "value" := ${toAttributeText(cell)})`,
  )
  return `CAST(map_from_entries(list_filter([${entries.join(', ')}], lambda e: e."value" IS NOT NULL)) AS ${attributeMap})`
}

/** A name with a NUL can't be written in SQL. */
export const isNameable = (name: string): boolean => !name.includes('\0')

/** SQL for a text that tells rows of different content apart: all columns, in their order. */
export function toRowText(names: Iterable<string>): string {
  const texts = [...names].filter(isNameable).map((name) => `CAST(${quoteName(name)} AS VARCHAR)`)
  return `CAST(to_json([${texts.join(', ')}]) AS VARCHAR)`
}
