import { type Column, toColumnName } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'
import type { TimeRange } from '../core/time-range.ts'
import type { Manifest, Partition } from './manifest.ts'
import { type LakeAttribute, mergeAttributes, toFoundColumns, toRelation } from './relation.ts'

/** Whether the published state may be behind the drop folder, and why. */
export type ImportState = Readonly<{ isImporting: boolean; failure: string | undefined }>

export type ServiceSchema = Readonly<{
  service: Service
  columns: readonly Column[]
  rare: readonly Column[]
}>

/** One published state of the lake. Its files never change, so statements built from it always agree with each other. */
export interface LakeSnapshot {
  readonly manifest: Manifest
  readonly importState: ImportState
  /** Rows of a service over all partitions. */
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
  /** SELECT of a service's rows, out of the partitions that can hold rows of the window. */
  relation(service: Service, range?: TimeRange): string
}

const overlaps = (partition: Partition, range: TimeRange | undefined) =>
  !range || (BigInt(partition.maxNs) >= range.startNs && BigInt(partition.minNs) < range.endNs)

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
  const partitions = (service: Service) => manifest.partitions.filter(({ table }) => table === service.name)
  const attributes = remember((service: Service) => mergeAttributes(partitions(service)))
  const found = remember((service: Service) => toFoundColumns(attributes(service)))
  const schema = remember((service: Service): ServiceSchema => {
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
    return { service, columns: [...service.columns, ...found(service)], rare }
  })
  return {
    manifest,
    schema,
    attributes,
    countRows: (service) => partitions(service).reduce((sum, { rows }) => sum + rows, 0),
    timeRange: (service) => {
      const all = partitions(service)
      if (all.length === 0) return undefined
      const starts = all.map(({ minNs }) => BigInt(minNs))
      const ends = all.map(({ maxNs }) => BigInt(maxNs))
      const least = (a: bigint, b: bigint) => (a < b ? a : b)
      const most = (a: bigint, b: bigint) => (a > b ? a : b)
      return { startNs: starts.reduce(least), endNs: ends.reduce(most) }
    },
    columns: (service) => schema(service).columns,
    rareColumns: (service) => schema(service).rare,
    relation: (service, range) =>
      toRelation(
        lakeDir,
        service,
        partitions(service).filter((partition) => overlaps(partition, range)),
        found(service),
      ),
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
