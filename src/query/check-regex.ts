import { AppError } from '../core/errors.ts'

/** Constructs that JavaScript knows and RE2, which runs the search, does not: look-around and back-references. */
const unsupported = /\(\?(=|!|<=|<!)|\\[1-9]/

/** A regular expression that RE2 can run, in time linear in the text. Throws `invalid_argument`. */
export function checkRegex(pattern: string, at: string): string {
  const fail = (message: string, next: string) =>
    new AppError({
      code: 'invalid_argument',
      message,
      path: at,
      actual: pattern.slice(0, 120),
      expected: 'an RE2 regular expression',
      next,
    })
  if (unsupported.test(pattern)) {
    throw fail(
      'Look-around and back-references are not supported (RE2).',
      'Use several filters, or contains and starts_with.',
    )
  }
  try {
    new RegExp(pattern.replaceAll(/\(\?P?<|\(\?[imsU-]+\)/g, (match) => (match.endsWith(')') ? '' : '(?<')))
  } catch {
    throw fail(
      'The regular expression is malformed.',
      'Balance its brackets, and escape literal characters with \\.',
    )
  }
  return pattern
}
