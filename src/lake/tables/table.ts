import type { Service } from '../../catalog/service.ts'

/** How a table's rows are made from those of a chunk, where they are not those of `loaded` as they stand. */
export type TableRows = Readonly<{
  /** What must be made before, under a name that begins with `chunk_`. */
  prepare?: string
  /** What stands after FROM to see each row's `day`, `timestamp` and attribute maps; absent where rows have no attributes. */
  source?: string
  /**
   * SELECT of the rows, each with its `day`, from the table `loaded`, or from tables built before as `chunk_<name>`.
   * `found` are expressions over the attribute maps to add to its list, each after a comma.
   */
  select(found: string): string
}>

/** A partitioned table of the lake, made for some days at a time from those days' spans or logs. */
export type LakeTable = Readonly<{
  name: string
  service: Service
  /** Absent where the rows are those of `loaded`, which stand in order. */
  rows?: TableRows
  /** A SELECT list over the rows: what the files hold, without the day. */
  columns: string
  /** Order of a day's rows. */
  orderBy: string
  rowGroupSize: number
  /** Rows of one file, about; absent where a day of a chunk is one file. Rows of one `trace_start` stay together. */
  rowsPerFile?: number
  /**
   * Version 2 has delta encodings, which make texts and times smaller and quicker to decode; but also a split of doubles by
   * bytes, which fewer readers know: it is for tables without doubles. Both are zstd.
   */
  parquetVersion: 'V1' | 'V2'
  /**
   * What becomes of attributes that the catalog doesn't know: typed columns of their own, with only the others left in
   * the maps; or noted but left in the maps. `none` where rows have no attributes.
   */
  attributes: 'columns' | 'maps' | 'none'
}>
