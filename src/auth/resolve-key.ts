import { toCommand } from '../core/command.ts'
import { AppError } from '../core/errors.ts'
import { maskSecrets } from '../core/mask-secrets.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import { looksLikeKey } from './api-key.ts'
import type { KeyRecord } from './key-record.ts'

const list = toCommand('keys list')

const mistaken = (text: string) =>
  new AppError({
    code: 'invalid_argument',
    message: 'That is a key; its id or its name is needed.',
    next: `Find the key that ends in …${text.slice(-4)} with: ${list}`,
  })

const ambiguous = (name: string, found: readonly KeyRecord[]) =>
  new AppError({
    code: 'invalid_argument',
    message: `${found.length} keys are named ${name}.`,
    next: `Name one by its id: ${found.map(({ id, last4 }) => `${id} (…${last4})`).join(', ')}`,
  })

function toNotFound(text: string, keys: readonly KeyRecord[]): AppError {
  const nearest = findNearestNames(text, new Set(keys.flatMap(({ id, name }) => [name, id])))
  const next =
    nearest.length > 0 ? `Close to it: ${nearest.join(', ')}. All keys: ${list}` : `All keys: ${list}`
  const message = `There is no key with this id or name: ${maskSecrets(text, 80)}.`
  return new AppError({ code: 'not_found', message, nearest, next })
}

/**
 * The key that is meant by an id or a name. Of keys with one name the one that isn't revoked is meant, else the last.
 * Throws `not_found` with names close to it, and `invalid_argument` where several keys may be meant, or the text is a key.
 */
export function resolveKey(keys: readonly KeyRecord[], text: string): KeyRecord {
  const wanted = text.trim()
  if (looksLikeKey(wanted)) throw mistaken(wanted)
  const byId = keys.find(({ id }) => id === wanted)
  if (byId) return byId
  const named = keys.filter(({ name }) => name === wanted)
  const left = named.filter(({ revoked }) => revoked === undefined)
  if (left.length > 1) throw ambiguous(wanted, left)
  const found = left[0] ?? named.at(-1)
  if (!found) throw toNotFound(wanted, keys)
  return found
}
