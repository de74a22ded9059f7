import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/auth/api-key.ts'
import { openKeyStore, toKeysPath } from '../../src/auth/key-store.ts'
import { openAuth } from '../../src/auth/open-auth.ts'
import { bearer, createAuthWorld, createFolder, getToken, issuer, start } from './auth-world.ts'

const day = 86_400_000

describe('before the first key', () => {
  it('is open, knows nobody, and makes no file', async () => {
    const folder = createFolder()
    const auth = openAuth({ path: toKeysPath(folder), issuer })
    expect(auth.hasKeys()).toBe(false)
    expect(auth.jwks()).toEqual({ keys: [] })
    expect(await auth.authenticate(bearer(createApiKey().key))).toMatchObject({ reason: 'unknown' })
    expect(await auth.authenticate(bearer('a.b.c'))).toMatchObject({ reason: 'unknown' })
    expect(await auth.authenticate(undefined)).toMatchObject({ reason: 'missing' })
    auth.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('works for a folder that is not there either', () => {
    const folder = `${createFolder()}/not/there`
    const auth = openAuth({ path: toKeysPath(folder), issuer })
    expect(auth.hasKeys()).toBe(false)
    expect(existsSync(folder)).toBe(false)
  })

  it('sees the first key that another connection makes', async () => {
    const { auth, add } = createAuthWorld()
    expect(auth.hasKeys()).toBe(false)
    const { key } = add()
    expect(auth.hasKeys()).toBe(true)
    expect(await auth.authenticate(bearer(key))).toMatchObject({ ok: true })
  })
})

describe('a key as Bearer', () => {
  it('says who calls', async () => {
    const { auth, add } = createAuthWorld()
    add()
    const { key, id } = add({ name: 'reports', group: 'team-a', scopes: ['knowledge'] })
    const principal = { keyId: id, name: 'reports', group: 'team-a', scopes: ['knowledge'] }
    expect(await auth.authenticate(bearer(key))).toEqual({ ok: true, principal })
    expect(await auth.authenticate(`bearer   ${key} `)).toEqual({ ok: true, principal })
  })

  it('is refused from the moment it expires', async () => {
    const { auth, add, clock } = createAuthWorld()
    const { key } = add({ expires: start + 90 * day })
    clock.ms = start + 90 * day - 1
    expect(await auth.authenticate(bearer(key))).toMatchObject({ ok: true })
    expect(auth.hasKeys()).toBe(true)
    clock.ms += 1
    expect(await auth.authenticate(bearer(key))).toEqual({
      ok: false,
      reason: 'expired',
      message: 'The API key expired on 2026-07-30.',
    })
    expect(auth.hasKeys()).toBe(false)
  })

  it('is refused from the call after its revocation by another connection', async () => {
    const { auth, add, revoke, clock } = createAuthWorld()
    const { key, id } = add()
    const other = add()
    expect(await auth.authenticate(bearer(key))).toMatchObject({ ok: true })
    revoke(id)
    const refusal = { ok: false, reason: 'revoked', message: 'The API key was revoked on 2026-05-01.' }
    expect(await auth.authenticate(bearer(key))).toEqual(refusal)
    clock.ms += 5 * day
    revoke(id)
    expect(await auth.authenticate(bearer(key))).toEqual(refusal)
    expect(await auth.authenticate(bearer(other.key))).toMatchObject({ ok: true })
    expect(auth.hasKeys()).toBe(true)
    revoke(other.id)
    expect(auth.hasKeys()).toBe(false)
  })

  it.each([
    [undefined, 'missing'],
    ['', 'missing'],
    ['   ', 'missing'],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Basic dXNlcjpwYXNz', 'malformed'],
    [createApiKey().key, 'malformed'],
    [`Bearer${createApiKey().key}`, 'malformed'],
    [`Bearer ${createApiKey().key.slice(0, -1)}`, 'malformed'],
    [`Bearer ${createApiKey().key}x`, 'malformed'],
    [`Bearer ${createApiKey().key} ${createApiKey().key}`, 'malformed'],
    [`Bearer ${createApiKey().key}, Bearer ${createApiKey().key}`, 'malformed'],
    [`Bearer "${createApiKey().key}"`, 'malformed'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a client sends it that replaces no variables.
    ['Bearer ${PARQUETRY_KEY}', 'malformed'],
    ['Bearer $PARQUETRY_KEY', 'malformed'],
    ['Bearer sk-live-abcdef', 'malformed'],
    ['Bearer a.b', 'malformed'],
    ['Bearer pq_\u0000', 'malformed'],
    ["Bearer pq_' OR 1=1 --", 'malformed'],
    [`Bearer pq_${'a'.repeat(1_000_000)}`, 'malformed'],
    [`Bearer ${'a.'.repeat(100_000)}b`, 'malformed'],
    [`Bearer ${createApiKey().key}`, 'unknown'],
    ['Bearer eyJhbGciOiJub25lIn0.e30.', 'unknown'],
  ])('%# is refused with a reason and a sentence that is fit for a header', async (header, reason) => {
    const { auth, add } = createAuthWorld()
    add()
    const answer = await auth.authenticate(header)
    expect(answer).toMatchObject({ ok: false, reason })
    const message = 'message' in answer ? answer.message : ''
    expect(message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{10,120}\.$/)
    expect(message).not.toMatch(/pq_[A-Za-z0-9_-]{4}|PARQUETRY_KEY|dXNl|sk-live|OR 1/)
  })

  it('tells a client that replaced no variable from one with a wrong key', async () => {
    const { auth } = createAuthWorld()
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a client sends it that replaces no variables.
    expect(await auth.authenticate('Bearer ${KEY}')).toMatchObject({
      message: expect.stringContaining('variable'),
    })
  })

  it('refuses 10,000 random keys within seconds, and still knows the right one', async () => {
    const { auth, add } = createAuthWorld()
    const { key } = add()
    const wrong = Array.from({ length: 10_000 }, () => createApiKey().key)
    const started = performance.now()
    const answers = await Promise.all(wrong.map((each) => auth.authenticate(bearer(each))))
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(answers.every((answer) => !answer.ok && answer.reason === 'unknown')).toBe(true)
    expect(JSON.stringify(answers)).not.toContain('pq_')
    expect(await auth.authenticate(bearer(key))).toMatchObject({ ok: true })
  })

  it('is looked for as it stands: a key that differs in one character is another', async () => {
    const { auth, add } = createAuthWorld()
    const { key } = add()
    for (const place of [3, 20, 45]) {
      const other = key[place] === 'A' ? 'B' : 'A'
      const wrong = key.slice(0, place) + other + key.slice(place + 1)
      expect(await auth.authenticate(bearer(wrong))).toMatchObject({ reason: 'unknown' })
    }
  })
})

describe('when a key was last used', () => {
  const lastUsed = (path: string, wanted: string) => {
    const store = openKeyStore(path)
    const found = store.list().find(({ id }) => id === wanted)?.lastUsed
    store.close()
    return found
  }

  it('is noted once a minute, by keys and by tokens', async () => {
    const world = createAuthWorld()
    const { key, id } = world.add()
    expect(lastUsed(world.path, id)).toBeUndefined()
    await world.auth.authenticate(bearer(key))
    expect(lastUsed(world.path, id)).toBe(start)
    world.clock.ms += 59_999
    await world.auth.authenticate(bearer(key))
    expect(lastUsed(world.path, id)).toBe(start)
    const token = await getToken(world, key)
    world.clock.ms += 1
    await world.auth.authenticate(bearer(token))
    expect(lastUsed(world.path, id)).toBe(start + 60_000)
  })

  it('is not moved by calls that are refused', async () => {
    const { auth, add, revoke, path } = createAuthWorld()
    const { key, id } = add()
    revoke(id)
    await auth.authenticate(bearer(key))
    expect(lastUsed(path, id)).toBeUndefined()
  })
})

describe('the file', () => {
  it('that is put in the place of another is the one that counts', async () => {
    const world = createAuthWorld()
    const other = createAuthWorld()
    const mine = world.add().key
    const theirs = other.add().key
    const token = await getToken(world, mine)
    expect(await world.auth.authenticate(bearer(token))).toMatchObject({ ok: true })
    renameSync(other.path, world.path)
    for (const wrong of [mine, token])
      expect(await world.auth.authenticate(bearer(wrong))).toMatchObject({ reason: 'unknown' })
    expect(await world.auth.authenticate(bearer(theirs))).toMatchObject({ ok: true })
  })

  it('that is removed has no keys', async () => {
    const { auth, add, path } = createAuthWorld()
    const { key } = add()
    expect(await auth.authenticate(bearer(key))).toMatchObject({ ok: true })
    for (const name of readdirSync(dirname(path))) rmSync(`${dirname(path)}/${name}`)
    expect(await auth.authenticate(bearer(key))).toMatchObject({ reason: 'unknown' })
    expect(readdirSync(dirname(path))).toEqual([])
  })

  it('is not taken to be empty once it is closed', async () => {
    const { auth, add } = createAuthWorld()
    const { key } = add()
    auth.close()
    auth.close()
    expect(() => auth.hasKeys()).toThrow('closed')
    await expect(auth.authenticate(bearer(key))).rejects.toThrow('closed')
  })
})
