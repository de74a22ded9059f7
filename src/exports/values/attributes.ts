import { attributeMap } from '../canonical.ts'
import { bind } from './bind.ts'
import type { Cell } from './cell.ts'
import { toJsonOfQuoted } from './quoted-text.ts'

export const emptyMap = `CAST(MAP {} AS ${attributeMap})`

/** Only maps that hold a NULL are made anew. */
function withoutNulls(map: string): string {
  const filled = `map_from_entries(list_filter(map_entries(${map}), lambda entry: entry.value IS NOT NULL))`
  return `CASE WHEN list_count(map_values(${map})) < cardinality(${map}) THEN ${filled} ELSE coalesce(${map}, ${emptyMap}) END`
}

/** The members of a JSON object as texts: nested objects and lists stay JSON text. Anything else is no attributes. */
const fromJson = (json: string) =>
  `TRY(CASE WHEN json_type(${json}) = 'OBJECT' THEN CAST(${json} AS ${attributeMap}) END)`

/** DuckDB's own text of a map, `{k=v}`: only one that it would write again, since an older one may mean several maps. */
function fromMapText(text: string): string {
  const map = `TRY_CAST(${text} AS ${attributeMap})`
  return `CASE WHEN CAST(${map} AS VARCHAR) = ${text} THEN ${map} END`
}

/** A text of JSON, or of a map as ClickHouse or DuckDB writes it to CSV. */
const fromText = (text: string) =>
  `CASE
    WHEN json_valid(${text}) THEN ${fromJson(`CAST(${text} AS JSON)`)}
    WHEN starts_with(${text}, '{') THEN coalesce(${bind(toJsonOfQuoted(text), 'quoted', fromJson)}, ${fromMapText(text)})
  END`

/** Worked out once a row, since parsing is what costs. */
const parsed = (map: string) => bind(map, 'parsed', withoutNulls)

/**
 * SQL for an attribute map, by the cell's type: a map, a struct, a JSON object, or a text of a map or an object. Keys whose
 * value is NULL are left out; what can't be read is the empty map.
 */
export function toAttributes({ sql, type }: Cell): string {
  if (type === 'NULL') return emptyMap
  if (type.startsWith('MAP(')) return withoutNulls(`CAST(${sql} AS ${attributeMap})`)
  if (type.startsWith('STRUCT(')) return parsed(bind(`to_json(${sql})`, 'object', fromJson))
  if (type === 'JSON') return parsed(fromJson(sql))
  return parsed(fromText(`CAST(${sql} AS VARCHAR)`))
}

/** SQL for one attribute map of several; of equal keys the last one's value stays. */
export const mergeAttributes = (maps: readonly string[]): string => `map_concat(${maps.join(', ')})`
