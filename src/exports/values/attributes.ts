import { attributeMap } from '../canonical.ts'
import type { Cell } from './cell.ts'

export const emptyMap = `CAST(MAP {} AS ${attributeMap})`

/** Only maps that hold a NULL are made anew. */
function withoutNulls(map: string): string {
  const filled = `map_from_entries(list_filter(map_entries(${map}), lambda entry: entry.value IS NOT NULL))`
  return `CASE WHEN list_count(map_values(${map})) < cardinality(${map}) THEN ${filled} ELSE coalesce(${map}, ${emptyMap}) END`
}

/** The members of a JSON object as texts: nested objects and lists stay JSON text. Anything else is no attributes. */
const fromJson = (json: string) =>
  `TRY(CASE WHEN json_type(${json}) = 'OBJECT' THEN CAST(${json} AS ${attributeMap}) END)`

/**
 * SQL for an attribute map, by the cell's type: a map, a JSON object, or a text of either. Keys whose value is NULL are
 * left out; what can't be read is the empty map.
 */
export function toAttributes({ sql, type }: Cell): string {
  if (type === 'NULL') return emptyMap
  if (type.startsWith('MAP(')) return withoutNulls(`CAST(${sql} AS ${attributeMap})`)
  if (type === 'JSON') return withoutNulls(fromJson(sql))
  return withoutNulls(fromJson(`TRY_CAST(${sql} AS JSON)`))
}

/** SQL for one attribute map of several; of equal keys the last one's value stays. */
export const mergeAttributes = (maps: readonly string[]): string => `map_concat(${maps.join(', ')})`
