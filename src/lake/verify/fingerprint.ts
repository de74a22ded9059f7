import { quoteName } from '../../core/sql-text.ts'
import { canonicalColumns, type Kind } from '../../exports/canonical.ts'

const identity: readonly string[] = ['trace_id', 'span_id']

const maps: readonly string[] = ['attributes', 'resource_attributes']

/** The order of a map's entries says nothing. */
const toPart = (column: string) =>
  maps.includes(column) ? `list_sort(map_entries(${column}))` : quoteName(column)

/**
 * SQL for a hash of all that a canonical row says: of a span beyond its ids, of a log record all.
 * `names` tells columns that are named otherwise where the row is read.
 */
export function toContent(kind: Kind, names: Readonly<Record<string, string>> = {}): string {
  const columns = canonicalColumns[kind].filter((column) => kind === 'logs' || !identity.includes(column))
  return `hash(${columns.map((column) => toPart(names[column] ?? column)).join(', ')})`
}

const toShort = (count: string) => `least(coalesce(${count}, 0), 1048575)`

/** SQL for what a copy of a span weighs against others: the longest counts, then the one with the most attributes, then events. */
export const copyWeight = `(coalesce(duration_ns, 0)::HUGEINT * 1048576 + ${toShort('cardinality(attributes)')}) * 1048576 + ${toShort('len(events)')}`

/** SQL for the number of a time's day, counted from 1970. */
export const toDayNumber = (ns: string): string => `CAST(${ns} // 86400000000000 AS INTEGER)`

/** The number of a day such as `2026-05-01`, counted from 1970. */
export const parseDayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000)
