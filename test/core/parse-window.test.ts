import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { parseWindow } from '../../src/core/parse-window.ts'
import { formatInstant } from '../../src/core/time-range.ts'
import { formatInZone, fromWallTime, parseZone, toWallTime } from '../../src/core/zone.ts'

/** Thursday, 7 May 2026, 10:20:30 UTC: 12:20 in Berlin, 20:20 in Sydney, 06:20 in New York. */
const nowMs = Date.UTC(2026, 4, 7, 10, 20, 30)

const windowOf = (start: string, end?: string, zone = 'UTC', now = nowMs) => {
  const { startNs, endNs } = parseWindow(start, end, { nowMs: now, zone })
  return `${formatInstant(startNs)} ${formatInstant(endNs)}`
}
const failure = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error.details
    throw error
  }
  throw new Error('it was accepted')
}

describe('windows in words', () => {
  test.each([
    ['2026-05-01T00:00:00Z', '2026-05-02T00:00:00+02:00', '2026-05-01T00:00:00Z 2026-05-01T22:00:00Z'],
    ['2026-05-01T00:00:00-04:00', '2026-05-02T00:00:00-04:00', '2026-05-01T04:00:00Z 2026-05-02T04:00:00Z'],
    ['2026-05-01T14:30-05:00', '2026-05-01 20:00:00.5-0500', '2026-05-01T19:30:00Z 2026-05-02T01:00:00.500Z'],
    ['now-500ms', 'now', '2026-05-07T10:20:29.500Z 2026-05-07T10:20:30Z'],
    ['2026-05-01', '2026-05-03', '2026-05-01T00:00:00Z 2026-05-04T00:00:00Z'],
    ['2026-05-01', undefined, '2026-05-01T00:00:00Z 2026-05-02T00:00:00Z'],
    ['2026-02', undefined, '2026-02-01T00:00:00Z 2026-03-01T00:00:00Z'],
    ['2026-12', undefined, '2026-12-01T00:00:00Z 2027-01-01T00:00:00Z'],
    ['now-24h', 'now', '2026-05-06T10:20:30Z 2026-05-07T10:20:30Z'],
    ['now-24h', undefined, '2026-05-06T10:20:30Z 2026-05-07T10:20:30Z'],
    ['-90m', 'now + 1 h', '2026-05-07T08:50:30Z 2026-05-07T11:20:30Z'],
    ['3 days ago', undefined, '2026-05-04T10:20:30Z 2026-05-07T10:20:30Z'],
    ['Last 7 days', undefined, '2026-04-30T10:20:30Z 2026-05-07T10:20:30Z'],
    ['past 2 hours', undefined, '2026-05-07T08:20:30Z 2026-05-07T10:20:30Z'],
    ['last hour', undefined, '2026-05-07T09:20:30Z 2026-05-07T10:20:30Z'],
    ['today', undefined, '2026-05-07T00:00:00Z 2026-05-08T00:00:00Z'],
    ['yesterday', 'now', '2026-05-06T00:00:00Z 2026-05-07T10:20:30Z'],
    ['yesterday', 'today', '2026-05-06T00:00:00Z 2026-05-08T00:00:00Z'],
    ['last monday', undefined, '2026-05-04T00:00:00Z 2026-05-05T00:00:00Z'],
    ['last thursday', undefined, '2026-04-30T00:00:00Z 2026-05-01T00:00:00Z'],
    ['thursday', undefined, '2026-05-07T00:00:00Z 2026-05-08T00:00:00Z'],
    ['this sunday', undefined, '2026-05-10T00:00:00Z 2026-05-11T00:00:00Z'],
    ['last monday 9:00-17:00', undefined, '2026-05-04T09:00:00Z 2026-05-04T17:00:00Z'],
    ['fri 9am to 5:30pm', undefined, '2026-05-01T09:00:00Z 2026-05-01T17:30:00Z'],
    ['yesterday 22:00-24:00', undefined, '2026-05-06T22:00:00Z 2026-05-07T00:00:00Z'],
    ['yesterday 14:00', 'yesterday 14:30', '2026-05-06T14:00:00Z 2026-05-06T14:30:00Z'],
    ['2026-05-01 14:30', '2026-05-01T14:30:15.5', '2026-05-01T14:30:00Z 2026-05-01T14:30:15.500Z'],
    ['this week', undefined, '2026-05-04T00:00:00Z 2026-05-11T00:00:00Z'],
    ['last week', undefined, '2026-04-27T00:00:00Z 2026-05-04T00:00:00Z'],
    ['last month', undefined, '2026-04-01T00:00:00Z 2026-05-01T00:00:00Z'],
    ['this quarter', undefined, '2026-04-01T00:00:00Z 2026-07-01T00:00:00Z'],
    ['last year', undefined, '2025-01-01T00:00:00Z 2026-01-01T00:00:00Z'],
  ])('%s to %s', (start, end, expected) => {
    expect(windowOf(start, end)).toBe(expected)
  })

  test.each([
    // Clocks go forward in Berlin on 29 March 2026 at 2:00, so that the day has 23 hours; back on 25 October at 3:00.
    ['Europe/Berlin', '2026-03-29', undefined, '2026-03-28T23:00:00Z 2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-25', undefined, '2026-10-24T22:00:00Z 2026-10-25T23:00:00Z'],
    ['Europe/Berlin', '2026-03-29 02:30', '2026-03-29 03:30', '2026-03-29T01:30:00Z 2026-03-29T01:30:00Z'],
    ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25 03:00', '2026-10-25T00:30:00Z 2026-10-25T02:00:00Z'],
    ['Australia/Sydney', 'today', undefined, '2026-05-06T14:00:00Z 2026-05-07T14:00:00Z'],
    ['America/New_York', 'last monday 9:00-17:00', undefined, '2026-05-04T13:00:00Z 2026-05-04T21:00:00Z'],
    ['Asia/Kathmandu', '2026-05-01', undefined, '2026-04-30T18:15:00Z 2026-05-01T18:15:00Z'],
  ])('in %s: %s to %s', (zone, start, end, expected) => {
    const run = () => windowOf(start, end, zone)
    const [from, to] = expected.split(' ')
    if (from === to) expect(failure(run)).toMatchObject({ next: 'Widen the window.' })
    else expect(run()).toBe(expected)
  })

  test('the day of words is that of the zone', () => {
    const late = Date.UTC(2026, 4, 7, 22, 30)
    expect(windowOf('yesterday', undefined, 'Europe/Berlin', late)).toBe(
      '2026-05-06T22:00:00Z 2026-05-07T22:00:00Z',
    )
    expect(windowOf('friday', undefined, 'Europe/Berlin', late)).toBe(
      '2026-05-07T22:00:00Z 2026-05-08T22:00:00Z',
    )
  })

  test.each([
    '',
    'soon',
    'now-1M',
    '2026-02-30',
    '2026-13',
    '2026-05-01T25:00',
    'last',
    'monday 25:00',
    'monday 13pm',
    '5',
    'x'.repeat(5_000),
    'last 7 monkeys',
    '9:00-17:00',
  ])('%j is none', (text) => {
    for (const [start, end, path] of [
      [text, 'now', 'startTime'],
      ['2026-01-01', text, 'endTime'],
    ] as const)
      expect(failure(() => windowOf(start, end))).toMatchObject({ code: 'invalid_argument', path })
  })

  test('an empty window is refused with the way out', () => {
    expect(failure(() => windowOf('now', 'now-1h'))).toMatchObject({
      path: 'endTime',
      next: 'Swap startTime and endTime.',
    })
    expect(failure(() => windowOf('now+1h'))).toMatchObject({
      path: 'startTime',
      message: 'The window is empty.',
    })
  })
})

