import { isOpen, queues } from './queues.ts'

/** Calls per hour of the day (UTC), relative to the other hours. */
export const hourlyLoad = [
  1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.5, 4, 8, 11, 12, 11, 9, 8.5, 9.5, 10, 9, 7, 5, 4, 3, 2.4, 2, 1.4,
] as const

const weekdayLoad = [1.3, 1.05, 1, 1, 1.05, 0.45, 0.3] as const

/** Callers who don't know the opening hours, relative to those of an open hour. */
const closedShare = 0.15

type Arrival = Readonly<{
  weekday: number
  hour: number
  queue: string
  is_open: boolean
  weight: number
}>

/** How the arrivals of an ISO weekday spread over hours and queues. */
export function listArrivals(weekday: number): readonly Arrival[] {
  return queues.flatMap((queue) =>
    hourlyLoad.map((load, hour) => {
      const open = isOpen(queue, weekday, hour)
      const weight = queue.volume * load * (weekdayLoad[weekday - 1] ?? 1) * (open ? 1 : closedShare)
      return { weekday, hour, queue: queue.name, is_open: open, weight }
    }),
  )
}
