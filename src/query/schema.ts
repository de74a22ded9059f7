import type { Column } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'

/** What the resolver must know of a service: its columns, typed, and what its attribute maps hold beyond them. */
export type QuerySchema = Readonly<{
  service: Service
  /** Columns of the catalog and those found in the data. */
  columns: readonly Column[]
  /** Attributes that are in the maps only, typed as found. */
  rare: readonly Column[]
  /** Whether the maps may hold attributes that neither list names. */
  hasUnnamed: boolean
}>
