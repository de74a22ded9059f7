import { bind } from '../bind.ts'
import type { Cell } from '../cell.ts'
import { toAttributes } from './attributes.ts'
import { toEntryMap } from './entries.ts'

/** How many objects may lie in each other before the innermost stays JSON text. */
const levels = 8

const members = (json: string) => `map_entries(CAST(${json} AS MAP(VARCHAR, JSON)))`

const isUnfoldable = (json: string) => `json_type(${json}) = 'OBJECT' AND CAST(${json} AS VARCHAR) <> '{}'`

/** Each entry whose value is an object with members, replaced by them, their keys after its key and a dot. */
const unfold = (entries: string) =>
  `flatten(list_transform(${entries}, lambda outside: CASE
    WHEN ${isUnfoldable('outside."value"')}
    THEN list_transform(${members('outside."value"')}, lambda inside: struct_pack("key" := concat(outside."key", '.', inside."key"), "value" := inside."value"))
    ELSE [outside] END))`

/** Entries unfolded level by level, as long as an object is left. */
const unfoldAll = (entries: string, level = 0): string =>
  level === levels
    ? entries
    : bind(
        entries,
        `level${level}`,
        (name) => `CASE
    WHEN len(list_filter(${name}, lambda entry: ${isUnfoldable('entry."value"')})) > 0 THEN ${unfoldAll(unfold(name), level + 1)}
    ELSE ${name} END`,
      )

const fromNested = (json: string) =>
  toEntryMap(
    `list_transform(${unfoldAll(members(json))}, lambda leaf: struct_pack(k := leaf."key", v := leaf."value" ->> '$'))`,
  )

/** Nothing but objects is unfolded, and of those only such as hold another. */
const unnest = (json: string) =>
  `CASE WHEN json_type(${json}) = 'OBJECT' AND regexp_matches(CAST(${json} AS VARCHAR), ':\\s*\\{') THEN ${fromNested(json)} ELSE ${toAttributes({ sql: json, type: 'JSON' })} END`

/**
 * SQL for an attribute map whose keys with dots came as nested objects, as ClickHouse's JSON type writes them: `{"a":{"b":1}}`
 * gives `a.b`. Lists and empty objects stay JSON text. Rows without a nested object are read as `toAttributes` reads them.
 */
export function toUnnestedAttributes({ sql, type }: Cell): string {
  if (type === 'NULL' || type.startsWith('MAP(') || type.endsWith('[]')) return toAttributes({ sql, type })
  if (type.startsWith('STRUCT(')) return bind(`to_json(${sql})`, 'whole', unnest)
  const text = `CAST(${sql} AS VARCHAR)`
  return `CASE
    WHEN regexp_matches(${text}, ':\\s*\\{') AND json_valid(${text}) THEN ${bind(`CAST(${text} AS JSON)`, 'whole', unnest)}
    ELSE ${toAttributes({ sql, type })}
  END`
}
