import type { TimeRange } from '../core/time-range.ts'
import type { Partition } from './manifest.ts'

/** From which end a window is cut, and about how many rows the first slice should hold. */
export type SliceOrder = Readonly<{ from: 'start' | 'end'; rows: number }>

type Bounds = Pick<Partition, 'minNs' | 'maxNs' | 'rows'>

/** Rows of partitions before a time, if each partition's rows lie evenly between its first and its last. */
function createEstimate(partitions: readonly Bounds[]): (ns: bigint) => number {
  const bounds = partitions.map(({ minNs, maxNs, rows }) => {
    const low = BigInt(minNs)
    return { low, span: Number(BigInt(maxNs) - low) + 1, rows }
  })
  return (ns) =>
    bounds.reduce((sum, { low, span, rows }) => {
      const share = Number(ns - low) / span
      return sum + rows * Math.min(Math.max(share, 0), 1)
    }, 0)
}

/** The earliest time before which there are as many rows, to the millisecond, between two times. */
function findTime(estimate: (ns: bigint) => number, rows: number, { startNs, endNs }: TimeRange): bigint {
  let [low, high] = [startNs, endNs]
  while (high - low > 1_000_000n) {
    const middle = (low + high) / 2n
    if (estimate(middle) < rows) low = middle
    else high = middle
  }
  return high
}

const growth = 4

/**
 * A window as slices that follow each other from one of its ends, each with about four times as many rows as those before it
 * together: who looks for the first few rows of some kind reads little where there are many, and all in a few steps where
 * there are none. Together the slices are the window.
 */
export function toSlices(
  partitions: readonly Bounds[],
  range: TimeRange,
  { from, rows }: SliceOrder,
): readonly TimeRange[] {
  const estimate = createEstimate(partitions)
  const [before, until] = [estimate(range.startNs), estimate(range.endNs)]
  const cuts: bigint[] = []
  for (let taken = rows; taken < until - before; taken += taken * growth) {
    cuts.push(findTime(estimate, from === 'start' ? before + taken : until - taken, range))
  }
  const edges = [range.startNs, ...(from === 'start' ? cuts : cuts.toReversed()), range.endNs]
  const slices = edges.slice(1).map((endNs, i) => ({ startNs: edges[i] as bigint, endNs }))
  const filled = slices.filter(({ startNs, endNs }) => startNs < endNs)
  return from === 'start' ? filled : filled.toReversed()
}
