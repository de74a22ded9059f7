import type { JsonValue } from '../../src/core/json-value.ts'
import type { SampleRow } from './sample-rows.ts'

/**
 * A second implementation of the query language, over rows in memory: slow, obvious and without SQL.
 * It shares no code with the compiler.
 */

export type Cell = string | bigint | number | boolean | null

export type ColumnKind = 'string' | 'integer' | 'double' | 'boolean' | 'timestamp'

type Field = Readonly<{ kind: ColumnKind; read: (row: SampleRow) => Cell }>

export const fields: Readonly<Record<string, Field>> = {
  TraceId: { kind: 'string', read: (row) => row.traceId },
  SpanId: { kind: 'string', read: (row) => row.spanId },
  Timestamp: { kind: 'timestamp', read: (row) => row.ns },
  'Attributes.text': { kind: 'string', read: (row) => row.text },
  'Attributes.team': { kind: 'string', read: (row) => row.team },
  'Attributes.whole': { kind: 'integer', read: (row) => row.whole },
  'Attributes.small': { kind: 'integer', read: (row) => row.small },
  'Attributes.real': { kind: 'double', read: (row) => row.real },
  'Attributes.flag': { kind: 'boolean', read: (row) => row.flag },
  'Attributes.moment': { kind: 'timestamp', read: (row) => row.moment },
  'Attributes.void': { kind: 'integer', read: () => null },
}

export const fieldOf = (path: string): Field => {
  const field = fields[path]
  if (!field) throw new Error(`no field ${path}`)
  return field
}

/** NaN is equal to itself and greater than all numbers, texts go by their UTF-8 bytes, false is before true. */
export function compareCells(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  const [x, y] = [Number.isNaN(a), Number.isNaN(b)]
  if (x || y) return Number(x) - Number(y)
  return a < b ? -1 : a > b ? 1 : 0
}

const isNull = (cell: Cell): cell is null => cell === null

const compareNullsLast = (a: Cell, b: Cell, sign: number): number => {
  if (isNull(a) || isNull(b)) return Number(isNull(a)) - Number(isNull(b))
  return sign * compareCells(a, b)
}

export type PlainFilter = Readonly<{ path: string; [operator: string]: unknown }>

type Test = (cell: Cell, operand: Cell & unknown) => boolean

const compared =
  (holds: (order: number) => boolean): Test =>
  (cell, operand) =>
    !isNull(cell) && !isNull(operand) && holds(compareCells(cell, operand))

const within: (cell: Cell, operand: readonly Cell[]) => boolean = (cell, list) =>
  !isNull(cell) && list.some((one) => !isNull(one) && compareCells(cell, one) === 0)

const tests: Readonly<Record<string, (cell: Cell, operand: never) => boolean>> = {
  eq: compared((order) => order === 0),
  neq: (cell, operand) => isNull(cell) || compareCells(cell, operand) !== 0,
  gt: compared((order) => order > 0),
  gte: compared((order) => order >= 0),
  lt: compared((order) => order < 0),
  lte: compared((order) => order <= 0),
  in: within,
  not_in: (cell, list) => !within(cell, list),
  contains: (cell, text: string) =>
    typeof cell === 'string' && cell.toLowerCase().includes(text.toLowerCase()),
  starts_with: (cell, text: string) =>
    typeof cell === 'string' && cell.toLowerCase().startsWith(text.toLowerCase()),
  regex: (cell, text: string) => typeof cell === 'string' && new RegExp(text, 'u').test(cell),
  exists: (cell, wanted: boolean) => isNull(cell) !== wanted,
}

export const matches = (row: SampleRow, filters: readonly PlainFilter[]): boolean =>
  filters.every(({ path, ...operators }) =>
    Object.entries(operators).every(([name, operand]) =>
      tests[name]?.(fieldOf(path).read(row), operand as never),
    ),
  )

