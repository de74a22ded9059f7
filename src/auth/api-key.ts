import { hash, randomBytes } from 'node:crypto'

/** A new key as its owner gets it, and what is kept of it. */
export type ApiKey = Readonly<{ key: string; hash: string; last4: string }>

const prefix = 'pq_'
const secretBytes = 32

/** `pq_` and 32 bytes as base64url. */
const form = /^pq_[A-Za-z0-9_-]{43}$/

/** A text as SHA-256 in hexadecimal. A key has 256 random bits, so that nothing slower is needed against guessing. */
export const toDigest = (text: string): string => hash('sha256', text)

/** Makes a key from 256 random bits. */
export function createApiKey(): ApiKey {
  const key = `${prefix}${randomBytes(secretBytes).toString('base64url')}`
  return { key, hash: toDigest(key), last4: key.slice(-4) }
}

/** Whether a text is meant as a key: it begins as one. */
export const looksLikeKey = (text: string): boolean => text.startsWith(prefix)

/** Whether a text has the form of a whole key. */
export const isApiKey = (text: string): boolean => form.test(text)
