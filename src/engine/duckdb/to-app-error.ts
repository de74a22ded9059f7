import { AppError, type ErrorDetails } from '../../core/errors.ts'

type Failure = Readonly<{ pattern: RegExp; toDetails: (match: RegExpExecArray) => ErrorDetails }>

/** The reasons are RE2's error codes in words; the piece of the pattern that it names follows. Source: RE2, `re2/regexp.cc`. */
const badRegex =
  /^Invalid Input Error: (invalid (?:escape sequence|character class|character class range|repetition size|perl operator|UTF-8|named capture group)|missing [\])]|unexpected \)|trailing \\|no argument for repetition operator|bad repetition operator|pattern too large)(?: - compile failed)?(?:: (.*))?$/s

/** DuckDB's failures that the data or the caller's input can bring about. Its own words stay in the log. */
const failures: readonly Failure[] = [
  {
    pattern: /No files found that match the pattern|Cannot open file .*No such file or directory/,
    toDetails: () => ({
      code: 'stale',
      message: 'The data was replaced while it was read.',
      next: 'Call again.',
    }),
  },
  {
    pattern: badRegex,
    toDetails: ([, reason, piece = '']) => ({
      code: 'invalid_argument',
      message: `The regular expression is malformed or too large for RE2: ${reason}.`,
      actual: piece.slice(0, 120),
      expected: 'an RE2 regular expression',
      next: 'Balance its brackets, escape literal characters with \\, and repeat at most 1000 times; RE2 has no look-around and no back-references, for which several filters may do.',
    }),
  },
  {
    pattern: /^Out of Range Error: /,
    toDetails: () => ({
      code: 'invalid_argument',
      message: 'A number of the result is larger than its type can hold.',
      next: 'Leave the extreme values out with a filter such as lt, or use median or a percentile.',
    }),
  },
]

/** What DuckDB threw as an AppError, where the caller can do something about it; undefined for any other error. */
export function toAppError(error: unknown): AppError | undefined {
  const message = error instanceof Error ? error.message : ''
  for (const { pattern, toDetails } of failures) {
    const match = pattern.exec(message)
    if (match) return new AppError(toDetails(match), { cause: error })
  }
  return undefined
}