describe('zones', () => {
  test.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    [' America/New_York ', 'America/New_York'],
  ])('%j is %s', (text, zone) => expect(parseZone(text, 'timezone')).toBe(zone))

  test.each(['', 'Mars/Olympus', '+02:00', "Europe/Berlin'; --", 'x'.repeat(9_999)])('%j is none', (text) => {
    expect(failure(() => parseZone(text, 'timezone'))).toMatchObject({
      code: 'invalid_argument',
      path: 'timezone',
    })
  })

  test.each([
    ['Berlin', 'Europe/Berlin'],
    ['Europe/Berlni', 'Europe/Berlin'],
    ['New York', 'America/New_York'],
    ['Asia/Tokio', 'Asia/Tokyo'],
    ['UTCC', 'UTC'],
  ])('for %j, %s is named', (text, zone) => {
    const { nearest } = failure(() => parseZone(text, 'timezone')) as { nearest: readonly string[] }
    expect(nearest[0]).toBe(zone)
  })

  test('each half hour of a year comes back, but for those that a clock shows twice', () => {
    for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC']) {
      let twice = 0
      for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 1_800_000) {
        const back = fromWallTime(toWallTime(ms, zone), zone)
        if (back !== ms) twice++
        expect(ms - back).toBeLessThanOrEqual(3_600_000)
        expect(toWallTime(back, zone)).toEqual(toWallTime(ms, zone))
      }
      // An hour in half hours; half an hour on Lord Howe Island.
      expect([zone, twice]).toEqual([zone, { UTC: 0, 'Australia/Lord_Howe': 1 }[zone] ?? 2])
    }
  })

  test('are written with their offset', () => {
    expect(formatInZone(nowMs, 'UTC')).toBe('2026-05-07T10:20:30+00:00')
    expect(formatInZone(nowMs, 'America/St_Johns')).toBe('2026-05-07T07:50:30-02:30')
    expect(formatInZone(nowMs, 'Asia/Kathmandu')).toBe('2026-05-07T16:05:30+05:45')
  })
})
