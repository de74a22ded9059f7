import { mostFilled } from '../query/compile/series.ts'
import type { CompiledQuery } from '../query/compiled.ts'
import { fillSeries, formatBucket, listBuckets } from '../query/fill-series.ts'
import type { QueryOf } from '../query/request/queries.ts'
import type { Window } from './window.ts'

type Cells = readonly (string | number | boolean | null)[]

/** Values of a bucket without rows: of columns that are no counts or sums, none. */
const toEmpty = ({ columns, zeros = [] }: CompiledQuery, { fill, grouping = [] }: QueryOf<'series'>): Cells =>
  columns.slice(1 + grouping.length).map(({ name }) => (fill === 'zero' && zeros.includes(name) ? 0 : null))

/** Rows of a series with their buckets on the clock of the zone, and with empty buckets where they were asked for. */
export function toSeriesRows(
  rows: readonly Cells[],
  query: CompiledQuery,
  request: QueryOf<'series'>,
  { range, zone }: Window,
): readonly Cells[] {
  const local = rows.map(([bucket, ...rest]) => [formatBucket(Date.parse(String(bucket)), zone), ...rest])
  if (!request.fill) return local
  const buckets = listBuckets(range, request.interval, zone, mostFilled)
  return fillSeries(local, {
    groups: request.grouping?.length ?? 0,
    empty: toEmpty(query, request),
    buckets: buckets.map((bucket) => formatBucket(bucket, zone)),
    most: mostFilled,
  }) as readonly Cells[]
}

/** Which columns of a series that was filled with zeros have no zero, if any; `filled` rows were added. */
export function describeFill(
  { columns, zeros = [] }: CompiledQuery,
  { fill, grouping = [] }: QueryOf<'series'>,
  filled: number,
): string | undefined {
  const names = columns.slice(1 + grouping.length).map(({ name }) => name)
  const without = names.filter((name) => !zeros.includes(name))
  if (fill !== 'zero' || filled === 0 || without.length === 0) return undefined
  return `Buckets without rows: counts and sums are 0 there; ${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no value.`
}
