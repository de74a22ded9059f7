import { quoteName } from '../../../core/sql-text.ts'
import { attributeMap, emptyMap } from '../../canonical.ts'
import { bind } from '../bind.ts'
import type { Cell } from '../cell.ts'
import { findMapTypes, toStructFields } from '../struct-type.ts'
import { toAttributeText } from './attribute-columns.ts'
import { toEntryMap } from './entries.ts'
import { toJsonOfQuoted } from './quoted-text.ts'

/** Only maps that hold a NULL are made anew. */
function withoutNulls(map: string): string {
  const filled = `map_from_entries(list_filter(map_entries(${map}), lambda entry: entry.value IS NOT NULL))`
  return `CASE WHEN list_count(map_values(${map})) < cardinality(${map}) THEN ${filled} ELSE coalesce(${map}, ${emptyMap}) END`
}

/** A pair in JSON: an object with a key and a value, or with two members of any names, or a list of two. The key is a text. */
function toPair(item: string): string {
  const members = `CASE json_type(${item}) WHEN 'ARRAY' THEN json_extract(${item}, '$[*]') ELSE json_extract(${item}, '$.*') END`
  return bind(
    members,
    'parts',
    (parts) => `CASE
      WHEN json_type(${item}, '$.key') = 'VARCHAR' THEN struct_pack(k := ${item} ->> '$.key', v := ${item} ->> '$.value')
      WHEN len(${parts}) = 2 AND json_type(${parts}[1]) = 'VARCHAR' THEN struct_pack(k := ${parts}[1] ->> '$', v := ${parts}[2] ->> '$')
    END`,
  )
}

const fromJsonPairs = (json: string) =>
  toEntryMap(`list_transform(CAST(${json} AS JSON[]), lambda item: ${toPair('item')})`)

/** The members of a JSON object, or of a list of pairs, as texts: nested objects and lists stay JSON text. Anything else is no attributes. */
const fromJson = (json: string) =>
  `TRY(CASE json_type(${json}) WHEN 'OBJECT' THEN CAST(${json} AS ${attributeMap}) WHEN 'ARRAY' THEN ${fromJsonPairs(json)} END)`

/** A text stays as it is, also a blank one; bytes are text where they can be. */
function toValue(cell: Cell): string {
  if (cell.type === 'VARCHAR') return cell.sql
  return cell.type === 'BLOB'
    ? `coalesce(TRY(decode(${cell.sql})), base64(${cell.sql}))`
    : toAttributeText(cell)
}

type Field = readonly [name: string, type: string]

function fromEntries(list: string, key: Field, value: Field): string {
  const part = ([name, type]: Field) => toValue({ sql: `item.${quoteName(name)}`, type })
  return toEntryMap(
    `list_transform(${list}, lambda item: struct_pack(k := ${part(key)}, v := ${part(value)}))`,
  )
}

/** A list of pairs, each a struct of two fields or a list of two texts: what becomes of a map where a program has no maps, as in Polars and pandas. */
function fromPairs({ sql, type }: Cell): string | undefined {
  if (type === 'VARCHAR[][]')
    return toEntryMap(`list_transform(${sql}, lambda item: struct_pack(k := item[1], v := item[2]))`)
  const [key, value, ...more] = type.endsWith('[]') ? [...toStructFields(type)] : []
  return key && value && more.length === 0 ? fromEntries(sql, key, value) : undefined
}

/** A map of texts as it is; of any other, the values' texts. */
function fromMap({ sql, type }: Cell): string {
  const [key, value] = findMapTypes(type) ?? []
  return type === attributeMap || key === undefined || value === undefined
    ? withoutNulls(`CAST(${sql} AS ${attributeMap})`)
    : fromEntries(`map_entries(${sql})`, ['key', key], ['value', value])
}

/** DuckDB's own text of a map, `{k=v}`: only one that it would write again, since an older one may mean several maps. */
function fromMapText(text: string): string {
  const map = `TRY_CAST(${text} AS ${attributeMap})`
  return `CASE WHEN CAST(${map} AS VARCHAR) = ${text} THEN ${map} END`
}

/** A text of JSON, or of a map as ClickHouse, Python or DuckDB writes it to CSV. */
const fromText = (text: string) =>
  `CASE
    WHEN json_valid(${text}) THEN ${fromJson(`CAST(${text} AS JSON)`)}
    WHEN regexp_matches(${text}, '^[{[]') THEN coalesce(${bind(toJsonOfQuoted(text), 'quoted', fromJson)}, ${fromMapText(text)})
  END`

/** Worked out once a row, since parsing is what costs. */
const parsed = (map: string) => bind(map, 'parsed', withoutNulls)

/**
 * SQL for an attribute map, by the cell's type: a map, a list of pairs, a struct, or JSON or a text of one of these. Keys
 * whose value is NULL are left out; what can't be read is the empty map.
 */
export function toAttributes({ sql, type }: Cell): string {
  if (type === 'NULL') return emptyMap
  if (type.startsWith('MAP(')) return fromMap({ sql, type })
  if (type.startsWith('STRUCT(')) return parsed(bind(`to_json(${sql})`, 'object', fromJson))
  if (type === 'JSON') return parsed(fromJson(sql))
  return fromPairs({ sql, type }) ?? parsed(fromText(`CAST(${sql} AS VARCHAR)`))
}

/** SQL for one attribute map of several; of equal keys the last one's value stays. */
export const mergeAttributes = (maps: readonly string[]): string => `map_concat(${maps.join(', ')})`
