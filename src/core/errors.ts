/** Stable error codes. A client may branch on them; the text may change, the code may not. */
export type ErrorCode =
  | 'invalid_argument'
  | 'unknown_name'
  | 'not_found'
  | 'no_data'
  | 'bad_cursor'
  | 'timeout'
  | 'too_large'
  | 'stale'
  | 'unreadable_file'
  | 'busy'
  | 'internal'

export type ErrorDetails = Readonly<{
  code: ErrorCode
  /** One sentence: what is wrong. */
  message: string
  /** Where in the input, e.g. `queries.scalar[0].aggregates[1].path`. */
  path?: string | undefined
  /** What was found there. */
  actual?: unknown
  /** What would be valid there. */
  expected?: readonly string[] | string | undefined
  /** Valid names close to the one found, best first. */
  nearest?: readonly string[] | undefined
  /** The next step that gets the caller out. */
  next?: string | undefined
}>

/** A failure whose cause is known and can be shown to the caller as it stands. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly details: ErrorDetails

  constructor(details: ErrorDetails, options?: ErrorOptions) {
    super(details.message, options)
    this.details = details
  }
}

const internal: ErrorDetails = {
  code: 'internal',
  message: 'Parquetry failed on this call; the cause is in the server log.',
  next: 'Try again with a narrower request; if it persists, report the log line.',
}

/** What a client may see of any thrown value: an AppError's own details, nothing of anything else. */
export function toErrorDetails(error: unknown): ErrorDetails {
  return error instanceof AppError ? error.details : internal
}
