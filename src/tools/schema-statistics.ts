import type { Service } from '../catalog/service.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { type ColumnStatistics, describeColumns } from './describe-columns.ts'
import type { ToolContext } from './tool.ts'

export type ServiceStatistics = ReadonlyMap<string, ColumnStatistics>

/** Statistics by published state: a state never changes, so they are computed once for each, when first asked for. */
const known = new WeakMap<object, Map<string, Promise<ServiceStatistics>>>()

/** Statistics of a service's columns over all its rows. Callers share the work, so no caller's cancelling ends it. */
export function readStatistics(
  snapshot: LakeSnapshot,
  service: Service,
  { runtime }: ToolContext,
): Promise<ServiceStatistics> {
  const ofState = known.get(snapshot.manifest) ?? new Map<string, Promise<ServiceStatistics>>()
  known.set(snapshot.manifest, ofState)
  const earlier = ofState.get(service.name)
  if (earlier) return earlier
  const made = describeColumns(runtime.engine, snapshot.relation(service), snapshot.columns(service))
  ofState.set(service.name, made)
  made.catch(() => ofState.delete(service.name))
  return made
}
