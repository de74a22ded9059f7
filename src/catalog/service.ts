import type { Column } from './column.ts'

/** One thing that can be queried: a table of the lake with one row per `grain`. */
export type Service = Readonly<{
  name: string
  /** What one row is. */
  grain: string
  /** What it is good for. */
  use: string
  /** The spans that become rows: their SpanName, or undefined where rows are made otherwise. */
  spanName?: string
  /** Columns known beforehand; attributes found in the data come on top. */
  columns: readonly Column[]
  /** Columns of the lake that are no single values: attribute maps, events, links. Maps make `Attributes.<key>` askable. */
  nestedColumns: readonly string[]
}>
