import { generateKeyPairSync } from 'node:crypto'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import { describe, expect, it } from 'vitest'
import { openKeyStore } from '../../src/auth/key-store.ts'
import { openAuth } from '../../src/auth/open-auth.ts'
import { type AuthWorld, bearer, createAuthWorld, getToken, issuer, start } from './auth-world.ts'

const minute = 60_000

/** A token as this server would make it, but for what is given. */
function forge(
  world: AuthWorld,
  keyId: string,
  { claims = {}, header = {} }: { claims?: JWTPayload; header?: Record<string, string> } = {},
): Promise<string> {
  const store = openKeyStore(world.path)
  const { kid, jwk } = store.getSigningKey(start)
  store.close()
  const at = start / 1_000
  const usual = { iss: issuer, aud: issuer, sub: keyId, scope: 'traces', jti: 'j', iat: at, exp: at + 600 }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
    .sign({ ...jwk })
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token', () => {
  it('is an access token of RFC 9068 that anybody can verify by the published keys', async () => {
    const world = createAuthWorld()
    const { key, id } = world.add({ group: 'team-a' })
    const token = await getToken(world, key)
    const jwks = world.auth.jwks() as JSONWebKeySet
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
      issuer,
      audience: issuer,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(start),
    })
    expect(payload).toEqual({
      iss: issuer,
      aud: issuer,
      sub: id,
      group: 'team-a',
      scope: 'traces knowledge',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: start / 1_000,
      exp: start / 1_000 + 600,
    })
    const [jwk] = jwks.keys
    expect(jwk).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: protectedHeader.kid,
      use: 'sig',
      alg: 'ES256',
    })
    expect(await calculateJwkThumbprint(jwk ?? { kty: 'EC' })).toBe(protectedHeader.kid)
  })

  it('says who calls, as its key does', async () => {
    const world = createAuthWorld()
    const { key } = world.add({ name: 'reports', group: 'team-a' })
    const token = await getToken(world, key)
    const byKey = await world.auth.authenticate(bearer(key))
    for (const _ of [1, 2]) expect(await world.auth.authenticate(bearer(token))).toEqual(byKey)
  })

  it('may have fewer scopes than its key', async () => {
    const world = createAuthWorld()
    const { key } = world.add()
    const token = await getToken(world, key, 'knowledge')
    expect(await world.auth.authenticate(bearer(token))).toMatchObject({
      principal: { scopes: ['knowledge'] },
    })
  })

  it('never has more scopes than its key', async () => {
    const world = createAuthWorld()
    const { id } = world.add({ scopes: ['traces'] })
    const token = await forge(world, id, { claims: { scope: 'traces knowledge admin' } })
    expect(await world.auth.authenticate(bearer(token))).toMatchObject({ principal: { scopes: ['traces'] } })
  })

  it('is good for 10 minutes, whether it was seen before or not', async () => {
    const world = createAuthWorld()
    const { key } = world.add()
    const [seen, unseen] = [await getToken(world, key), await getToken(world, key)]
    expect(seen).not.toBe(unseen)
    expect(await world.auth.authenticate(bearer(seen))).toMatchObject({ ok: true })
    world.clock.ms = start + 10 * minute - 1
    expect(await world.auth.authenticate(bearer(seen))).toMatchObject({ ok: true })
    world.clock.ms += 1
    for (const token of [seen, seen, unseen])
      expect(await world.auth.authenticate(bearer(token))).toMatchObject({
        reason: 'expired',
        message: expect.stringContaining('/token'),
      })
    expect(await world.auth.authenticate(bearer(key))).toMatchObject({ ok: true })
  })

  it('ends no later than its key', async () => {
    const world = createAuthWorld()
    const { key } = world.add({ expires: start + 4 * minute })
    const token = await getToken(world, key)
    expect(decodeJwt(token).exp).toBe((start + 4 * minute) / 1_000)
    world.clock.ms = start + 4 * minute
    expect(await world.auth.authenticate(bearer(token))).toMatchObject({ reason: 'expired' })
  })

  it('ends with its key at the next call, whether it was seen before or not', async () => {
    const world = createAuthWorld()
    const { key, id } = world.add()
    const [seen, unseen] = [await getToken(world, key), await getToken(world, key)]
    expect(await world.auth.authenticate(bearer(seen))).toMatchObject({ ok: true })
    world.revoke(id)
    for (const token of [seen, unseen])
      expect(await world.auth.authenticate(bearer(token))).toEqual({
        ok: false,
        reason: 'revoked',
        message: 'The API key of the token was revoked on 2026-05-01.',
      })
  })

  it('is good at another process on the same file, which publishes the same key', async () => {
    const world = createAuthWorld()
    const other = createAuthWorld({ path: world.path })
    const { key } = world.add()
    expect(other.auth.jwks()).toEqual(world.auth.jwks())
    const token = await getToken(world, key)
    expect(await other.auth.authenticate(bearer(token))).toMatchObject({ ok: true })
  })

  it('is still good, one of many, when the list of seen tokens is full', async () => {
    const world = createAuthWorld()
    const { key, id } = world.add()
    const first = await getToken(world, key)
    expect(await world.auth.authenticate(bearer(first))).toMatchObject({ ok: true })
    for (let i = 0; i < 4_200; i++) {
      const token = await forge(world, id, { claims: { jti: String(i) } })
      if (!(await world.auth.authenticate(bearer(token))).ok) throw new Error(`token ${i} was refused`)
    }
    expect(await world.auth.authenticate(bearer(first))).toMatchObject({ ok: true })
  })
})

