import type { Column } from '../catalog/column.ts'
import type { Measure } from '../catalog/measure.ts'
import type { TimeRange } from '../core/time-range.ts'
import type { Row, Statement } from '../engine/engine.ts'
import type { QuerySchema } from './schema.ts'

/** A result column: its name in the answer, type and unit. */
export type ResultColumn = Readonly<{ name: string; type: Column['type']; unit: string }>

/** A statement and the columns of its rows, in order. It asks for one row more than `limit`, to know whether there are more. */
export type CompiledQuery = Readonly<{
  statement: Statement
  /** Names of all columns of its rows, those that are not shown among them. */
  names: readonly string[]
  columns: readonly ResultColumn[]
  limit: number
  /** All its rows, without limit and offset. */
  all: Statement
  /** How many these are, as `total`. */
  total: Statement
  /** Makes the rows of the answer, all of them, out of those of the statement, and what must be said of them. */
  finish?: (rows: readonly Row[]) => Readonly<{
    rows: readonly Row[]
    notes: readonly string[]
    /** Whether they are made of no rows of the data. */
    isEmpty?: boolean
  }>
  /** Of a series: the columns that are 0 where there are no rows; the others have no value there. */
  zeros?: readonly string[]
  /** One row of the same columns for all groups that the statement doesn't show; undefined where nobody asked. */
  others?: Statement
}>

/** Where a query reads: the rows of the service as a SELECT, its schema, the window, and the time zone of its clock. */
export type QuerySource = Readonly<{
  relation: string
  schema: QuerySchema
  range: TimeRange
  /** The named measures that aggregates may be. */
  measures: readonly Measure[]
  /** IANA name. */
  zone: string
  /** The time that words such as `now` are read against, in ms since the epoch. */
  nowMs: number
}>
