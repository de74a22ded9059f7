import { formatInstant, type TimeRange } from '../core/time-range.ts'

const dayNs = 86_400_000_000_000n

/** The whole days in UTC that a range touches, as arguments of a query. */
export const toWholeDays = ({ startNs, endNs }: TimeRange) => ({
  startTime: formatInstant(startNs - (startNs % dayNs)),
  endTime: formatInstant(endNs - (endNs % dayNs) + dayNs),
})
