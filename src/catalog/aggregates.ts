import type { ColumnType } from './column.ts'

/** What an aggregate takes: any column, numbers (booleans count as 0 and 1), or anything with an order. */
export type AggregateInput = 'any' | 'number' | 'ordered'

export type Aggregate = Readonly<{ name: string; input: AggregateInput; meaning: string }>

const percentiles = Array.from({ length: 99 }, (_, i) => i + 1)

/** The aggregate functions, in the order in which `get_schema` shows them. Percentiles interpolate linearly. */
export const aggregates: readonly Aggregate[] = [
  { name: 'count', input: 'any', meaning: 'rows for path "*", else rows where the column has a value' },
  { name: 'count_distinct', input: 'any', meaning: 'different values' },
  {
    name: 'approx_count_distinct',
    input: 'any',
    meaning: 'different values by HyperLogLog, faster on many rows and off by a few percent',
  },
  { name: 'sum', input: 'number', meaning: 'sum' },
  { name: 'avg', input: 'number', meaning: 'mean; of a boolean column the share that is true' },
  { name: 'min', input: 'ordered', meaning: 'smallest' },
  { name: 'max', input: 'ordered', meaning: 'largest' },
  { name: 'median', input: 'number', meaning: 'median' },
  { name: 'stddev', input: 'number', meaning: 'sample standard deviation of the finite values' },
  ...percentiles.map((p): Aggregate => ({ name: `p${p}`, input: 'number', meaning: `${p}th percentile` })),
]

/** Aggregate names as a person lists them: the percentiles folded into `p1..p99`. */
export const aggregateNames: readonly string[] = [
  ...aggregates.filter(({ name }) => !/^p\d/.test(name)).map(({ name }) => name),
  'p1..p99',
]

const accepted: Readonly<Record<AggregateInput, readonly ColumnType[]>> = {
  any: ['string', 'integer', 'double', 'boolean', 'timestamp'],
  number: ['integer', 'double', 'boolean'],
  ordered: ['string', 'integer', 'double', 'boolean', 'timestamp'],
}

/** Whether an aggregate can take a column of a type. */
export const acceptsType = (aggregate: Aggregate, type: ColumnType): boolean =>
  accepted[aggregate.input].includes(type)
