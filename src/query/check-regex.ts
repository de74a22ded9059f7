import { AppError } from '../core/errors.ts'

type Fault = Readonly<{ message: string; next: string }>

const unsupported: Fault = {
  message: 'Look-around and back-references are not supported (RE2).',
  next: 'Use several filters, or contains and starts_with.',
}

const malformed: Fault = {
  message: 'The regular expression is malformed.',
  next: 'Balance its brackets, and escape literal characters with \\.',
}

const tooLong: Fault = {
  message: 'A repetition of the regular expression is longer than 1000.',
  next: 'Repeat at most 1000 times, or without an upper limit, e.g. {3,}.',
}

/** What a backslash begins: a text quoted with \Q, a class or code in braces, or one character. */
const escapes = /\\Q.*?(?:\\E|$)|\\[xpP]\{\^?\w*\}|\\[pP].|\\./gsu

/** The letters and digits that RE2 takes after a backslash; it takes all ASCII punctuation. */
const knownEscape = /^\\(?:[aftnrvxzbABCQdDsSwW0]|[pP][{CLMNPSZ]|[ -/:-@[-`{-~])/

/** JavaScript's parser as the check of brackets and repetitions, after rewriting what only RE2 writes so. */
function isBalanced(pattern: string): boolean {
  const rewritten = pattern
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\(\?[imsU-]+\)/g, '')
    .replaceAll(/\(\?[imsU-]+:/g, '(?:')
    .replaceAll(/(\[\^?)\]/g, '$1\\]')
  try {
    new RegExp(rewritten)
    return true
  } catch {
    return false
  }
}

function findFault(pattern: string): Fault | undefined {
  const escaped = pattern.match(escapes) ?? []
  const bare = pattern.replaceAll(escapes, 'e')
  if (/\(\?(=|!|<=|<!)/.test(bare) || escaped.some((text) => /^\\[1-9]/.test(text))) return unsupported
  if (escaped.some((text) => !knownEscape.test(text)) || bare.includes('\\') || bare.includes('(?<')) {
    return malformed
  }
  if (!isBalanced(pattern.replaceAll(escapes, (text) => (text.length > 2 ? 'e' : text)))) return malformed
  const counts = [...bare.matchAll(/\{(\d+)(?:,(\d+))?/g)].flatMap(([, least, most]) => [least, most])
  return counts.some((count) => Number(count ?? 0) > 1000) ? tooLong : undefined
}

/** A regular expression that RE2 can run, in time linear in the text. Throws `invalid_argument`. */
export function checkRegex(pattern: string, at: string): string {
  const fault = findFault(pattern)
  if (!fault) return pattern
  throw new AppError({
    code: 'invalid_argument',
    ...fault,
    path: at,
    actual: pattern.slice(0, 120),
    expected: 'an RE2 regular expression',
  })
}
