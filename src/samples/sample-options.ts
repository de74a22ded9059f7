import { AppError } from '../core/errors.ts'

/** What to generate: `journeys` over `days` UTC days from the day of `start`, drawn from `seed`. */
export type SampleOptions = Readonly<{
  /** Target folder. */
  out: string
  journeys: number
  days: number
  /** ISO day or instant; the period starts at midnight UTC of the day it names. */
  start: string
  seed: number
}>

const limits = {
  journeys: { min: 1, max: 5_000_000 },
  days: { min: 1, max: 366 },
  seed: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
} as const

/** Whether a text begins with a day that exists: 30 February would otherwise pass as 2 March. */
function isDay(text: string): boolean {
  const midnight = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return (
    !Number.isNaN(midnight.getTime()) &&
    midnight.toISOString().startsWith(text.slice(0, 10)) &&
    !Number.isNaN(Date.parse(text))
  )
}

/** Checks the options. Throws `invalid_argument` naming the option that is out of range. */
export function checkSampleOptions(options: SampleOptions): void {
  for (const [path, { min, max }] of Object.entries(limits)) {
    const actual = options[path as keyof typeof limits]
    if (!Number.isInteger(actual) || actual < min || actual > max) {
      throw new AppError({
        code: 'invalid_argument',
        message: `${path} must be a whole number from ${min} to ${max}.`,
        path,
        actual,
        expected: `a whole number from ${min} to ${max}`,
        next: `Pass --${path} with such a number.`,
      })
    }
  }
  if (!isDay(options.start)) {
    throw new AppError({
      code: 'invalid_argument',
      message: 'start is not a day.',
      path: 'start',
      actual: options.start.slice(0, 60),
      expected: 'an ISO day or instant, e.g. 2026-05-01 or 2026-05-01T00:00:00Z',
      next: 'Pass --start with the first day of the period.',
    })
  }
}
