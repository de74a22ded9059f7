import { randomBytes } from 'node:crypto'
import { escapeControls } from '../core/clean-text.ts'
import { AppError } from '../core/errors.ts'
import { maskSecrets } from '../core/mask-secrets.ts'
import { createApiKey, looksLikeKey } from './api-key.ts'
import type { KeyRecord } from './key-record.ts'
import type { KeyStore } from './key-store.ts'
import type { Scope } from './principal.ts'

/** What a new key is to be; `expires` in ms since the epoch. */
export type KeyRequest = Readonly<{
  name: string
  group: string
  scopes: readonly Scope[]
  expires: number | undefined
}>

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** `k_` and 8 characters of base32: 40 random bits. */
const createId = () => `k_${[...randomBytes(8)].map((byte) => alphabet[byte & 31]).join('')}`

/** Whether a text has the form of a key's id. */
export const isKeyId = (text: string): boolean => /^k_[a-z2-7]{8}$/.test(text)

const longestName = 80

/** A key's name, without blanks around it. Throws `invalid_argument`. */
export function parseKeyName(text: string, path: string): string {
  const name = text.trim()
  const isSeen = escapeControls(name) === name && !/[\t\n]/.test(name)
  const isName = name.length >= 1 && name.length <= longestName && isSeen
  if (isName && !isKeyId(name) && !looksLikeKey(name)) return name
  throw new AppError({
    code: 'invalid_argument',
    message: `${path} is not a name for a key.`,
    path,
    actual: maskSecrets(text, longestName),
    expected: `1 to ${longestName} visible characters that look neither like a key nor like its id`,
    next: `Say who or what uses the key in 1 to ${longestName} characters, e.g. claude-laptop.`,
  })
}

/** Makes a key and keeps its record. The key itself is nowhere but in the answer. Throws as the store does. */
export function createKey(
  store: KeyStore,
  request: KeyRequest,
  nowMs: number,
): Readonly<{ key: string; record: KeyRecord }> {
  const { key, hash, last4 } = createApiKey()
  const unused = { revoked: undefined, lastUsed: undefined }
  const record: KeyRecord = { id: createId(), ...request, hash, last4, created: nowMs, ...unused }
  store.add(record)
  return { key, record }
}
