import type { JsonValue } from '../core/json-value.ts'
import type { TimeRange } from '../core/time-range.ts'
import { formatInZone, fromWallTime, toUtcMs, toWallTime } from '../core/zone.ts'
import type { QueryOf } from './request/queries.ts'

type Interval = QueryOf<'series'>['interval']

type Cells = readonly JsonValue[]

const hourMs = 3_600_000

/** The wall clock of a zone as if it were UTC, in ms. */
const toLocalMs = (ms: number, zone: string) => toUtcMs(toWallTime(Math.floor(ms / 1_000) * 1_000, zone))

const fromLocalMs = (local: number, zone: string) => fromWallTime(toWallTime(local, 'UTC'), zone)

const unitMonths: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 }

/** The start of the bucket that a time is in, as `toBucket` has it in SQL; ms since the epoch. */
function findBucket(ms: number, interval: Interval, zone: string): number {
  const local = toLocalMs(ms, zone) + (ms - Math.floor(ms / 1_000) * 1_000)
  if (interval === 'week' || interval === 'day') {
    const day = 86_400_000
    // 1970-01-01 was a Thursday, three days after a Monday.
    const shift = interval === 'week' ? 3 * day : 0
    const width = interval === 'week' ? 7 * day : day
    return fromLocalMs(Math.floor((local + shift) / width) * width - shift, zone)
  }
  if (typeof interval === 'string' && unitMonths[interval] !== undefined) {
    const { year, month } = toWallTime(local, 'UTC')
    const first = Math.floor((month - 1) / unitMonths[interval]) * unitMonths[interval] + 1
    return fromLocalMs(toUtcMs({ year, month: first, day: 1, hour: 0, minute: 0, second: 0 }), zone)
  }
  const width = interval === 'minute' ? 60_000 : interval === 'hour' ? hourMs : Number(interval) * 1_000
  const start = Math.floor(local / width) * width
  return width > hourMs ? fromLocalMs(start, zone) : ms - (local - start)
}

/** Buckets are this long at least and at most, so that a step from one always ends in the next. */
const longest: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: hourMs,
  day: 25 * hourMs,
  week: 169 * hourMs,
  month: 31 * 24 * hourMs + hourMs,
  quarter: 92 * 24 * hourMs + hourMs,
  year: 366 * 24 * hourMs,
}

function findNext(bucket: number, interval: Interval, zone: string): number {
  const width = typeof interval === 'string' ? (longest[interval] as number) : interval * 1_000
  for (const step of [width - 2 * hourMs, width - hourMs, width, width + hourMs, width + 2 * hourMs]) {
    const next = step > 0 ? findBucket(bucket + step, interval, zone) : bucket
    if (next > bucket) return next
  }
  return bucket + width
}

/** All buckets of a window in order, at most `most`. */
export function listBuckets(
  range: TimeRange,
  interval: Interval,
  zone: string,
  most: number,
): readonly number[] {
  const end = Number(range.endNs) / 1_000_000
  const buckets: number[] = []
  let bucket = findBucket(Math.floor(Number(range.startNs / 1_000_000n)), interval, zone)
  while (bucket < end && buckets.length < most) {
    buckets.push(bucket)
    bucket = findNext(bucket, interval, zone)
  }
  return buckets
}

/** A bucket as an answer shows it: on the clock of the zone, with its offset. */
export const formatBucket = (ms: number, zone: string): string =>
  zone === 'UTC' ? `${new Date(ms).toISOString().slice(0, 19)}Z` : formatInZone(ms, zone)

const toMs = (bucket: string) => Date.parse(bucket) || 0

/**
 * Rows of a series with those of empty buckets between them: `bucket`, then `groups` columns, then values. Every group of the
 * rows has a row in every bucket. At most `most` rows.
 */
export function fillSeries(
  rows: readonly Cells[],
  {
    groups,
    empty,
    buckets,
    most,
  }: Readonly<{
    groups: number
    /** The values of a row that is added. */
    empty: Cells
    /** All buckets, as the rows have them. */
    buckets: readonly string[]
    most: number
  }>,
): readonly Cells[] {
  const keyOf = (row: Cells) => JSON.stringify(row.slice(1, 1 + groups))
  const keys = new Map<string, Cells>()
  if (groups === 0) keys.set('[]', [])
  for (const row of rows) keys.set(keyOf(row), row.slice(1, 1 + groups))
  const known = new Map(rows.map((row) => [`${row[0]} ${keyOf(row)}`, row]))
  const filled: Cells[] = []
  const listed = new Set(buckets)
  const others = rows.map(([bucket]) => String(bucket)).filter((bucket) => !listed.has(bucket))
  // None is to be lost, should a row's bucket not be among those listed.
  const all = [...buckets, ...new Set(others)].sort((a, b) => toMs(a) - toMs(b))
  for (const bucket of all)
    for (const [key, own] of keys) {
      if (filled.length >= most) return filled
      filled.push(known.get(`${bucket} ${key}`) ?? [bucket, ...own, ...empty])
    }
  return filled
}
