import { AppError } from '../core/errors.ts'
import { maskSecrets } from '../core/mask-secrets.ts'

/** What a key may be good for: one scope per kind of tools. */
export const scopes = ['traces', 'knowledge'] as const
export type Scope = (typeof scopes)[number]

/** Who calls: the key by its id and name, the group whose data it sees, and what it may use. */
export type Principal = Readonly<{ keyId: string; name: string; group: string; scopes: readonly Scope[] }>

/** The group of setups that have one only; its data lies in the data folder itself. */
export const defaultGroup = 'default'

const groupForm = /^[a-z0-9][a-z0-9-]{0,39}$/

/** A group's name. Throws `invalid_argument`. */
export function parseGroup(text: string, path: string): string {
  if (groupForm.test(text)) return text
  throw new AppError({
    code: 'invalid_argument',
    message: `${path} is not a name of a group.`,
    path,
    actual: maskSecrets(text, 60),
    expected: '1 to 40 of a-z, 0-9 and -, the first a letter or a digit',
    next: `Write 1 to 40 of a-z, 0-9 and -, the first a letter or a digit, e.g. team-a, or leave it out for ${defaultGroup}.`,
  })
}

const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text)

/** The scopes among words, each once and in their usual order. */
export const toScopes = (words: readonly string[]): readonly Scope[] =>
  scopes.filter((scope) => words.includes(scope))

/** The words that are no scopes. */
export const listStrangers = (words: readonly string[]): readonly string[] =>
  words.filter((word) => !isScope(word))

/** Scopes as a person lists them, by commas or blanks; at least one. Throws `invalid_argument`. */
export function parseScopes(text: string, path: string): readonly Scope[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  if (words.length > 0 && listStrangers(words).length === 0) return toScopes(words)
  throw new AppError({
    code: 'invalid_argument',
    message: words.length === 0 ? `${path} names no scope.` : `${path} names what is no scope.`,
    path,
    actual: maskSecrets(listStrangers(words).join(','), 60),
    expected: scopes,
    next: `Name one or more of: ${scopes.join(',')}`,
  })
}
