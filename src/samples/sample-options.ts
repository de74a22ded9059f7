import { AppError } from '../core/errors.ts'

/** What to generate: `journeys` over `days` UTC days from the day of `start`, drawn from `seed`. */
export type SampleOptions = Readonly<{
  /** Target folder. */
  out: string
  journeys: number
  days: number
  /** ISO day or instant; the period starts at the midnight (UTC) before it. */
  start: string
  seed: number
}>

const limits = {
  journeys: { min: 1, max: 5_000_000 },
  days: { min: 1, max: 366 },
  seed: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
} as const

/** Checks the options. Throws `invalid_argument` naming the option that is out of range. */
export function checkSampleOptions(options: SampleOptions): void {
  for (const [path, { min, max }] of Object.entries(limits)) {
    const actual = options[path as keyof typeof limits]
    if (!Number.isInteger(actual) || actual < min || actual > max) {
      throw new AppError({
        code: 'invalid_argument',
        message: `${path} is out of range.`,
        path,
        actual,
        expected: `a whole number from ${min} to ${max}`,
        next: `Pass --${path} with a number in that range.`,
      })
    }
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(options.start) || Number.isNaN(Date.parse(options.start))) {
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
