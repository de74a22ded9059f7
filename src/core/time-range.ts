import { AppError } from './errors.ts'

/** A half-open window of time, [start, end), in nanoseconds since the epoch. */
export type TimeRange = Readonly<{ startNs: bigint; endNs: bigint }>

const form = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})$/i

const expected = 'ISO 8601 with a zone, e.g. 2026-05-01T00:00:00Z or 2026-05-01T02:00:00+02:00'

/** Parses one instant to nanoseconds since the epoch. Throws `invalid_argument` when zone or form is missing. */
export function parseInstant(text: string, path: string): bigint {
  const match = form.exec(text.trim())
  const bad = (message: string, next: string) =>
    new AppError({ code: 'invalid_argument', message, path, actual: text.slice(0, 60), expected, next })
  if (!match) {
    const zoneless = form.test(`${text.trim()}Z`) || /^\d{4}-\d{2}-\d{2}$/.test(text.trim())
    throw zoneless
      ? bad(`${path} has no time zone.`, `Write the zone, e.g. "${text.trim().slice(0, 10)}T00:00:00Z".`)
      : bad(`${path} is not a time.`, `Write ${expected}.`)
  }
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = 'Z'] = match
  const offset =
    zone.toUpperCase() === 'Z' ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const date = `${year}-${month}-${day}`
  const ms = Date.parse(`${date}T${hour}:${minute}:${second}${offset}`)
  const midnight = new Date(`${date}T00:00:00Z`)
  const isRealDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
  if (Number.isNaN(ms) || !isRealDay)
    throw bad(`${path} is not a date that exists.`, 'Check month, day and hour.')
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** Parses a window. Throws `invalid_argument` naming the path when a bound is malformed or the window is empty. */
export function parseTimeRange(startTime: string, endTime: string): TimeRange {
  const startNs = parseInstant(startTime, 'startTime')
  const endNs = parseInstant(endTime, 'endTime')
  if (startNs >= endNs) {
    throw new AppError({
      code: 'invalid_argument',
      message: 'endTime must be after startTime.',
      path: 'endTime',
      actual: endTime,
      expected: `a time after ${startTime}`,
      next: startNs === endNs ? 'Widen the window.' : 'Swap startTime and endTime.',
    })
  }
  return { startNs, endNs }
}

/** Nanoseconds since the epoch as ISO 8601 UTC, with as many fraction digits as it needs (0, 3, 6 or 9). */
export function formatInstant(ns: bigint): string {
  const ms = ns / 1_000_000n - (ns % 1_000_000n < 0n ? 1n : 0n)
  const rest = ns - ms * 1_000_000n
  const date = new Date(Number(ms)).toISOString()
  const nanos = `${date.slice(-4, -1)}${String(rest).padStart(6, '0')}`
  const fraction = nanos.replace(/(000)+$/, '')
  return `${date.slice(0, -5)}${fraction ? `.${fraction}` : ''}Z`
}

const secondNs = 1_000_000_000n

/** The first whole second after a time: as the end of a window, which is not part of it, one that leaves the time in it. */
export const toEndAfter = (lastNs: bigint): bigint =>
  (lastNs / secondNs) * secondNs + (lastNs < 0n && lastNs % secondNs !== 0n ? 0n : secondNs)

/** The day in UTC of a time in nanoseconds since the epoch, as `YYYY-MM-DD`. */
export const formatDay = (ns: bigint): string => formatInstant(ns).slice(0, 10)
