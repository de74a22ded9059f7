import type { AppError } from '../../../core/errors.ts'
import { unreadable } from '../../open-export.ts'

const again = 'Export or copy it again.'

type Failure = Readonly<{ pattern: RegExp; reason: string; next: string }>

/** What DuckDB says of JSON that it can't read, in this program's words. */
const failures: readonly Failure[] = [
  {
    pattern: /unexpected end of data|Missing closing brace/,
    reason: 'The file is incomplete: it ends in the middle of a JSON value.',
    next: 'Wait for the copy to end, or copy it again.',
  },
  {
    pattern: /"maximum_object_size"/,
    reason: 'It holds a JSON object of more than 256 MB.',
    next: 'Export it as one object per line, each with a part of the rows.',
  },
  {
    pattern: /^Out of Memory Error/,
    reason: 'It holds a JSON object that is too large for the memory that Parquetry may use.',
    next: 'Export it as one object per line, each with a part of the rows, or raise PARQUETRY_MEMORY_MB.',
  },
  { pattern: /invalid UTF-8/, reason: 'It is not in UTF-8.', next: 'Export it in UTF-8.' },
]

const toMessage = (cause: unknown) => (cause instanceof Error ? cause.message : '')

/** DuckDB counts from two, and passes over blank lines. */
function findObject(message: string): number | undefined {
  const number = /, at byte \d+ in line (\d+):/.exec(message)?.[1]
  return number === undefined ? undefined : Number(number) - 1
}

/** Only a file of lines gets beyond its first line when it is read line by line. */
const isDamagedLine = (cause: unknown) => (findObject(toMessage(cause)) ?? 1) > 1

/** The error of a file that no way of reading takes, given what each of them ran into. */
export function toJsonError(causes: readonly unknown[]): AppError {
  const cause = causes.find(isDamagedLine) ?? causes.at(-1)
  const message = toMessage(cause)
  const known = failures.find(({ pattern }) => pattern.test(message))
  const number = findObject(message)
  const place = number === undefined ? '' : ` in object ${number}`
  if (known) return unreadable(known.reason, known.next, cause)
  return unreadable(`Its JSON is ill-formed${place}.`, again, cause)
}
