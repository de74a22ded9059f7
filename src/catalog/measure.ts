/** A number that stands for itself, or a parameter of the measure, multiplied. */
export type MeasureValue =
  | string
  | number
  | boolean
  | readonly (string | number)[]
  | Readonly<{ parameter: string; times: number }>

/** A condition on a column, as in a query: `path`, and values by operator. */
export type MeasureFilter = Readonly<{ path: string } & Record<string, MeasureValue>>

/** One aggregate of a measure: what a query's aggregate is, without a name. */
export type MeasureTerm = Readonly<{ fn: string; path: string; filters: readonly MeasureFilter[] }>

export type MeasureParameter = Readonly<{ default: number; unit: string; meaning: string }>

/**
 * A figure with one definition: a sum of terms, or the ratio of two such sums, so that the figure of a whole is never the mean of
 * its parts' figures.
 */
export type Measure = Readonly<{
  name: string
  title: string
  /** What it is, in words. */
  definition: string
  /** The service whose rows it is computed of. */
  service: string
  unit: string
  /** Which way is better; undefined where neither is. */
  good?: 'higher' | 'lower' | undefined
  /** From where on a value wants attention, in the measure's unit. */
  thresholds: Readonly<{ warning?: number | undefined; critical?: number | undefined }>
  parameters: Readonly<Record<string, MeasureParameter>>
  /** The rows that count at all. */
  filters: readonly MeasureFilter[]
  numerator: readonly MeasureTerm[]
  /** None where the numerator is the measure. */
  denominator: readonly MeasureTerm[]
  /** What the result is multiplied by, to get to its unit. */
  scale: number
}>
