import type { Column } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'

/** What can be asked of a service. */
export type ServiceSchema = Readonly<{
  service: Service
  columns: readonly Column[]
  rare: readonly Column[]
  /** Whether the maps may hold attributes that neither list names: no more are remembered than these. */
  hasUnnamed: boolean
}>
