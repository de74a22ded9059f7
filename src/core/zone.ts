import { AppError } from './errors.ts'
import { findNearestNames } from './nearest-names.ts'

/** A time as a wall clock shows it: months from 1, no zone. */
export type WallTime = Readonly<{
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}>

const formats = new Map<string, Intl.DateTimeFormat>()

function getFormat(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

const longestZone = 60

/** The zones whose names or cities are like a text. */
function findNearestZones(text: string): readonly string[] {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')]
  const toCity = (zone: string) => zone.slice(zone.lastIndexOf('/') + 1)
  const cities = findNearestNames(toCity(text), new Set(zones.map(toCity)))
  const byCity = cities.flatMap((city) => zones.filter((zone) => toCity(zone) === city))
  return [...new Set([...byCity, ...findNearestNames(text, zones)])].slice(0, 3)
}

/** The zone by its own name (`europe/berlin` → `Europe/Berlin`). Throws `invalid_argument` for what is no IANA time zone. */
export function parseZone(text: string, path: string): string {
  const zone = text.trim()
  try {
    // An offset such as +02:00 is a zone to Node, and none to DuckDB.
    if (zone.length <= longestZone && /^[a-z]/i.test(zone))
      return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    // No such zone.
  }
  throw new AppError({
    code: 'invalid_argument',
    message: `${path} is not a time zone.`,
    path,
    actual: zone.slice(0, longestZone),
    expected: 'an IANA time zone, e.g. Europe/Berlin, America/New_York or UTC',
    nearest: findNearestZones(zone.slice(0, longestZone)),
    next: 'Name the zone by continent and city, or leave it out for UTC.',
  })
}

/** What a clock in the zone shows at a time in ms since the epoch. */
export function toWallTime(ms: number, zone: string): WallTime {
  const parts = new Map(
    getFormat(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  const year = parts.get('era') === 'BC' ? 1 - read('year') : read('year')
  return {
    year,
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  }
}

/** Such a time as if it were UTC, in ms since the epoch. Days and months beyond their bounds run over. */
export function toUtcMs({ year, month, day, hour, minute, second }: WallTime): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return date.getTime()
}

const offsetAt = (ms: number, zone: string) => {
  const whole = Math.floor(ms / 1_000) * 1_000
  return toUtcMs(toWallTime(whole, zone)) - whole
}

/**
 * When a clock in the zone shows this, in ms since the epoch. Of two such times, when clocks are set back, the first; of none,
 * when they are set forward, the time as much later as the gap is wide.
 */
export function fromWallTime(time: WallTime, zone: string): number {
  const utc = toUtcMs(time)
  const day = 86_400_000
  const [before, after] = [offsetAt(utc - day, zone), offsetAt(utc + day, zone)]
  const fits = [before, after].map((offset) => utc - offset).filter((ms) => ms + offsetAt(ms, zone) === utc)
  return fits.length > 0 ? Math.min(...fits) : utc - before
}

const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0')

/** ISO 8601 with the offset of the zone: `2026-05-01T02:00:00+02:00`; whole seconds. */
export function formatInZone(ms: number, zone: string): string {
  const { year, month, day, hour, minute, second } = toWallTime(ms, zone)
  const offset = Math.round(offsetAt(ms, zone) / 60_000)
  const sign = offset < 0 ? '-' : '+'
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${sign}${two(offset / 60)}:${two(offset % 60)}`
}
