import type { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { repairInput } from './repair-input.ts'
import { toInputError } from './to-input-error.ts'

/** Of what was put right beside an error only so much is told. */
const mostNotes = 5

/** Arguments of a tool, typed, and what was put right in them. */
export type Parsed<T extends z.ZodObject> = Readonly<{ input: z.output<T>; notes: readonly string[] }>

/**
 * The arguments of a tool, typed; forms that clients mangle are put right and noted. Throws `invalid_argument` for the first
 * thing that is wrong, with its path.
 */
export function parseInput<T extends z.ZodObject>(schema: T, args: unknown): Parsed<T> {
  const first = schema.safeParse(args ?? {})
  if (first.success) return { input: first.data, notes: [] }
  const repaired = repairInput(schema, args ?? {})
  const parsed = schema.safeParse(repaired.args)
  if (parsed.success) return { input: parsed.data, notes: repaired.notes }
  const [issue] = parsed.error.issues
  if (!issue) throw parsed.error
  const details = toInputError(schema, repaired.args, issue)
  throw new AppError({
    ...details,
    message: [details.message, ...repaired.notes.slice(0, mostNotes)].join(' '),
  })
}
