import { toAttributeKey, toColumnName } from '../../catalog/column.ts'
import type { Service } from '../../catalog/service.ts'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement, type Engine, type Row } from '../../engine/engine.ts'
import type { FoundAttribute } from '../manifest.ts'
import type { LakeTable } from '../tables/table.ts'
import type { DayRows } from './chunks.ts'
import { printDay } from './kinds.ts'

/** An attribute becomes a column when at least this share of a partition's rows has it. */
const columnShare = 0.01
const mostColumns = 200
/** Attributes that are remembered by name and type; any beyond are still reachable by their exact path, as text. */
export const mostRemembered = 2000

/** Keys that can be named: those with NUL, where SQL text ends, and those longer than any program means them stay in the map. */
const isNameable = "key <> '' AND length(key) <= 500 AND NOT contains(key, chr(0))"

/** Numbers in their one plain spelling: '007', '1.10' and '1e400' would not come back as they were. */
const isInteger = "regexp_full_match(value, '0|-?[1-9][0-9]{0,17}')"

/** What DuckDB spells with an exponent, or the export did; so short that a double holds each digit. */
const isShort = "length(value) <= 18 AND regexp_matches(value, '[eE]|^-?0[.]0000')"
const isRead = "regexp_replace(CAST(TRY_CAST(value AS DOUBLE) AS VARCHAR), '[.]0$', '') = value"
const isDouble = `CASE WHEN regexp_full_match(value, '0|-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?([eE][+-]?[0-9]{1,2})?') THEN ${isRead} OR ${isShort} ELSE FALSE END`
const isBoolean = "value IN ('true', 'false')"

/**
 * Attributes of one map that the catalog doesn't know, typed if each of their values allows it without loss.
 * Values repeat, so each different one is looked at once.
 */
const toCensus = (from: string, map: string, prefix: string, known: readonly string[]) => `SELECT
  ${printDay('day')} AS day,
  CASE WHEN ${isNameable} THEN '${prefix}' || key END AS path,
  CAST(sum(occurrences) AS BIGINT) AS "rows",
  CASE
    WHEN bool_and(${isInteger}) THEN 'integer'
    WHEN bool_and(${isDouble}) THEN 'double'
    WHEN bool_and(${isBoolean}) THEN 'boolean'
    ELSE 'string'
  END AS type
FROM (
  SELECT day, entry."key" AS key, entry."value" AS value, count(*) AS occurrences
  FROM (SELECT day, unnest(map_entries(${map})) AS entry FROM ${from} AS source)
  WHERE key NOT IN (${['', ...known].map(quoteText).join(', ')}) OR key = ''
  GROUP BY day, key, value
)
GROUP BY day, key`

const knownKeys = (service: Service, map: string): readonly string[] =>
  service.columns.flatMap(({ path }) => {
    const place = toAttributeKey(path)
    return place?.map === map ? [place.key] : []
  })

const maps = [
  ['attributes', 'Attributes.'],
  ['resource_attributes', 'ResourceAttributes.'],
] as const

export type DayAttributes = DayRows &
  Readonly<{
    attributes: readonly FoundAttribute[]
    /** Whether these are all that the rows have beyond the catalog's. */
    isComplete: boolean
  }>

/** Of two paths that would share a column name the more frequent becomes the column. `found` has the most frequent first. */
function chooseColumns(
  table: LakeTable,
  rows: number,
  found: readonly Omit<FoundAttribute, 'isColumn'>[],
): readonly FoundAttribute[] {
  const taken = new Set(table.service.columns.map(({ name }) => name))
  let columns = table.attributes === 'columns' ? 0 : mostColumns
  return found.map((attribute) => {
    const name = toColumnName(attribute.path)
    const isColumn = attribute.rows >= columnShare * rows && columns < mostColumns && !taken.has(name)
    if (isColumn) {
      taken.add(name)
      columns += 1
    }
    return { ...attribute, isColumn }
  })
}

function toDayAttributes(table: LakeTable, { day, rows }: DayRows, counted: readonly Row[]): DayAttributes {
  const found = counted.flatMap((row) => {
    const path = row['path']
    if (typeof path !== 'string') return []
    return [{ path, type: row['type'] as FoundAttribute['type'], rows: Number(row['rows']) }]
  })
  const isComplete = found.length === counted.length && found.length < mostRemembered
  return { day, rows, attributes: chooseColumns(table, rows, found), isComplete }
}

/**
 * The attributes of each day's rows beyond the catalog's, most frequent first. `from` gives the rows' days and maps. Keys that
 * cannot be named come last, so that a day with as many names as are remembered is one that may have more.
 */
export async function findAttributes(
  engine: Engine,
  from: string,
  table: LakeTable,
  days: readonly DayRows[],
): Promise<readonly DayAttributes[]> {
  if (table.attributes === 'none' || days.length === 0)
    return days.map((day) => ({ ...day, attributes: [], isComplete: true }))
  const rows = await engine.run(
    defineStatement(`SELECT * FROM (
${maps.map(([map, prefix]) => toCensus(from, map, prefix, knownKeys(table.service, map))).join('\nUNION ALL\n')}
)
QUALIFY row_number() OVER (PARTITION BY day ORDER BY path IS NULL, "rows" DESC, path) <= ${mostRemembered}
ORDER BY "rows" DESC, path`),
  )
  const byDay = Map.groupBy(rows, ({ day }) => String(day))
  return days.map((day) => toDayAttributes(table, day, byDay.get(day.day) ?? []))
}
