import type { TimeRange } from '../core/time-range.ts'
import type { Partition } from './manifest.ts'

/**
 * Partitions that can hold rows of a window, rows of traces that began in a window, and those of some days (`YYYY-MM-DD`); where
 * several are given, those that meet all.
 */
export type PartitionPick = Readonly<{ range?: TimeRange; starts?: TimeRange; days?: ReadonlySet<string> }>

/** Names of columns and maps; all if absent. */
export type ColumnPick = Readonly<{ columns?: ReadonlySet<string> }>

const overlaps = (minNs: string, maxNs: string, range: TimeRange) =>
  BigInt(maxNs) >= range.startNs && BigInt(minNs) < range.endNs

/** Whether a partition can hold rows that are meant. */
export const isPicked = (
  { minNs, maxNs, maxStartNs, day }: Partition,
  { range, starts, days }: PartitionPick,
) =>
  (!range || overlaps(minNs, maxNs, range)) &&
  (!starts || overlaps(minNs, maxStartNs ?? maxNs, starts)) &&
  (!days || days.has(day))
