import { AppError } from '../core/errors.ts'

/** Which spans of a trace a call chooses, and how it wants to see them. */
type Choice = Readonly<{
  detail: string
  spanIds?: readonly string[] | undefined
  filters?: readonly unknown[] | undefined
}>

/**
 * The call with the detail that it needs, and a note of it where that is not the one given: spans are chosen with detail spans
 * only. Throws `invalid_argument` for a detail that is of the whole trace.
 */
export function readDetail<T extends Choice>(
  call: T,
): Readonly<{ call: T | (T & { detail: 'spans' }); notes: readonly string[] }> {
  const chosen = call.spanIds ? 'spanIds' : (call.filters ?? []).length > 0 ? 'filters' : undefined
  if (chosen === undefined || call.detail === 'spans') return { call, notes: [] }
  const note = `${chosen} choose spans, so detail was read as spans.`
  if (call.detail === 'full') return { call: { ...call, detail: 'spans' }, notes: [note] }
  throw new AppError({
    code: 'invalid_argument',
    message: `detail ${call.detail} is of the whole trace; ${chosen} go with detail spans only.`,
    path: 'detail',
    actual: call.detail,
    expected: ['spans'],
    nearest: ['spans'],
    next: `Set detail to spans, or leave ${chosen} out.`,
  })
}