describe('a token that is refused', () => {
  const check = async (
    world: AuthWorld,
    token: string,
    reason: 'unknown' | 'expired' | 'unreadable',
  ): Promise<void> => {
    const answer = await world.auth.authenticate(bearer(token))
    const reasons = reason === 'unreadable' ? /^(unknown|malformed)$/ : new RegExp(`^${reason}$`)
    expect(answer).toMatchObject({ ok: false, reason: expect.stringMatching(reasons) })
    const message = 'message' in answer ? answer.message : ''
    expect(message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+\.$/)
    for (const part of token.split('.').filter((piece) => piece.length > 3))
      expect(message).not.toContain(part)
  }

  it('is none of ours but in its making: control', async () => {
    const world = createAuthWorld()
    const { id } = world.add()
    expect(await world.auth.authenticate(bearer(await forge(world, id)))).toMatchObject({ ok: true })
  })

  it('was changed in any of its parts', async () => {
    const world = createAuthWorld()
    const { key } = world.add()
    const [header = '', , signature = ''] = (await getToken(world, key)).split('.')
    const claims = decodeJwt(await getToken(world, key))
    const good = await getToken(world, key)
    const payload = good.split('.')[1] ?? ''
    await check(world, `${header}.${encode({ ...claims, scope: 'traces' })}.${signature}`, 'unreadable')
    await check(world, `${header}.${encode({ ...claims, exp: 9_999_999_999 })}.${signature}`, 'unreadable')
    await check(world, `${header}.${payload}.${signature.slice(0, -4)}AAAA`, 'unreadable')
    await check(world, `${header}.${payload}.`, 'unreadable')
    await check(world, good.slice(0, -1), 'unreadable')
    await check(world, `${good}A`, 'unreadable')
  })

  it('is unsigned, or signed in another way', async () => {
    const world = createAuthWorld()
    const { key, id } = world.add()
    const good = await getToken(world, key)
    const [, payload = '', signature = ''] = good.split('.')
    const { kid } = decodeProtectedHeader(good)
    for (const alg of ['none', 'None', 'HS256', 'ES384', 'RS256', ''])
      for (const end of ['', signature])
        await check(world, `${encode({ alg, typ: 'at+jwt', kid })}.${payload}.${end}`, 'unreadable')
    const [jwk] = world.auth.jwks().keys
    const hmac = await new SignJWT({ sub: id, scope: 'traces', iss: issuer, aud: issuer, exp: 9_999_999_999 })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...(kid && { kid }) })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)))
    await check(world, hmac, 'unknown')
  })

  it('was made by another server, or brings its own key', async () => {
    const world = createAuthWorld()
    const other = createAuthWorld()
    const { id } = world.add()
    await check(world, await getToken(other, other.add().key), 'unknown')
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { kid } = decodeProtectedHeader(await forge(world, id))
    const claims = { iss: issuer, aud: issuer, sub: id, scope: 'traces', exp: 9_999_999_999 }
    for (const extra of [{ jwk: await exportJWK(publicKey) }, { jku: 'http://127.0.0.1:1/jwks' }, {}]) {
      const header = { alg: 'ES256', typ: 'at+jwt', ...(kid && { kid }), ...extra }
      await check(world, await new SignJWT(claims).setProtectedHeader(header).sign(privateKey), 'unknown')
    }
  })

  it('is for another audience or from another issuer, has another type, or lacks a claim', async () => {
    const world = createAuthWorld()
    const { id } = world.add()
    const wrong = [
      { claims: { aud: 'https://other.example' } },
      { claims: { aud: `${issuer}/` } },
      { claims: { iss: 'https://other.example' } },
      { claims: { aud: undefined } as unknown as JWTPayload },
      { claims: { sub: undefined } as unknown as JWTPayload },
      { claims: { exp: undefined } as unknown as JWTPayload },
      { claims: { nbf: start / 1_000 + 60 } },
      { header: { typ: 'JWT' } },
      { header: { kid: 'another' } },
    ]
    for (const each of wrong) await check(world, await forge(world, id, each), 'unknown')
  })

  it('has expired, or is for a key that is not there', async () => {
    const world = createAuthWorld()
    const { id } = world.add()
    await check(world, await forge(world, id, { claims: { exp: start / 1_000 } }), 'expired')
    await check(world, await forge(world, 'k_aaaaaaaa'), 'unknown')
    await check(world, await forge(world, "' OR 1=1 --"), 'unknown')
  })

  it('is no JWT at all', async () => {
    const world = createAuthWorld()
    world.add()
    world.auth.jwks()
    const header = encode({ alg: 'ES256' })
    for (const text of [
      'a.b.c',
      'aaaa.bbbb.cccc',
      `${header}.e30.AAAA`,
      `${encode(null)}.e30.AAAA`,
      `${encode([1])}.e30.`,
    ])
      expect(await world.auth.authenticate(bearer(text))).toMatchObject({ ok: false })
  })

  it('was made for another address of this server', async () => {
    const world = createAuthWorld()
    const moved = openAuth({ path: world.path, issuer: 'https://new.example', now: () => start })
    const token = await getToken(world, world.add().key)
    expect(await moved.authenticate(bearer(token))).toMatchObject({
      reason: 'unknown',
      message: 'The token is for another server or address.',
    })
    moved.close()
  })
})
