import type { Answer } from '../support/connect.ts'
import { type Json, toResult } from './investigation.ts'

/** What an answer says about a call that did not do what was meant, in the parts that a program can act on. */
export type Hint = Readonly<{
  /** Empty where the call did not fail. */
  code: string
  path: string
  actual: string
  expected: readonly string[]
  nearest: readonly string[]
  next: string
  /** Notes of an answer without rows. */
  note: string
}>

const none: Hint = { code: '', path: '', actual: '', expected: [], nearest: [], next: '', note: '' }

/** An error of a whole call comes as lines: `Error (code): ...`, `at: ...`, `valid: ...` and so on. */
function parseErrorText(text: string): Hint {
  const read = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? ''
  const list = (name: string) => (read(name) === '' ? [] : read(name).split(', '))
  const actual = read('found')
  return {
    code: /^Error \((\w+)\)/.exec(text)?.[1] ?? 'unknown',
    path: read('at'),
    actual: actual.startsWith('"') ? JSON.parse(actual) : actual,
    expected: list('valid'),
    nearest: list('nearest'),
    next: read('next'),
    note: '',
  }
}

/** The hint of an answer: that of an error, of the call or of its first query, or the notes. */
export function readHint({ isError, text, structured }: Answer): Hint {
  if (isError) return parseErrorText(text)
  const { error, note } = 'results' in structured ? toResult(structured) : {}
  if (error) return { ...none, ...error }
  const { notes = [] } = structured as Json & { notes?: readonly string[] }
  return { ...none, note: [note, ...notes].filter(Boolean).join(' ') }
}
