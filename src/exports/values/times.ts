import type { Cell } from './cell.ts'

/** Units in which files count time, in nanoseconds. */
export const timeUnits = { ns: 1, us: 1_000, ms: 1_000_000, s: 1_000_000_000 } as const
export type TimeUnit = keyof typeof timeUnits

/** Whether a DuckDB type holds whole numbers. */
export const isInteger = (type: string): boolean => type.endsWith('INT') || type.endsWith('INTEGER')
const isFraction = (type: string) => type === 'DOUBLE' || type === 'FLOAT' || type.startsWith('DECIMAL')

/** A count of units as nanoseconds. A fraction is rounded; a count too large gives NULL. */
function toNs({ sql, type }: Cell, unit: TimeUnit): string {
  if (isFraction(type)) return `TRY_CAST(round(CAST(${sql} AS DOUBLE) * ${timeUnits[unit]}) AS BIGINT)`
  return `TRY(CAST(${sql} AS BIGINT) * ${timeUnits[unit]})`
}

/** A number to the last digit, which a floating-point number of seconds since 1970 couldn't hold. */
const toExact = (number: string) => `CAST(${number} AS DECIMAL(38, 9))`

const toExactNs = (text: string, unit: TimeUnit) =>
  `TRY(CAST(round(${toExact(text)} * ${timeUnits[unit]}) AS BIGINT))`

const fromText = (text: string, unit: TimeUnit) => `CASE
    WHEN regexp_full_match(${text}, '[0-9]{1,19}') THEN make_timestamp_ns(${toNs({ sql: text, type: 'BIGINT' }, unit)})
    WHEN regexp_full_match(${text}, '[0-9]+[.][0-9]+') THEN make_timestamp_ns(${toExactNs(text, unit)})
    ELSE TRY_CAST(${text} AS TIMESTAMP_NS)
  END`

/**
 * SQL for a time in nanoseconds, by the cell's type: a timestamp of any precision, a text in ISO 8601 (without an offset:
 * UTC), or a count of units since the epoch. NULL where nanoseconds can't hold it, such as the year 1 of an unset time.
 */
export function toTimestamp({ sql, type }: Cell, unit: TimeUnit = 'ns'): string {
  if (type === 'NULL') return 'CAST(NULL AS TIMESTAMP_NS)'
  if (type === 'TIMESTAMP_NS') return sql
  if (type === 'TIMESTAMP WITH TIME ZONE') return `TRY(CAST(${sql} AT TIME ZONE 'UTC' AS TIMESTAMP_NS))`
  if (isInteger(type) || isFraction(type)) return `TRY(make_timestamp_ns(${toNs({ sql, type }, unit)}))`
  if (type === 'VARCHAR') return `TRY(${fromText(sql, unit)})`
  return `TRY(CAST(${sql} AS TIMESTAMP_NS))`
}

/** The largest counts that are taken for seconds, milliseconds and microseconds, each about 5,000 years or 3 years of the next finer unit. */
const unitLimits = { s: 1e11, ms: 1e14, us: 1e17 } as const

/** SQL for the nanoseconds of a count's unit, told by its size. */
function toUnitNs(sql: string): string {
  const cases = Object.entries(unitLimits).map(
    ([unit, limit]) => `WHEN TRY_CAST(${sql} AS DOUBLE) < ${limit} THEN ${timeUnits[unit as TimeUnit]}`,
  )
  return `(CASE ${cases.join(' ')} ELSE 1 END)`
}

/**
 * SQL for a time whose count, if it is one, may be in any unit: writers of JSON and dataframes turn timestamps into milliseconds
 * or seconds. Of a moment after March 1973 no two units give a count of the same size.
 */
export function toTimestampOfAnyUnit(cell: Cell): string {
  const { sql, type } = cell
  const toMoment = (count: string) =>
    `TRY(make_timestamp_ns(CAST(round(${count} * ${toUnitNs(sql)}) AS BIGINT)))`
  if (isInteger(type)) return toMoment(`CAST(${sql} AS HUGEINT)`)
  if (isFraction(type)) return toMoment(type.startsWith('DECIMAL') ? toExact(sql) : sql)
  if (type !== 'VARCHAR') return toTimestamp(cell)
  return `CASE WHEN regexp_full_match(${sql}, '[0-9]{1,19}([.][0-9]+)?') THEN ${toMoment(toExact(sql))} ELSE TRY_CAST(${sql} AS TIMESTAMP_NS) END`
}

/** SQL for whether a canonical time is one that can be placed: from 1970 on and before 2262, so never infinite. */
export const isUsableTime = (sql: string): string =>
  `coalesce(${sql} >= TIMESTAMP_NS '1970-01-01' AND ${sql} < TIMESTAMP_NS '2262-01-01', FALSE)`

/** Nanoseconds since the epoch at the start of 2262, the last whole year that a 64-bit time of nanoseconds holds. */
const latestNs = 9_214_646_400_000_000_000n

const bounded = (ns: string, start: string) =>
  `greatest(0, least(coalesce(${ns}, 0), ${latestNs} - greatest(epoch_ns(${start}), 0)))`

/**
 * SQL for a duration in nanoseconds of a span that starts at a canonical time. A negative one, which newer exporters write
 * as an unsigned number near 2^64, becomes 0; one that would end after `latestNs` is cut there.
 */
export function toDuration({ sql, type }: Cell, start: string, unit: TimeUnit = 'ns'): string {
  if (type === 'VARCHAR') return bounded(toExactNs(sql, unit), start)
  if (type === 'INTERVAL') return bounded(`TRY_CAST(epoch_us(${sql}) * 1000 AS BIGINT)`, start)
  return bounded(unit === 'ns' ? `TRY_CAST(${sql} AS BIGINT)` : toNs({ sql, type }, unit), start)
}

/** SQL for the duration between two canonical times, in nanoseconds; 0 where there is no end, or it is before the start. */
export const toDurationBetween = (start: string, end: string): string =>
  bounded(`TRY(epoch_ns(${end}) - epoch_ns(${start}))`, start)
