import { AppError } from './errors.ts'
import { parseInstant, type TimeRange } from './time-range.ts'
import { fromWallTime, toUtcMs, toWallTime, type WallTime } from './zone.ts'

/** What words about time are read against. */
export type Clock = Readonly<{ nowMs: number; zone: string }>

/** A time, or a stretch of time with its end, which is not part of it; in ns since the epoch. */
type Span = Readonly<{ start: bigint; end: bigint }>

const timeForms =
  'ISO 8601 (2026-05-01T00:00:00Z), a date or month (2026-05-01, 2026-05), now, now-24h, today, yesterday, this or last week, month or year, last 7 days, or a day with hours (last monday 9:00-17:00)'

const toNs = (ms: number) => BigInt(ms) * 1_000_000n

const midnight = (year: number, month: number, day: number): WallTime => ({
  year,
  month,
  day,
  hour: 0,
  minute: 0,
  second: 0,
})

/** The date of a wall time, moved by days and months. */
function move({ year, month, day }: WallTime, days: number, months = 0): WallTime {
  const moved = new Date(toUtcMs(midnight(year, month + months, day + days)))
  return midnight(moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate())
}

/** Monday is 0. */
const weekdayOf = (time: WallTime) => (new Date(toUtcMs(time)).getUTCDay() + 6) % 7

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
}

/** `s` ends the plural of whole words only: `ms` is no `m`. */
const getUnit = (text: string) =>
  unitMs[text] ?? (text.length > 3 ? unitMs[text.replace(/s$/, '')] : undefined)

/** A stretch of local days. */
const toSpan = (first: WallTime, last: WallTime, zone: string): Span => ({
  start: toNs(fromWallTime(first, zone)),
  end: toNs(fromWallTime(last, zone)),
})

const isRealDate = (year: number, month: number, day: number) => {
  const date = new Date(toUtcMs(midnight(year, month, day)))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** The first midnight of a named day: today, yesterday, a weekday (the latest before today with `last`), or a date. */
function findDay(text: string, { nowMs, zone }: Clock): WallTime | undefined {
  const now = toWallTime(nowMs, zone)
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (date) {
    const [year, month, day] = date.slice(1).map(Number) as [number, number, number]
    return isRealDate(year, month, day) ? midnight(year, month, day) : undefined
  }
  const near = ['yesterday', 'today', 'tomorrow'].indexOf(text)
  if (near >= 0) return move(now, near - 1)
  const [, which, name = ''] = /^(last |this |on )?([a-z]+)$/.exec(text) ?? []
  const wanted = weekdays.findIndex((day) => day === name || (name.length >= 3 && day.slice(0, 3) === name))
  if (wanted < 0) return undefined
  const back = (weekdayOf(now) - wanted + 7) % 7
  if (which === 'this ') return move(now, wanted - weekdayOf(now))
  return move(now, -(back === 0 && which === 'last ' ? 7 : back))
}

/** `this week`, `last month` and the like: whole calendar periods. */
function findPeriod(text: string, { nowMs, zone }: Clock): Span | undefined {
  const month = /^(\d{4})-(\d{2})$/.exec(text)
  if (month) {
    const first = midnight(Number(month[1]), Number(month[2]), 1)
    return first.month >= 1 && first.month <= 12 ? toSpan(first, move(first, 0, 1), zone) : undefined
  }
  const [, which, unit] = /^(this|last|previous) (week|month|quarter|year)$/.exec(text) ?? []
  if (!unit) return undefined
  const now = toWallTime(nowMs, zone)
  const back = which === 'this' ? 0 : 1
  if (unit === 'week') {
    const first = move(now, -weekdayOf(now) - 7 * back)
    return toSpan(first, move(first, 7), zone)
  }
  const months = unit === 'month' ? 1 : unit === 'quarter' ? 3 : 12
  const start = Math.floor((now.month - 1) / months) * months + 1
  const first = move(midnight(now.year, start, 1), 0, -months * back)
  return toSpan(first, move(first, 0, months), zone)
}

/** `now`, `now-24h`, `-2h`, `3 days ago`, and the stretch `last 7 days`. */
function findRelative(text: string, { nowMs }: Clock): Span | undefined {
  const [, sign, amount, unit = ''] = /^(?:now)?\s*([+-])\s*(\d{1,6})\s*([a-z]+)$/.exec(text) ?? []
  const at = (ms: number): Span => ({ start: toNs(ms), end: toNs(ms) })
  if (text === 'now') return at(nowMs)
  const ms = getUnit(unit)
  if (sign && ms !== undefined) return at(nowMs + (sign === '-' ? -1 : 1) * Number(amount) * ms)
  const [, many, ago = ''] = /^(\d{1,6})\s*([a-z]+) ago$/.exec(text) ?? []
  const agoMs = getUnit(ago)
  if (many && agoMs !== undefined) return at(nowMs - Number(many) * agoMs)
  const [, count = '1', last = ''] = /^(?:last|past|previous) (?:(\d{1,6}) ?)?([a-z]+)$/.exec(text) ?? []
  const lastMs = getUnit(last)
  if (lastMs === undefined || weekdays.includes(last)) return undefined
  return { start: toNs(nowMs - Number(count) * lastMs), end: toNs(nowMs) }
}

const clockTime = /^(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*(am|pm)?$/

function parseClockTime(
  text: string,
): Readonly<{ hour: number; minute: number; second: number }> | undefined {
  const [whole, hours = '', minute = '0', second = '0', half] = clockTime.exec(text) ?? []
  const hour = half ? (Number(hours) % 12) + (half === 'pm' ? 12 : 0) : Number(hours)
  const fits = hour < 24 && Number(minute) < 60 && Number(second) < 60 && (!half || Number(hours) <= 12)
  const isEnd = hour === 24 && Number(minute) === 0 && Number(second) === 0
  if (whole === undefined || !(fits || isEnd)) return undefined
  return { hour, minute: Number(minute), second: Number(second) }
}

/** A day alone, at a time, or from one time to another: `yesterday`, `2026-05-01 14:30`, `last monday 9:00-17:00`. */
function findDayAndHours(text: string, clock: Clock): Span | undefined {
  const [, dayText = text, hours] =
    /^(.*?)(?:[t ]\s*(?:at |from )?(\d{1,2}(?::\d{2}){0,2}\s*(?:am|pm)?(?:\s*(?:-|–|to|until)\s*\d{1,2}(?::\d{2}){0,2}\s*(?:am|pm)?)?))?$/.exec(
      text,
    ) ?? []
  const day = findDay(dayText, clock)
  if (!day) return undefined
  if (!hours) return toSpan(day, move(day, 1), clock.zone)
  const times = hours.split(/\s*(?:-|–|to|until)\s*/).map(parseClockTime)
  const [from, to = from] = times
  if (!from || !to || times.includes(undefined)) return undefined
  return toSpan({ ...day, ...from }, { ...day, ...to }, clock.zone)
}

const longestShown = 60

/** A time that is complete in itself: it never goes through words. */
const isoWithZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})$/i

