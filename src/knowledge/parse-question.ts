import { AppError } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import { cleanLine } from './clean-text.ts'
import type { CurrentIndex } from './store/current-index.ts'

const longestQuestion = 2_000

/** Throws `invalid_argument` for an empty or overlong question. */
export function parseQuestion(text: string): string {
  const question = text.trim()
  if (question.length >= 1 && question.length <= longestQuestion) return question
  throw new AppError({
    code: 'invalid_argument',
    message: question === '' ? 'The question is empty.' : 'The question is too long.',
    path: 'query',
    actual: `${question.length} characters`,
    expected: `1 to ${longestQuestion} characters`,
    next: 'Ask in one or two sentences.',
  })
}

const longestPath = 1_000
/** Paths that are named where none is like the one that was given. */
const foldersShown = 5

/**
 * The part of a file's name that is asked for, in lower case; at least one file has it. Of a pattern it is the longest part
 * without stars. Undefined for none. Throws `invalid_argument` where no file has it.
 */
export function parsePath(text: string, { files }: CurrentIndex): string | undefined {
  const [path = ''] = text
    .trim()
    .replaceAll('\\', '/')
    .replace(/^\.?\//, '')
    .toLowerCase()
    .split(/\*+/)
    .sort((a, b) => b.length - a.length)
  if (path === '') return undefined
  const names = Object.keys(files)
  if (path.length <= longestPath && names.some((name) => name.toLowerCase().includes(path))) return path
  const folders = new Set(names.flatMap((name) => [name, name.slice(0, name.lastIndexOf('/') + 1)]))
  const near = findNearestNames(path, folders)
  const shown =
    near.length > 0 ? near : [...folders].sort((a, b) => a.length - b.length).slice(0, foldersShown)
  throw new AppError({
    code: 'invalid_argument',
    message: 'No file of the documentation has this in its path.',
    path: 'path',
    actual: text.slice(0, longestPath),
    expected: 'a folder or a file of the documentation, or a part of its path',
    nearest: shown.filter((name) => name !== '').map(cleanLine),
    next: 'Take one of the nearest paths, or leave path out to search all.',
  })
}
