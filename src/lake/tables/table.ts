import type { Service } from '../../catalog/service.ts'

/** A partitioned table of the lake, made for one day at a time from that day's spans or logs. */
export type LakeTable = Readonly<{
  name: string
  /** SELECT that gives the day's rows from `day_spans` or `day_logs`, or from tables built before it as `day_<name>`. */
  select: string
  orderBy: string
  rowGroupSize: number
  service: Service
  /**
   * What becomes of attributes that the catalog doesn't know: typed columns of their own, or noted but left in the maps.
   * `none` where rows have no attributes.
   */
  attributes: 'columns' | 'maps' | 'none'
}>
