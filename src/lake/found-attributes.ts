import { toAttributeKey, toColumnName } from '../catalog/column.ts'
import { numberPattern } from '../catalog/insight-rules.ts'
import type { Service } from '../catalog/service.ts'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement, type Engine } from '../engine/engine.ts'
import type { FoundAttribute } from './manifest.ts'
import type { LakeTable } from './tables/table.ts'

/** An attribute becomes a column when at least this share of a partition's rows has it. */
const columnShare = 0.01
const mostColumns = 200
/** Attributes that are remembered by name; any beyond are still reachable by their exact path. */
export const mostRemembered = 2000

/** Keys that can be named: those with NUL, where SQL text ends, and those longer than any program means them stay in the map. */
const isNameable = "key <> '' AND length(key) <= 500 AND NOT contains(key, chr(0))"

const isInteger = "regexp_full_match(value, '0|-?[1-9][0-9]{0,17}')"
const isDouble = `length(value) <= 18 AND regexp_full_match(value, '${numberPattern}')`
const isBoolean = "value IN ('true', 'false')"

/** Values are looked at in about so many rows of a table whose attributes stay in their maps, where a type is a hint only. */
const rowsForHint = 20_000

const typeOf = `CASE
    WHEN bool_and(${isInteger}) THEN 'integer'
    WHEN bool_and(${isDouble}) THEN 'double'
    WHEN bool_and(${isBoolean}) THEN 'boolean'
    ELSE 'string'
  END`

const entries = (
  from: string,
  map: string,
  condition: string,
) => `SELECT entry."key" AS key, entry."value" AS value
  FROM (SELECT unnest(map_entries(${map})) AS entry FROM ${from} AS source WHERE ${condition})`

/** Attributes of one map that the catalog doesn't know, typed if each of their values allows it without loss. */
const exactCensus = (from: string, map: string, prefix: string, known: readonly string[]) => `SELECT
  '${prefix}' || key AS path,
  count(*) AS "rows",
  ${typeOf} AS type
FROM (${entries(from, map, 'TRUE')})
WHERE ${isNameable} AND key NOT IN (${['', ...known].map(quoteText).join(', ')})
GROUP BY key`

/** All attributes of one map, counted over all rows and typed by some. */
const hintCensus = (from: string, map: string, prefix: string, rows: number) => `SELECT
  '${prefix}' || counted.key AS path,
  counted."rows",
  coalesce(hint.type, 'string') AS type
FROM (
  SELECT key, count(*) AS "rows"
  FROM (SELECT unnest(map_keys(${map})) AS key FROM ${from} AS source)
  WHERE ${isNameable}
  GROUP BY key
) AS counted
LEFT JOIN (
  SELECT key, ${typeOf} AS type
  FROM (${entries(from, map, `hash("timestamp") % ${Math.max(Math.floor(rows / rowsForHint), 1)} = 0`)})
  GROUP BY key
) AS hint USING (key)`

const knownKeys = (service: Service, map: string): readonly string[] =>
  service.columns.flatMap(({ path }) => {
    const place = toAttributeKey(path)
    return place?.map === map ? [place.key] : []
  })

function toCensus({ service, attributes }: LakeTable, from: string, rows: number): string {
  const maps = [
    ['attributes', 'Attributes.'],
    ['resource_attributes', 'ResourceAttributes.'],
  ] as const
  return maps
    .map(([map, prefix]) =>
      attributes === 'columns'
        ? exactCensus(from, map, prefix, knownKeys(service, map))
        : hintCensus(from, map, prefix, rows),
    )
    .join('\nUNION ALL\n')
}

/**
 * The attributes of a day's rows beyond the catalog's, most frequent first.
 * Of two paths that would share a column name the more frequent becomes the column.
 */
export async function findAttributes(
  engine: Engine,
  from: string,
  table: LakeTable,
  rows: number,
): Promise<readonly FoundAttribute[]> {
  if (table.attributes === 'none') return []
  const found = await engine.run(
    defineStatement(`SELECT * FROM (
${toCensus(table, from, rows)}
)
ORDER BY "rows" DESC, path
LIMIT ${mostRemembered}`),
  )
  const taken = new Set(table.service.columns.map(({ name }) => name))
  let columns = table.attributes === 'columns' ? 0 : mostColumns
  return found.map((row) => {
    const attribute = {
      path: String(row['path']),
      type: row['type'] as FoundAttribute['type'],
      rows: Number(row['rows']),
    }
    const name = toColumnName(attribute.path)
    const isColumn = attribute.rows >= columnShare * rows && columns < mostColumns && !taken.has(name)
    if (isColumn) {
      taken.add(name)
      columns += 1
    }
    return { ...attribute, isColumn }
  })
}
