import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { formatInstant, parseInstant, parseTimeRange, toEndAfter } from '../../src/core/time-range.ts'
import { createRandom } from '../query/sample-rows.ts'

const may = 1_777_593_600_000_000_000n

const failure = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error.details
    throw error
  }
  throw new Error('it was accepted')
}

describe('toEndAfter', () => {
  test.each([
    [may, may + 1_000_000_000n],
    [may + 1n, may + 1_000_000_000n],
    [may + 999_999_999n, may + 1_000_000_000n],
    [0n, 1_000_000_000n],
    [-1n, 0n],
    [-1_000_000_000n, 0n],
    [-1_500_000_000n, -1_000_000_000n],
  ])('%s is before %s', (last, end) => expect(toEndAfter(last)).toBe(end))
})

describe('parseInstant', () => {
  test.each([
    ['2026-05-01T00:00:00Z', may],
    ['2026-05-01t00:00:00z', may],
    ['2026-05-01 00:00:00Z', may],
    ['  2026-05-01T00:00Z ', may],
    ['2026-05-01T02:00:00+02:00', may],
    ['2026-05-01T02:00:00+0200', may],
    ['2026-04-30T18:15:00-05:45', may],
    ['2026-04-30T18:15:00-0545', may],
    ['2026-05-01T00:00:00-00:00', may],
    ['2026-04-30T24:00:00Z', may],
    ['2026-05-01T00:00:00.1Z', may + 100_000_000n],
    ['2026-05-01T00:00:00.12Z', may + 120_000_000n],
    ['2026-05-01T00:00:00.123Z', may + 123_000_000n],
    ['2026-05-01T00:00:00.1234Z', may + 123_400_000n],
    ['2026-05-01T00:00:00.12345Z', may + 123_450_000n],
    ['2026-05-01T00:00:00.123456Z', may + 123_456_000n],
    ['2026-05-01T00:00:00.1234567Z', may + 123_456_700n],
    ['2026-05-01T00:00:00.12345678Z', may + 123_456_780n],
    ['2026-05-01T00:00:00.123456789Z', may + 123_456_789n],
    ['2026-05-01T02:00:00.000000001+02:00', may + 1n],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000_000n],
    ['2000-02-29T00:00:00Z', 951_782_400_000_000_000n],
    ['1970-01-01T00:00:00Z', 0n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['1969-12-31T23:59:59Z', -1_000_000_000n],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000_000_000n],
    ['9999-12-31T23:59:59.999999999Z', 253_402_300_799_999_999_999n],
  ])('%s', (text, ns) => expect(parseInstant(text, 'startTime')).toBe(ns))

  test.each([
    '2026-02-31T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00+02:00',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-05-01T25:00:00Z',
    '2026-05-01T00:60:00Z',
    '2026-05-01T00:00:60Z',
    '2026-05-01T00:00:00+99:00',
  ])('%s does not exist', (text) => {
    expect(failure(() => parseInstant(text, 'startTime'))).toMatchObject({
      code: 'invalid_argument',
      message: 'startTime is not a date that exists.',
      path: 'startTime',
      actual: text,
    })
  })

  test.each(['2026-05-01T10:30:00', '2026-05-01 10:30', '2026-05-01T10:30:00.5', '2026-05-01'])(
    '%s has no zone',
    (text) => {
      expect(failure(() => parseInstant(text, 'endTime'))).toMatchObject({
        code: 'invalid_argument',
        message: 'endTime has no time zone.',
        path: 'endTime',
        next: 'Write the zone, e.g. "2026-05-01T00:00:00Z".',
      })
    },
  )

  test.each([
    '',
    'yesterday',
    '1777593600',
    '01.05.2026',
    '2026-5-1T00:00:00Z',
    '2026-05-01T00:00:00.Z',
    '2026-05-01T00:00:00.1234567890Z',
    '2026-05-01T00:00:00 UTC',
    '2026-05-01T00:00:00+2',
    '+02026-05-01T00:00:00Z',
    '2026-05-01T00Z',
    '２０２６-05-01T00:00:00Z',
    '2026-05-01T00:00:00Z; DROP TABLE x',
  ])('%j is no time', (text) => {
    expect(failure(() => parseInstant(text, 'startTime'))).toMatchObject({
      code: 'invalid_argument',
      message: 'startTime is not a time.',
      actual: text,
      expected: 'ISO 8601 with a zone, e.g. 2026-05-01T00:00:00Z or 2026-05-01T02:00:00+02:00',
    })
  })

  test('a long text is cut, and refused fast', () => {
    const started = performance.now()
    expect(failure(() => parseInstant('2026-05-01T'.repeat(10_000), 'startTime')).actual).toHaveLength(60)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('formatInstant', () => {
  test.each([
    [0n, '1970-01-01T00:00:00Z'],
    [1n, '1970-01-01T00:00:00.000000001Z'],
    [-1n, '1969-12-31T23:59:59.999999999Z'],
    [-1_000_000n, '1969-12-31T23:59:59.999Z'],
    [-1_000_000_000n, '1969-12-31T23:59:59Z'],
    [may + 100_000_000n, '2026-05-01T00:00:00.100Z'],
    [may + 120_000n, '2026-05-01T00:00:00.000120Z'],
    [may + 123_456_780n, '2026-05-01T00:00:00.123456780Z'],
    [253_402_300_800_000_000_000n, '+010000-01-01T00:00:00Z'],
    [-62_198_755_200_000_000_000n + 5n, '-000001-01-01T00:00:00.000000005Z'],
  ])('%d', (ns, text) => expect(formatInstant(ns)).toBe(text))

  test('what it writes is read back to the nanosecond, over four centuries', () => {
    const random = createRandom(17)
    for (let i = 0; i < 5000; i++) {
      const whole = BigInt(Math.floor((random() - 0.5) * 1.2e10)) * 1_000_000_000n
      const ns = whole + (BigInt(Math.floor(random() * 1e9)) / 10n ** BigInt(i % 10)) * 10n ** BigInt(i % 10)
      const text = formatInstant(ns)
      expect(parseInstant(text, 'x'), text).toBe(ns)
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6}|\.\d{9})?Z$/)
      expect(text).not.toMatch(/000Z$/)
    }
  })
})

describe('parseTimeRange', () => {
  test('start and end', () => {
    expect(parseTimeRange('2026-05-01T00:00:00Z', '2026-05-01T00:00:00.000000001Z')).toEqual({
      startNs: may,
      endNs: may + 1n,
    })
  })

  test.each([
    ['2026-05-02T00:00:00Z', '2026-05-01T00:00:00Z', 'Swap startTime and endTime.'],
    ['2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z', 'Widen the window.'],
    ['2026-05-01T02:00:00+02:00', '2026-05-01T00:00:00Z', 'Widen the window.'],
    ['2026-05-01T00:00:00Z', '2026-05-01T00:00:00+02:00', 'Swap startTime and endTime.'],
  ])('%s to %s is empty', (start, end, next) => {
    expect(failure(() => parseTimeRange(start, end))).toEqual({
      code: 'invalid_argument',
      message: 'endTime must be after startTime.',
      path: 'endTime',
      actual: end,
      expected: `a time after ${start}`,
      next,
    })
  })

  test('names the bound that is malformed, the start first', () => {
    expect(failure(() => parseTimeRange('x', 'y')).path).toBe('startTime')
    expect(failure(() => parseTimeRange('2026-05-01T00:00:00Z', 'y')).path).toBe('endTime')
  })
})
