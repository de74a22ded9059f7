import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createApiKey, isApiKey, toDigest } from '../../src/auth/api-key.ts'
import { createKey, isKeyId } from '../../src/auth/create-key.ts'
import { openKeyStore, toKeysPath } from '../../src/auth/key-store.ts'
import { maskSecrets } from '../../src/core/mask-secrets.ts'
import { createFolder, start } from './auth-world.ts'

describe('an API key', () => {
  it('is pq_ and 32 random bytes, kept as SHA-256 and its last four characters', () => {
    const { key, hash, last4 } = createApiKey()
    expect(key).toMatch(/^pq_[A-Za-z0-9_-]{43}$/)
    expect(Buffer.from(key.slice(3), 'base64url')).toHaveLength(32)
    expect(hash).toBe(createHash('sha256').update(key).digest('hex'))
    expect(last4).toBe(key.slice(-4))
    expect(isApiKey(key)).toBe(true)
  })

  it('is another each time, in all of its characters', () => {
    const keys = Array.from({ length: 500 }, () => createApiKey().key)
    expect(new Set(keys).size).toBe(500)
    for (const place of [3, 20, 44]) expect(new Set(keys.map((key) => key[place])).size).toBeGreaterThan(30)
  })

  it('is recognised whole only', () => {
    const { key } = createApiKey()
    for (const wrong of [
      key.slice(0, -1),
      `${key}a`,
      ` ${key}`,
      `${key}\n`,
      key.toUpperCase(),
      key.slice(3),
      '',
    ])
      expect(isApiKey(wrong)).toBe(false)
  })

  it('is hidden wherever it stands in a text, pieces of it too', () => {
    const { key } = createApiKey()
    expect(maskSecrets(`a ${key}, b=${key.slice(0, 20)}.`, 200)).toBe('a pq_***, b=pq_***.')
    expect(maskSecrets('pq_ is how keys begin', 200)).toBe('pq_ is how keys begin')
  })

  it('is kept as SHA-256 in hexadecimal', () => {
    expect(toDigest('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('has an id of its own form', () => {
    const store = openKeyStore(toKeysPath(createFolder()))
    const ids = Array.from({ length: 200 }, (_, i) => {
      const request = { name: `n${i}`, group: 'default', scopes: ['traces'], expires: undefined } as const
      return createKey(store, request, start).record.id
    })
    store.close()
    expect(new Set(ids).size).toBe(200)
    expect(ids.every(isKeyId)).toBe(true)
  })
})
