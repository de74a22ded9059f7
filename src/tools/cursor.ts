import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import type { TimeRange } from '../core/time-range.ts'

/**
 * A place in a sorted list: the sort key of the last row shown. It says where to go on, not how many rows to skip,
 * so rows that arrive meanwhile move nothing. Bound to the call it came from by a digest of its arguments.
 */
export const cursorSchema = z
  .strictObject({ token: z.string().min(1).max(500) })
  .describe('Cursor of the previous answer (nextCursor), sent back unchanged with the same arguments')

export type Cursor = z.infer<typeof cursorSchema>

const tokenSchema = z.strictObject({
  v: z.literal(1),
  of: z.string(),
  ns: z.string().regex(/^-?\d{1,19}$/),
  id: z.string().max(64),
  /** The window of the first page, which words such as `now` would move. */
  from: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .optional(),
  to: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .optional(),
})

/** The sort key of a row: its time in nanoseconds, and what tells rows of one time apart. */
export type Position = Readonly<{ ns: bigint; id: string; range?: TimeRange | undefined }>

const digest = (call: unknown) =>
  createHash('sha256').update(JSON.stringify(call)).digest('base64url').slice(0, 12)

/** The cursor after a row, for a call with these arguments. */
export const toCursor = (call: unknown, { ns, id, range }: Position): Cursor => ({
  token: Buffer.from(
    JSON.stringify({
      v: 1,
      of: digest(call),
      ns: String(ns),
      id,
      ...(range && { from: String(range.startNs), to: String(range.endNs) }),
    }),
  ).toString('base64url'),
})

const bad = (message: string) =>
  new AppError({
    code: 'bad_cursor',
    message,
    path: 'cursor',
    expected: 'nextCursor of the previous answer, unchanged, with the same arguments otherwise',
    next: 'Leave cursor out to start from the first page.',
  })

function decode(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** The place that a cursor stands for. Throws `bad_cursor` when it was altered or belongs to another call. */
export function parseCursor(call: unknown, cursor: Cursor | undefined): Position | undefined {
  if (!cursor) return undefined
  const parsed = tokenSchema.safeParse(decode(cursor.token))
  if (!parsed.success) throw bad('The cursor is not one that this server gave.')
  if (parsed.data.of !== digest(call)) throw bad('The cursor belongs to a call with other arguments.')
  const { ns, id, from, to } = parsed.data
  const range =
    from !== undefined && to !== undefined ? { startNs: BigInt(from), endNs: BigInt(to) } : undefined
  return { ns: BigInt(ns), id, ...(range && { range }) }
}