function parseSpan(text: string, path: string, clock: Clock): Span {
  if (isoWithZone.test(text.trim())) {
    const instant = parseInstant(text, path)
    return { start: instant, end: instant }
  }
  const plain = text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/(\d\s*)M$/, '$1months')
    .toLowerCase()
  const found =
    plain.length > 100
      ? undefined
      : (findPeriod(plain, clock) ?? findRelative(plain, clock) ?? findDayAndHours(plain, clock))
  if (found) return found
  if (/^\d{4}-\d{2}-\d{2}[T ]/i.test(text.trim())) {
    // Fractions of a second, on the clock of the zone.
    const asUtc = parseInstant(`${text.trim()}Z`, path)
    const ms = Number(asUtc / 1_000_000n)
    const local = fromWallTime(toWallTime(Math.floor(ms / 1_000) * 1_000, 'UTC'), clock.zone)
    const instant = toNs(local) + (asUtc % 1_000_000_000n)
    return { start: instant, end: instant }
  }
  throw new AppError({
    code: 'invalid_argument',
    message: `${path} is not a time.`,
    path,
    actual: text.slice(0, longestShown),
    expected: timeForms,
    next: 'Write it in one of the forms listed.',
  })
}

/** What a time in the lake can be. */
const earliest = parseInstant('0001-01-01T00:00:00Z', 'startTime')
const latest = parseInstant('9999-12-31T23:59:59Z', 'endTime')

/**
 * A window from words or ISO times. What is a stretch of time, such as a date, counts from its start as `startTime` and to its
 * end as `endTime`; `startTime` alone may be such a stretch. Times without a zone are those of the clock's zone.
 * Throws `invalid_argument` naming the bound that is malformed, or an empty window.
 */
export function parseWindow(startTime: string, endTime: string | undefined, clock: Clock): TimeRange {
  const first = parseSpan(startTime, 'startTime', clock)
  const last = endTime === undefined ? first : parseSpan(endTime, 'endTime', clock)
  const isOpen = endTime === undefined && first.start === first.end
  const range = { startNs: first.start, endNs: isOpen ? toNs(clock.nowMs) : last.end }
  if (range.startNs < range.endNs && range.startNs >= earliest && range.endNs <= latest) return range
  throw new AppError({
    code: 'invalid_argument',
    message: endTime === undefined ? 'The window is empty.' : 'endTime must be after startTime.',
    path: endTime === undefined ? 'startTime' : 'endTime',
    actual: endTime ?? startTime,
    expected: endTime === undefined ? 'a time before now, or a day or period' : `a time after ${startTime}`,
    next: range.startNs === range.endNs ? 'Widen the window.' : 'Swap startTime and endTime.',
  })
}
