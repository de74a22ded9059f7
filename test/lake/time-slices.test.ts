import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TimeRange } from '../../src/core/time-range.ts'
import { toSlices } from '../../src/lake/time-slices.ts'

const partition = (minNs: bigint, maxNs: bigint, rows: number) => ({
  minNs: String(minNs),
  maxNs: String(maxNs),
  rows,
})

const day = 86_400_000_000_000n
/** A thousand rows on each of a hundred days. */
const partitions = Array.from({ length: 100 }, (_, i) =>
  partition(BigInt(i) * day, BigInt(i + 1) * day - 1n, 1000),
)
const whole = { startNs: 0n, endNs: 100n * day }

const lengths = (slices: readonly TimeRange[]) =>
  slices.map(({ startNs, endNs }) => Number(endNs - startNs) / Number(day))

describe('slices of a window', () => {
  it('begin at its end with about as many rows as wanted, and grow', () => {
    const slices = toSlices(partitions, whole, { from: 'end', rows: 500 })
    expect(slices[0]?.endNs).toBe(whole.endNs)
    const days = lengths(slices)
    for (const [i, wanted] of [0.5, 2, 10, 50, 37.5].entries()) expect(days[i]).toBeCloseTo(wanted, 5)
    expect(days).toHaveLength(5)
  })

  it('begin at its start just as well', () => {
    const slices = toSlices(partitions, whole, { from: 'start', rows: 500 })
    expect(slices[0]?.startNs).toBe(0n)
    expect(lengths(slices)[0]).toBeCloseTo(0.5, 5)
    expect(slices.at(-1)?.endNs).toBe(whole.endNs)
  })

  it('are one where the window holds few rows, or none', () => {
    expect(toSlices(partitions, whole, { from: 'end', rows: 100_000 })).toEqual([whole])
    expect(toSlices([], whole, { from: 'end', rows: 1 })).toEqual([whole])
    const before = { startNs: -day, endNs: 0n }
    expect(toSlices(partitions, before, { from: 'start', rows: 1 })).toEqual([before])
  })

  it('reach over times without data in one step', () => {
    const far = { startNs: -(10n ** 21n), endNs: 10n ** 21n }
    const [first] = toSlices(partitions, far, { from: 'end', rows: 500 })
    expect(first?.endNs).toBe(far.endNs)
    expect(Number(whole.endNs - (first?.startNs ?? 0n)) / Number(day)).toBeCloseTo(0.5, 4)
  })

  it('are the window together, whatever the data', () => {
    const time = fc.bigInt(-1000n, 1000n).map((n) => n * 1_000_000_000n)
    const window = fc
      .tuple(time, time)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => (a < b ? { startNs: a, endNs: b } : { startNs: b, endNs: a }))
    const data = fc.array(
      fc
        .tuple(time, time, fc.integer({ min: 1, max: 5000 }))
        .map(([a, b, rows]) => (a < b ? partition(a, b, rows) : partition(b, a, rows))),
    )
    const order = fc.record({
      from: fc.constantFrom('start' as const, 'end' as const),
      rows: fc.integer({ min: 1, max: 500 }),
    })
    fc.assert(
      fc.property(data, window, order, (some, range, wanted) => {
        const slices = toSlices(some, range, wanted)
        const inTime = wanted.from === 'start' ? slices : slices.toReversed()
        expect(inTime[0]?.startNs).toBe(range.startNs)
        expect(inTime.at(-1)?.endNs).toBe(range.endNs)
        for (const [i, slice] of inTime.entries()) {
          expect(slice.startNs).toBeLessThan(slice.endNs)
          if (i > 0) expect(slice.startNs).toBe(inTime[i - 1]?.endNs)
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})
