import type { Column } from '../catalog/column.ts'
import { quoteName } from '../core/sql-text.ts'
import type { Engine } from '../engine/engine.ts'

/** What the data says of a column. */
export type ColumnStatistics = Readonly<{
  /** Share of rows that have a value, 0-1. */
  filled: number
  /** Different values, estimated. */
  distinct: number
  /** For texts and booleans whose values repeat: the most frequent ones. */
  top?: readonly string[]
  /** For numbers and times. */
  min?: string | number
  median?: string | number
  max?: string | number
}>

const topValues = 5
const longestValue = 60

const isNumber = ({ type }: Column) => type === 'integer' || type === 'double'

/** Aggregates of one column, packed into one struct so that all columns come in one pass. */
function summarise(column: Column): string {
  const name = quoteName(column.name)
  const base = `filled := count(${name}), "distinct" := approx_count_distinct(${name})`
  if (isNumber(column))
    return `struct_pack(${base}, low := min(${name}), mid := median(${name}), high := max(${name}))`
  if (column.type === 'timestamp') return `struct_pack(${base}, low := min(${name}), high := max(${name}))`
  return `struct_pack(${base}, top := approx_top_k(CAST(${name} AS VARCHAR), ${topValues}))`
}

type Summary = Readonly<{
  filled: number
  distinct: number
  top?: readonly (string | null)[]
  low?: string | number | null
  mid?: string | number | null
  high?: string | number | null
}>

const round = (value: string | number) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value)

function toStatistics(summary: Summary, rows: number): ColumnStatistics {
  const { low, mid, high } = summary
  const isRepeated = summary.distinct * 2 < summary.filled || summary.distinct <= 50
  const top = (isRepeated ? (summary.top ?? []) : [])
    .filter((text) => text !== null && text !== '')
    .map((text) => String(text).slice(0, longestValue))
  return {
    filled: rows === 0 ? 0 : Number((summary.filled / rows).toFixed(3)),
    distinct: summary.distinct,
    ...(top.length > 0 && { top }),
    ...(low !== null && low !== undefined && { min: low }),
    ...(mid !== null && mid !== undefined && { median: round(mid) }),
    ...(high !== null && high !== undefined && { max: high }),
  }
}

/** Statistics of all columns of a relation, in one pass over it. */
export async function describeColumns(
  engine: Engine,
  relation: string,
  columns: readonly Column[],
): Promise<ReadonlyMap<string, ColumnStatistics>> {
  const parts = columns.map((column) => `${summarise(column)} AS ${quoteName(column.path)}`)
  const [row] = await engine.run({
    sql: `SELECT count(*) AS "rows", ${parts.join(',\n  ')}\nFROM (\n${relation}\n) AS source`,
    params: [],
  })
  const rows = Number(row?.['rows'] ?? 0)
  return new Map(
    columns.map(({ path }) => [
      path,
      toStatistics((row?.[path] ?? { filled: 0, distinct: 0 }) as Summary, rows),
    ]),
  )
}
