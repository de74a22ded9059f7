import { type ColumnType, toAttributeKey, toColumnName } from '../../catalog/column.ts'
import type { Service } from '../../catalog/service.ts'
import { quoteName, quoteText } from '../../core/sql-text.ts'
import type { FoundAttribute } from '../manifest.ts'

/**
 * SQL that brings a column to one type, so that equal values have equal hashes. A sum or mean of doubles depends in its last
 * digits on the order of its terms, which nothing sets; half the digits don't.
 */
const toHashed: Readonly<Record<ColumnType, (name: string) => string>> = {
  string: (name) => name,
  integer: (name) => `TRY_CAST(${name} AS BIGINT)`,
  double: (name) => `TRY_CAST(${name} AS FLOAT)`,
  boolean: (name) => `TRY_CAST(${name} AS BOOLEAN)`,
  timestamp: (name) => `TRY_CAST(${name} AS TIMESTAMP_NS)`,
}

const maps = ['attributes', 'resource_attributes'] as const

/** A number in one spelling, as a column may have given it a type: 1 and 1.0 are the same. */
const toSpelling = (value: string) =>
  `coalesce(CAST(TRY_CAST(${value} AS DOUBLE) AS VARCHAR), CAST(${value} AS VARCHAR))`

/** The attributes in a map that the catalog doesn't know, as pairs of key and value; blank ones are left out, as no column holds them. */
function toMapPairs(map: (typeof maps)[number], { columns }: Service): string {
  const known = columns.flatMap(({ path }) => {
    const place = toAttributeKey(path)
    return place?.map === map ? [quoteText(place.key)] : []
  })
  const isMeant = `lambda entry: entry.value <> '' AND NOT list_contains([${known.join(', ')}]::VARCHAR[], entry.key)`
  const pairs = `list_transform(list_filter(map_entries(${map}), ${isMeant}), lambda entry: [entry.key, ${toSpelling('entry.value')}])`
  return `coalesce(${pairs}, []::VARCHAR[][])`
}

/** The same of those that have columns of their own. */
function toColumnPairs(map: (typeof maps)[number], found: readonly FoundAttribute[]): string {
  const pairs = found.flatMap(({ path, isColumn }) => {
    const place = toAttributeKey(path)
    const name = quoteName(toColumnName(path))
    if (!isColumn || place?.map !== map) return []
    return [`CASE WHEN ${name} IS NOT NULL THEN [${quoteText(place.key)}, ${toSpelling(name)}] END`]
  })
  return `list_filter([${pairs.join(', ')}]::VARCHAR[][], lambda pair: pair IS NOT NULL)`
}

/**
 * SQL for a hash of all that a row of a service says: its columns, and its attributes beyond them, whether they are in a map or
 * in a column of their own (`found`).
 */
export function toRowContent(service: Service, found: readonly FoundAttribute[] = []): string {
  const columns = service.columns.map(({ name, type }) => toHashed[type](quoteName(name)))
  const attributes = maps
    .filter((map) => service.nestedColumns.includes(map))
    .map((map) => `list_sort(list_concat(${toMapPairs(map, service)}, ${toColumnPairs(map, found)}))`)
  return `hash(${[...columns, ...attributes].join(', ')})`
}
