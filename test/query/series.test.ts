import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toIso } from './evaluate.ts'
import { createSample, type Sample } from './sample.ts'
import { createRows, start } from './sample-rows.ts'

const template = createRows(1, 5)[0]

/** Times around the epoch, the ends of days, and a leap day. */
const times: readonly bigint[] = [
  -86_400_000_000_000n - 1000n,
  -86_400_000_000_000n,
  -3_600_000_001_000n,
  -1000n,
  0n,
  1n,
  999_999_999n,
  1_000_000_000n,
  3_599_999_999_999n,
  3_600_000_000_000n,
  86_399_999_999_999n,
  1_709_164_800_000_000_000n,
  1_709_251_199_999_999_999n,
  start,
  start + 1n,
]

let sample: Sample

beforeAll(async () => {
  if (!template) throw new Error('no row')
  sample = await createSample(times.map((ns, i) => ({ ...template, ns, spanId: `${i}`.padStart(16, '0') })))
})

afterAll(() => sample.close())

const count = [{ name: 'n', fn: 'count', path: '*' }]

const floorTo = (ns: bigint, width: bigint) => ns - (((ns % width) + width) % width)

describe('buckets begin at multiples of the interval since the epoch, before it as well', () => {
  test.each([1, 7, 60, 3600, 5400, 86_400, 604_800, 31_622_400])('%i s', async (interval) => {
    const width = BigInt(interval) * 1_000_000_000n
    const counts = new Map<bigint, number>()
    for (const ns of times) counts.set(floorTo(ns, width), (counts.get(floorTo(ns, width)) ?? 0) + 1)
    const wanted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([ns, n]) => [toIso(ns), n])
    expect(await sample.query('series', { aggregates: count, interval })).toEqual(wanted)
  })

  test('an hour, written out', async () => {
    const rows = await sample.query('series', { aggregates: count, interval: 3600 })
    expect(rows.slice(0, 5)).toEqual([
      ['1969-12-30T23:00:00Z', 1],
      ['1969-12-31T00:00:00Z', 1],
      ['1969-12-31T22:00:00Z', 1],
      ['1969-12-31T23:00:00Z', 1],
      ['1970-01-01T00:00:00Z', 5],
    ])
  })
})

describe('the window', () => {
  const within = (startNs: bigint, endNs: bigint) => ({
    relation: 'SELECT * FROM sample',
    schema: sampleSchema(),
    range: { startNs, endNs },
    zone: 'UTC',
    nowMs: 0,
    measures: [],
  })
  const sampleSchema = () => ({
    service: { name: 'sample', grain: '', use: '', columns: [], nestedColumns: [] },
    columns: [],
    rare: [],
    hasUnnamed: false,
  })
  const countIn = async (startNs: bigint, endNs: bigint) =>
    (await sample.query('scalar', { aggregates: count }, within(startNs, endNs)))[0]?.[0]

  test('holds its start and not its end, to the nanosecond', async () => {
    expect(await countIn(0n, 1n)).toBe(1)
    expect(await countIn(0n, 2n)).toBe(2)
    expect(await countIn(1n, 999_999_999n)).toBe(1)
    expect(await countIn(start + 1n, start + 2n)).toBe(1)
    expect(await countIn(start + 2n, start * 2n)).toBe(0)
  })

  test('may be wider than timestamps can be', async () => {
    const year9999 = 253_402_300_799_999_999_999n
    expect(await countIn(-year9999, year9999)).toBe(times.length)
    expect(await countIn(0n, 2n ** 63n)).toBe(times.filter((ns) => ns >= 0n).length)
    expect(await countIn(-(2n ** 63n), 0n)).toBe(times.filter((ns) => ns < 0n).length)
  })
})

describe('limit', () => {
  test('one row more than asked for tells that there are more', async () => {
    const all = await sample.query('series', { aggregates: count, interval: 1 })
    const some = await sample.query('series', { aggregates: count, interval: 1, limit: 3 })
    expect(all.length).toBeGreaterThan(4)
    expect(some).toEqual(all.slice(0, 4))
  })
})
