import { type Column, type ColumnType, toAttributeKey, toColumnName } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'
import { quoteName, quoteText } from '../core/sql-text.ts'
import { attributeMap, eventList, linkList } from '../exports/canonical.ts'
import { mostRemembered } from './build/found-attributes.ts'
import { type FoundAttribute, listIndexFiles, type Manifest, type Partition } from './manifest.ts'
import { readAttribute, sqlTypes } from './tables/typed-columns.ts'

/** A found attribute over all partitions: how many rows have it, and the one type that holds them all. */
export type LakeAttribute = Readonly<{ path: string; type: ColumnType; rows: number; isColumn: boolean }>

const widest = (a: ColumnType, b: ColumnType): ColumnType => {
  if (a === b) return a
  const numeric = new Set<ColumnType>(['integer', 'double'])
  return numeric.has(a) && numeric.has(b) ? 'double' : 'string'
}

/** The attributes of a service's partitions, merged, most frequent first; no more than of one partition, columns before others. */
export function mergeAttributes(partitions: readonly Partition[]): readonly LakeAttribute[] {
  const merged = new Map<string, LakeAttribute>()
  for (const attribute of partitions.flatMap(({ attributes }) => attributes)) {
    const earlier = merged.get(attribute.path)
    merged.set(attribute.path, {
      path: attribute.path,
      type: earlier ? widest(earlier.type, attribute.type) : attribute.type,
      rows: (earlier?.rows ?? 0) + attribute.rows,
      isColumn: attribute.isColumn || (earlier?.isColumn ?? false),
    })
  }
  const byFrequency = [...merged.values()].sort((a, b) => b.rows - a.rows || (a.path < b.path ? -1 : 1))
  const kept = new Set(
    byFrequency.toSorted((a, b) => Number(b.isColumn) - Number(a.isColumn)).slice(0, mostRemembered),
  )
  return byFrequency.filter((attribute) => kept.has(attribute))
}

/** The merged attributes that are columns of the relation; of two paths with one column name the more frequent. */
export function toFoundColumns(attributes: readonly LakeAttribute[]): readonly Column[] {
  const columns = attributes
    .filter(({ isColumn }) => isColumn)
    .map(
      ({ path, type }): Column => ({
        path,
        name: toColumnName(path),
        type,
        unit: '',
        meaning: 'found in the data',
      }),
    )
  const byName = Map.groupBy(columns, ({ name }) => name)
  return [...byName.values()].flatMap((same) => same.slice(0, 1))
}

/** A typed value as the text that it came from; doubles of extreme size, which have many spellings, in the plain one. */
const printValue: Readonly<Record<FoundAttribute['type'], (name: string) => string>> = {
  string: (name) => name,
  integer: (name) => `CAST(${name} AS VARCHAR)`,
  boolean: (name) => `CAST(${name} AS VARCHAR)`,
  double: (name) =>
    `CASE WHEN abs(${name}) < 1e15 AND ${name} = trunc(${name}) THEN CAST(CAST(${name} AS BIGINT) AS VARCHAR) ELSE CAST(${name} AS VARCHAR) END`,
}

/** A found column as one group of partitions gives it: from its own column, cast where another day's type is wider, else from the map, which holds what is in no column. */
function readFoundColumn(column: Column, attributes: readonly FoundAttribute[]): string {
  const name = quoteName(column.name)
  const here = attributes.find(({ path, isColumn }) => isColumn && path === column.path)
  if (!here) return `${readAttribute(column.path, column.type)} AS ${name}`
  if (here.type === column.type) return name
  if (column.type !== 'string') return `CAST(${name} AS ${sqlTypes[column.type]}) AS ${name}`
  return `${printValue[here.type](name)} AS ${name}`
}

/** One map as one group of partitions gives it: with what is a column there, but not of the relation. */
function readMap(map: string, found: readonly Column[], attributes: readonly FoundAttribute[]): string {
  const paths = new Set(found.map(({ path }) => path))
  const entries = attributes.flatMap(({ path, type, isColumn }) => {
    const place = toAttributeKey(path)
    if (!isColumn || place?.map !== map || paths.has(path)) return []
    const name = quoteName(toColumnName(path))
    return [
      `CASE WHEN ${name} IS NOT NULL THEN struct_pack(k := ${quoteText(place.key)}, v := ${printValue[type](name)}) END`,
    ]
  })
  if (entries.length === 0) return map
  return `map_concat(${map}, map_from_entries(list_filter([${entries.join(', ')}], lambda entry: entry IS NOT NULL))) AS ${map}`
}

const readFiles = (lakeDir: string, files: readonly string[]) =>
  `read_parquet([${files.map((file) => quoteText(`${lakeDir}/${file}`)).join(', ')}], hive_partitioning = false)`

/** SELECT of the index of traces, rows of sources that are gone among them; undefined where there is none. */
export function toTraceIndex(lakeDir: string, { sources }: Manifest): string | undefined {
  const files = listIndexFiles(sources)
  return files.length > 0
    ? `SELECT source, trace_id, "start", "rows" FROM ${readFiles(lakeDir, files)}`
    : undefined
}

/** What partitions that are read together have in common: the same found columns, of those that matter, in the same types. */
const toSignature = ({ attributes }: Partition, isMeant: (path: string) => boolean) =>
  attributes
    .filter(({ path, isColumn }) => isColumn && isMeant(path))
    .map(({ path, type }) => `${path}:${type}`)
    .sort()
    .join('\n')

const nestedTypes: Readonly<Record<string, string>> = { events: eventList, links: linkList }

function emptyRelation(service: Service, found: readonly Column[]): string {
  const columns = [...service.columns, ...found].map(
    ({ name, type }) => `CAST(NULL AS ${sqlTypes[type]}) AS ${quoteName(name)}`,
  )
  const nested = service.nestedColumns.map(
    (name) => `CAST(NULL AS ${nestedTypes[name] ?? attributeMap}) AS ${name}`,
  )
  return `SELECT ${[...columns, ...nested].join(', ')} WHERE FALSE`
}

/**
 * SELECT that gives a service's rows out of some of its partitions, with one type per column; with `wanted`, only columns and
 * maps of these names. Partitions that found the same attributes are read together.
 */
export function toRelation(
  lakeDir: string,
  service: Service,
  partitions: readonly Partition[],
  found: readonly Column[],
  wanted?: ReadonlySet<string>,
): string {
  if (partitions.length === 0) return emptyRelation(service, found)
  const isWanted = (name: string) => !wanted || wanted.has(name)
  const names = service.columns.filter(({ name }) => isWanted(name)).map(({ name }) => quoteName(name))
  const nested = service.nestedColumns.filter(isWanted)
  const chosen = found.filter(({ name }) => isWanted(name))
  // A map is given back what is a column in some partitions only, so that all of these count.
  const paths = new Set(chosen.map(({ path }) => path))
  const groups = Map.groupBy(partitions, (partition) =>
    toSignature(partition, (path) => nested.length > 0 || paths.has(path)),
  )
  return [...groups.values()]
    .map((group) => {
      const extra = chosen.map((column) => readFoundColumn(column, group[0]?.attributes ?? []))
      const maps = nested.map((name) => readMap(name, found, group[0]?.attributes ?? []))
      return `SELECT ${[...names, ...extra, ...maps].join(', ')} FROM ${readFiles(
        lakeDir,
        group.map(({ file }) => file),
      )}`
    })
    .join('\nUNION ALL\n')
}
