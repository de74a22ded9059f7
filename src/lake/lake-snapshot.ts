import { insightSources } from '../catalog/catalog.ts'
import { type Column, toColumnName } from '../catalog/column.ts'
import { bundledRules } from '../catalog/insight-rules.ts'
import type { Service } from '../catalog/service.ts'
import { insights } from '../catalog/services/insights.ts'
import type { TimeRange } from '../core/time-range.ts'
import type { Kind } from '../exports/canonical.ts'
import { mostRemembered } from './build/found-attributes.ts'
import { type DataFacts, toDataFacts } from './data-facts.ts'
import { type InsightRules, toInsightColumns, toInsightRelation } from './insights/insight-relation.ts'
import type { Manifest } from './manifest.ts'
import { type ColumnPick, isPicked, type PartitionPick } from './partition-pick.ts'
import { type LakeAttribute, mergeAttributes, toFoundColumns, toRelation, toTraceIndex } from './relation.ts'
import type { ServiceSchema } from './service-schema.ts'
import { type SliceOrder, toSlices } from './time-slices.ts'

/** Whether the published state may be behind the drop folder, and why. */
export type ImportState = Readonly<{ isImporting: boolean; failure: string | undefined }>

/** One published state of the lake. Its files never change, so statements built from it always agree with each other. */
export interface LakeSnapshot {
  readonly manifest: Manifest
  readonly importState: ImportState
  /** Rows of a service over all partitions; none of one that is not stored. */
  countRows(service: Service): number
  /** First and last timestamp of a service's rows in nanoseconds; undefined without rows. */
  timeRange(service: Service): TimeRange | undefined
  /** Attributes found in a service's rows beyond the catalog. */
  attributes(service: Service): readonly LakeAttribute[]
  /** Columns of the catalog, then those found in the data. */
  columns(service: Service): readonly Column[]
  /** Attributes that only the maps hold. */
  rareColumns(service: Service): readonly Column[]
  /** What a query must know of a service: its columns, and what only its maps hold. */
  schema(service: Service): ServiceSchema
  /** SELECT of a service's rows, out of some of its partitions. */
  relation(service: Service, pick?: PartitionPick & ColumnPick & Partial<InsightRules>): string
  /** What it was made from. */
  facts(): DataFacts
  /** The files that such a relation reads, and what they hold. */
  scan(service: Service, pick?: PartitionPick): Scan
  /** SELECT of where traces are to be found: `source`, `trace_id`, `start`, `rows`; undefined where there are no sources. */
  readonly traceIndex: string | undefined
  /** What a source of the index holds; undefined for one that is gone. */
  kindOf(source: number): Kind | undefined
  /** A window cut into slices, each with about four times as many rows as those before it together. */
  slices(service: Service, range: TimeRange, order: SliceOrder): readonly TimeRange[]
}

/** Files that are read, with all rows and bytes in them: what is skipped within a file counts too. */
export type Scan = Readonly<{ files: number; rows: number; bytes: number }>

/** A function that computes once per key. */
function remember<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  return (key) => {
    const earlier = known.get(key)
    if (earlier !== undefined) return earlier
    const made = compute(key)
    known.set(key, made)
    return made
  }
}

/** What a published state says of its services. It never changes, so it is worked out once for each state. */
type State = Omit<LakeSnapshot, 'importState'>

function createState(lakeDir: string, manifest: Manifest): State {
  const byTable = Map.groupBy(manifest.partitions, ({ table }) => table)
  const partitions = (service: Service) => byTable.get(service.name) ?? []
  /** The partitions that a service is read from. */
  const readPartitions = (service: Service) =>
    (service === insights ? insightSources : [service]).flatMap(partitions)
  const kindsById = new Map(manifest.sources.map(({ id, kind }) => [id, kind]))
  const traceIndex = toTraceIndex(lakeDir, manifest)
  let facts: DataFacts | undefined
  const attributes = remember((service: Service) => mergeAttributes(partitions(service)))
  const found = remember((service: Service) => toFoundColumns(attributes(service)))
  const schema = remember((service: Service): ServiceSchema => {
    if (service === insights) {
      const columns = toInsightColumns(service, insightSources, schema)
      return { service, columns, rare: [], hasUnnamed: false }
    }
    const taken = new Set(found(service).map(({ path }) => path))
    const rare = attributes(service)
      .filter(({ path }) => !taken.has(path))
      .map(({ path, type }) => ({
        path,
        name: toColumnName(path),
        type,
        unit: '',
        meaning: 'found in the data, read from the attribute map',
      }))
    const hasUnnamed = attributes(service).length >= mostRemembered
    return { service, columns: [...service.columns, ...found(service)], rare, hasUnnamed }
  })
  const relation = (service: Service, pick: PartitionPick & ColumnPick) =>
    toRelation(
      lakeDir,
      service,
      partitions(service).filter((partition) => isPicked(partition, pick)),
      found(service),
      pick.columns,
    )
  return {
    manifest,
    schema,
    attributes,
    countRows: (service) => partitions(service).reduce((sum, { rows }) => sum + rows, 0),
    timeRange: (service) => {
      const all = readPartitions(service)
      if (all.length === 0) return undefined
      const starts = all.map(({ minNs }) => BigInt(minNs))
      const ends = all.map(({ maxNs }) => BigInt(maxNs))
      const least = (a: bigint, b: bigint) => (a < b ? a : b)
      const most = (a: bigint, b: bigint) => (a > b ? a : b)
      return { startNs: starts.reduce(least), endNs: ends.reduce(most) }
    },
    columns: (service) => schema(service).columns,
    rareColumns: (service) => schema(service).rare,
    relation: (service, { rules = bundledRules, ...pick } = {}) =>
      service === insights
        ? toInsightRelation({ schema, relation }, insightSources, schema(insights).columns, {
            ...pick,
            rules,
          })
        : relation(service, pick),
    facts: () => {
      facts ??= toDataFacts(manifest)
      return facts
    },
    scan: (service, pick = {}) => {
      const picked = readPartitions(service).filter((partition) => isPicked(partition, pick))
      return {
        files: picked.length,
        rows: picked.reduce((sum, { rows }) => sum + rows, 0),
        bytes: picked.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    },
    traceIndex,
    kindOf: (source) => kindsById.get(source),
    slices: (service, range, order) => toSlices(partitions(service), range, order),
  }
}

const states = new WeakMap<Manifest, State>()

/** The snapshot of a published state, with what is known of imports at this moment. */
export function createLakeSnapshot(
  lakeDir: string,
  manifest: Manifest,
  importState: ImportState,
): LakeSnapshot {
  const state = states.get(manifest) ?? createState(lakeDir, manifest)
  states.set(manifest, state)
  return { ...state, importState }
}
