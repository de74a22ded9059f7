import { mkdir, rm } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../../src/core/errors.ts'
import { traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readMapped } from './mapped-calls.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('mapping-file')
})

beforeEach(async () => {
  await rm(world.exportsDir, { recursive: true, force: true })
  await mkdir(world.exportsDir)
})

afterAll(() => world.close())

describe('times and durations of a mapping file', () => {
  const times: readonly (readonly [string, string, string, string | null])[] = [
    ['ISO 8601 without a zone', `'2026-05-24 10:00:00.5'`, 'column: t', '2026-05-24T10:00:00.500Z'],
    [
      'ISO 8601 of a place',
      `'2026-05-24T10:00:00'`,
      'column: t, timezone: Europe/Prague',
      '2026-05-24T08:00:00Z',
    ],
    [
      'ISO 8601 with an offset, of a place',
      `'2026-05-24T10:00:00-05:00'`,
      'column: t, timezone: Europe/Prague',
      '2026-05-24T15:00:00Z',
    ],
    [
      'ISO 8601 with Z, of a place',
      `'2026-05-24T10:00:00Z'`,
      'column: t, timezone: Europe/Prague',
      '2026-05-24T10:00:00Z',
    ],
    ['a date of a place', `'2026-05-24'`, 'column: t, timezone: Asia/Kolkata', '2026-05-23T18:30:00Z'],
    ['digits without a unit', `'1779616800'`, 'column: t', null],
    ['digits in seconds', `'1779616800'`, 'column: t, unit: s', '2026-05-24T10:00:00Z'],
    ['seconds with a fraction', `'1779616800.25'`, 'column: t, unit: s', '2026-05-24T10:00:00.250Z'],
    ['milliseconds', '1779616800123', 'column: t, unit: ms', '2026-05-24T10:00:00.123Z'],
    ['microseconds', '1779616800123456', 'column: t, unit: us', '2026-05-24T10:00:00.123456Z'],
    ['nanoseconds', '1779616800123456789', 'column: t, unit: ns', '2026-05-24T10:00:00.123456789Z'],
    ['a format', `'24/05/26 10:00 PM'`, `column: t, format: '%d/%m/%y %I:%M %p'`, '2026-05-24T22:00:00Z'],
    [
      'the second format',
      `'20260524100000'`,
      `column: t, format: ['%d.%m.%Y', '%Y%m%d%H%M%S']`,
      '2026-05-24T10:00:00Z',
    ],
    [
      'a format with an offset',
      `'24.05.2026 10:00 +0200'`,
      `column: t, format: '%d.%m.%Y %H:%M %z', timezone: Asia/Tokyo`,
      '2026-05-24T08:00:00Z',
    ],
    [
      'a format in winter',
      `'24.12.2026 10:00'`,
      `column: t, format: '%d.%m.%Y %H:%M', timezone: Europe/Prague`,
      '2026-12-24T09:00:00Z',
    ],
    ['a number with a format', '20260524', `column: t, format: '%Y%m%d'`, '2026-05-24T00:00:00Z'],
    ['no such day', `'31.02.2026'`, `column: t, format: '%d.%m.%Y'`, null],
    [
      'a timestamp',
      `TIMESTAMP_NS '2026-05-24 10:00:00.123456789'`,
      'column: t',
      '2026-05-24T10:00:00.123456789Z',
    ],
    [
      'a timestamp of a place',
      `TIMESTAMP '2026-05-24 10:00:00'`,
      'column: t, timezone: America/New_York',
      '2026-05-24T14:00:00Z',
    ],
    [
      'a timestamp with its zone',
      `TIMESTAMPTZ '2026-05-24 10:00:00+00'`,
      'column: t, timezone: Asia/Tokyo',
      '2026-05-24T10:00:00Z',
    ],
    ['text that is none', `'soon'`, 'column: t, timezone: Asia/Tokyo', null],
    ['NULL', 'NULL::VARCHAR', 'column: t', null],
  ]

  it.each(times)('reads a time: %s', async (_, sql, rule, expected) => {
    const rows = await readMapped(
      world,
      `SELECT '${traceId(1)}' AS id, ${sql} AS t`,
      `kind: spans\ncolumns: {trace_id: id, span_name: id, timestamp: {${rule}}, duration: {value: 1, unit: s}}`,
    )
    expect(rows).toMatchObject([{ timestamp: expected, duration_ns: 1_000_000_000 }])
  })

  const lengths: readonly (readonly [string, string, string, number])[] = [
    ['seconds', '90', 'unit: s', 90e9],
    ['seconds with a fraction', '1.5::DOUBLE', 'unit: s', 1.5e9],
    ['milliseconds as text', `'1500'`, 'unit: ms', 1.5e9],
    ['a clock', `'01:00:01'`, 'unit: s', 3601e9],
    ['a long clock', `'100:00:00.5'`, 'unit: ms', 360_000.5e9],
    ['an interval', 'INTERVAL 90 SECOND', 'unit: s', 90e9],
    ['a negative number', '-5', 'unit: s', 0],
    ['text that is none', `'long'`, 'unit: s', 0],
    ['a blank', `''`, 'unit: s', 0],
    ['more than fits', `'99999999999999999999999'`, 'unit: s', 0],
  ]

  it.each(lengths)('reads a duration: %s', async (_, sql, unit, expected) => {
    const rows = await readMapped(
      world,
      `SELECT '${traceId(1)}' AS id, '2026-05-24T10:00:00Z' AS t, ${sql} AS d`,
      `kind: spans\ncolumns: {trace_id: id, span_name: id, timestamp: t, duration: {column: d, ${unit}}}`,
    )
    expect(Number(rows[0]?.['duration_ns'])).toBe(expected)
  })

  it('takes the first duration that is there, and the time between start and end', async () => {
    const select = `SELECT '${traceId(1)}' AS id, '2026-05-24T10:00:00Z' AS t, NULL::INTEGER AS a, '7' AS b, '2026-05-24T10:00:02Z' AS e`
    const head = 'kind: spans\ncolumns: {trace_id: id, span_name: id, timestamp: t'
    const durations = '[{column: a, unit: s}, {column: b, unit: ms}]'
    expect(await readMapped(world, select, `${head}, duration: ${durations}}`)).toMatchObject([
      { duration_ns: 7_000_000 },
    ])
    expect(await readMapped(world, select, `${head}, end: e}`)).toMatchObject([
      { duration_ns: 2_000_000_000 },
    ])
    expect(
      await readMapped(world, select, `${head}, end: a}`).catch((error: AppError) => error.message),
    ).toMatch(/^calls\.mapping\.yaml:2:\d+: columns\.end: is a number \(INTEGER\) and needs a unit/)
  })
})
