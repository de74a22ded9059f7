import type { SampleOptions } from './sample-options.ts'
import { listArrivals } from './world/arrivals.ts'

const dayMs = 86_400_000

/** One day of the period. Journeys `firstNumber` up to, not including, `endNumber` start on it. */
export type SampleDay = Readonly<{
  /** `YYYY-MM-DD`, UTC. */
  date: string
  /** Midnight, milliseconds since the epoch. */
  startMs: number
  /** ISO weekday, Monday = 1. */
  weekday: number
  firstNumber: number
  endNumber: number
  hasShowcase: boolean
}>

/** Bounds of the period in milliseconds since the epoch, with the days counted from 1. */
export type Period = Readonly<{ startMs: number; days: number }>

/** The period the options name, from the midnight (UTC) of the day that `start` names. */
export function toPeriod({ start, days }: SampleOptions): Period {
  return { startMs: Date.parse(`${start.slice(0, 10)}T00:00:00Z`), days }
}

/** Start of day `number`, counted from 1, in milliseconds since the epoch; fractions of a day are allowed. */
export const toDayStartMs = ({ startMs }: Period, number: number): number => startMs + (number - 1) * dayMs

const toWeekday = (ms: number): number => new Date(ms).getUTCDay() || 7

/** How many journeys a weekday draws, relative to the others. */
const toVolume = (weekday: number): number =>
  listArrivals(weekday).reduce((sum, { weight }) => sum + weight, 0)

/**
 * Splits the journeys over the days in proportion to each weekday's volume.
 * Journey 0, the showcase, stands outside the split: it starts on the fifth day, or on the last of a shorter period.
 */
export function planDays(options: SampleOptions): readonly SampleDay[] {
  const period = toPeriod(options)
  const starts = Array.from({ length: options.days }, (_, index) => toDayStartMs(period, index + 1))
  const volumes = starts.map((ms) => toVolume(toWeekday(ms)))
  const total = volumes.reduce((sum, volume) => sum + volume, 0)
  const showcaseIndex = Math.min(5, options.days) - 1
  let volumeBefore = 0
  let firstNumber = 1
  return starts.map((startMs, index) => {
    volumeBefore += volumes[index] ?? 0
    const endNumber = 1 + Math.round(((options.journeys - 1) * volumeBefore) / total)
    const day = {
      date: new Date(startMs).toISOString().slice(0, 10),
      startMs,
      weekday: toWeekday(startMs),
      firstNumber,
      endNumber,
      hasShowcase: index === showcaseIndex,
    }
    firstNumber = endNumber
    return day
  })
}
