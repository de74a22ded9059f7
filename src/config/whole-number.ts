import { z } from 'zod'

/** A whole number in the text of a variable, within bounds; the fallback where it is not set. */
export const wholeNumber = (min: number, max: number, fallback: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(fallback)
