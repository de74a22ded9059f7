import type { CalendarPart } from '../request/groups.ts'
import type { intervalUnits } from '../request/queries.ts'
import { raw, type Sql, sql, value } from '../sql.ts'

/** A unit of the calendar that buckets may be as wide as. */
export type IntervalUnit = (typeof intervalUnits)[number]

/** A time in UTC as the clock of a zone shows it. */
export const toLocal = (time: Sql, zone: string): Sql =>
  zone === 'UTC'
    ? sql`CAST(${time} AS TIMESTAMP)`
    : sql`timezone(${value(zone)}, timezone('UTC', CAST(${time} AS TIMESTAMP)))`

/**
 * The time in UTC at which the clock of a zone shows this; the first of two, when clocks go back by an hour or half of one.
 */
function fromLocal(time: Sql, zone: string): Sql {
  if (zone === 'UTC') return time
  const found = sql`timezone(${value(zone)}, ${time})`
  const isShown = (before: string) => sql`timezone(${value(zone)}, ${found} - ${raw(before)}) = ${time}`
  const toUtc = (before: string) => sql`timezone('UTC', ${found}${raw(before && ` - ${before}`)})`
  const [hour, half] = ["INTERVAL '60 minutes'", "INTERVAL '30 minutes'"]
  return sql`CASE WHEN ${isShown(hour)} THEN ${toUtc(hour)} WHEN ${isShown(half)} THEN ${toUtc(half)} ELSE ${toUtc('')} END`
}

type Part = Readonly<{ type: 'integer' | 'string'; unit: string; toSql: (local: Sql) => Sql }>

const formatted = (format: string, unit: string, of: (local: Sql) => Sql = (local) => local): Part => ({
  type: 'string',
  unit,
  toSql: (local) => sql`strftime(${of(local)}, ${raw(`'${format}'`)})`,
})

const counted = (fn: string, unit: string): Part => ({
  type: 'integer',
  unit,
  toSql: (local) => sql`${raw(fn)}(${local})`,
})

/** What each calendar part is: text for what has a date, a number for what comes again. */
export const calendar: Readonly<Record<CalendarPart, Part>> = {
  hour_of_day: counted('hour', '0-23'),
  weekday: counted('isodow', '1 = Monday'),
  day_of_month: counted('day', ''),
  day: formatted('%Y-%m-%d', ''),
  week: formatted('%Y-%m-%d', 'first day', (local) => sql`date_trunc('week', ${local})`),
  month: formatted('%Y-%m', ''),
  quarter: {
    type: 'string',
    unit: '',
    toSql: (local) => sql`strftime(${local}, '%Y') || '-Q' || quarter(${local})`,
  },
  year: counted('year', ''),
}

const hour = 3_600

/**
 * The start, in UTC, of the bucket of a time. Buckets begin at whole steps of the zone's clock since 1970. Up to an hour wide
 * they are as long on the day that clocks change; wider ones are an hour longer or shorter then. (Where clocks go back by half
 * an hour, the hour that holds the change begins half an hour early.)
 */
export function toBucket(time: Sql, interval: number | IntervalUnit, zone: string): Sql {
  const utc = sql`CAST(${time} AS TIMESTAMP)`
  const seconds = interval === 'minute' ? 60 : interval === 'hour' ? hour : interval
  const local = toLocal(time, zone)
  if (typeof seconds === 'string')
    return fromLocal(sql`CAST(date_trunc(${raw(`'${seconds}'`)}, ${local}) AS TIMESTAMP)`, zone)
  const width = sql`to_seconds(CAST(${value(BigInt(seconds))} AS BIGINT))`
  const origin = raw("TIMESTAMP '1970-01-01'")
  if (zone === 'UTC') return sql`time_bucket(${width}, ${utc}, ${origin})`
  if (seconds > hour) return fromLocal(sql`time_bucket(${width}, ${local}, ${origin})`, zone)
  return sql`time_bucket(${width}, ${local}, ${origin}) - (${local} - ${utc})`
}