/** Linear interpolation between the two values around (n - 1) * share, NaN at the end. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => compareCells(a, b))
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return below + (above - below) * (at - Math.floor(at))
}

const toNumber = (cell: Cell): number => Number(cell)

function sum(cells: readonly Cell[], kind: ColumnKind): Cell {
  if (cells.length === 0) return null
  if (kind === 'double') return cells.map(toNumber).reduce((a, b) => a + b, 0)
  return cells.map((cell) => BigInt(cell as bigint | boolean)).reduce((a, b) => a + b, 0n)
}

function deviation(cells: readonly Cell[]): number | null {
  const numbers = cells.map(toNumber).filter((number) => Number.isFinite(number))
  if (numbers.length < 2) return null
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
  return Math.sqrt(numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / (numbers.length - 1))
}

const extreme = (cells: readonly Cell[], sign: number): Cell =>
  cells.toSorted((a, b) => compareNullsLast(a, b, sign))[0] ?? null

const mean = (cells: readonly Cell[], kind: ColumnKind): Cell =>
  cells.length === 0 ? null : toNumber(sum(cells, kind)) / cells.length

const functions: Readonly<Record<string, (cells: readonly Cell[], kind: ColumnKind) => Cell>> = {
  count: (cells) => BigInt(cells.length),
  count_distinct: (cells) => BigInt(new Set(cells.map(String)).size),
  sum,
  avg: mean,
  min: (cells) => extreme(cells, 1),
  max: (cells) => extreme(cells, -1),
  median: (cells) => quantile(cells.map(toNumber), 0.5),
  stddev: deviation,
}

export type PlainAggregate = Readonly<{ name: string; fn: string; path: string }>

export function aggregate(rows: readonly SampleRow[], { fn, path }: PlainAggregate): Cell {
  if (path === '*') return BigInt(rows.length)
  const { kind, read } = fieldOf(path)
  const cells = rows.map(read).filter((cell) => !isNull(cell))
  const percentile = /^p(\d+)$/.exec(fn)
  if (percentile) return quantile(cells.map(toNumber), Number(percentile[1]) / 100)
  return functions[fn]?.(cells, kind) ?? null
}

/** An instant as ISO 8601 with 0, 3, 6 or 9 digits, by way of whole seconds. */
export function toIso(ns: bigint): string {
  const seconds = ns >= 0n ? ns / 1_000_000_000n : -((999_999_999n - ns) / 1_000_000_000n)
  const digits = String(ns - seconds * 1_000_000_000n).padStart(9, '0')
  const whole = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', '')
  const kept = [0, 3, 6, 9].find((count) => Number(digits.slice(count)) === 0) ?? 9
  return kept === 0 ? `${whole}Z` : `${whole}.${digits.slice(0, kept)}Z`
}

/** A cell in the form of the answer: integers beyond 2^53 as texts, times as ISO 8601, NaN by name. */
export function toAnswer(cell: Cell, kind: ColumnKind): JsonValue {
  if (kind === 'timestamp' && typeof cell === 'bigint') return toIso(cell)
  if (typeof cell === 'bigint')
    return cell > -(2n ** 53n) && cell < 2n ** 53n ? Number(cell) : cell.toString()
  return typeof cell === 'number' && Number.isNaN(cell) ? 'NaN' : cell
}

export type SortKey = Readonly<{ at: number; sign: 1 | -1 }>

/** Rows of cells by several columns, those without a value last. */
export const sortCells = (rows: readonly (readonly Cell[])[], keys: readonly SortKey[]) =>
  rows.toSorted((a, b) =>
    keys
      .map(({ at, sign }) => compareNullsLast(a[at] ?? null, b[at] ?? null, sign))
      .reduce((found, order) => found || order, 0),
  )

/** Rows by the values of some columns, in no order. */
export function groupRows(
  rows: readonly SampleRow[],
  paths: readonly string[],
): readonly Readonly<{ key: readonly Cell[]; rows: readonly SampleRow[] }>[] {
  const keyOf = (row: SampleRow) => paths.map((path) => fieldOf(path).read(row))
  const groups = Map.groupBy(rows, (row) =>
    JSON.stringify(keyOf(row).map((cell) => [typeof cell, `${cell}`])),
  )
  return [...groups.values()].map((some) => ({ key: keyOf(some[0] as SampleRow), rows: some }))
}
