import { describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/auth/api-key.ts'
import { bearer, createAuthWorld, getToken, start, toForm } from './auth-world.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const jwt = 'urn:ietf:params:oauth:token-type:jwt'
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

const answered = {
  access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  token_type: 'Bearer',
  expires_in: 600,
  scope: 'traces knowledge',
}

const named = { id: expect.stringMatching(/^k_/), name: expect.any(String) }

describe('client_credentials', () => {
  it('take the key as client_secret in the form', async () => {
    const { auth, add } = createAuthWorld()
    const form = toForm({ grant_type: 'client_credentials', client_id: 'any', client_secret: add().key })
    const answer = await auth.issueToken(form, undefined)
    expect(answer).toEqual({ status: 200, key: named, body: answered })
    expect(await auth.authenticate(bearer(answer.body['access_token']))).toMatchObject({ ok: true })
  })

  it('take the key by HTTP Basic, as the password or alone', async () => {
    const { auth, add } = createAuthWorld()
    const { key } = add()
    const form = toForm({ grant_type: 'client_credentials' })
    for (const header of [
      basic('client', key),
      basic('cli%3Aent', key),
      basic('', key),
      basic(key, ''),
      basic('a', key).replace('Basic', 'basic'),
    ])
      expect(await auth.issueToken(form, header)).toEqual({ status: 200, key: named, body: answered })
  })

  it('narrow the scopes, never widen them', async () => {
    const { auth, add } = createAuthWorld()
    const both = add().key
    const one = add({ scopes: ['traces'] }).key
    const ask = async (key: string, scope: string) =>
      (
        await auth.issueToken(
          toForm({ grant_type: 'client_credentials', client_secret: key, scope }),
          undefined,
        )
      ).body
    expect(await ask(both, '')).toMatchObject({ scope: 'traces knowledge' })
    expect(await ask(both, 'knowledge  traces')).toMatchObject({ scope: 'traces knowledge' })
    expect(await ask(both, 'knowledge')).toMatchObject({ scope: 'knowledge' })
    expect(await ask(one, '')).toMatchObject({ scope: 'traces' })
    expect(await ask(one, 'knowledge')).toEqual({
      error: 'invalid_scope',
      error_description: 'The API key has these scopes only: traces.',
    })
    expect(await ask(both, 'traces "admin"')).toEqual({
      error: 'invalid_scope',
      error_description: 'The scopes are: traces, knowledge.',
    })
  })

  it('end no later than the key', async () => {
    const { auth, add } = createAuthWorld()
    const { key } = add({ expires: start + 90_500 })
    const form = toForm({ grant_type: 'client_credentials', client_secret: key })
    expect((await auth.issueToken(form, undefined)).body).toMatchObject({ expires_in: 90 })
  })
})

describe('token exchange', () => {
  it('takes the key as subject_token', async () => {
    const { auth, add } = createAuthWorld()
    const form = { grant_type: exchange, subject_token: add().key, subject_token_type: accessToken }
    expect(await auth.issueToken(toForm(form), undefined)).toEqual({
      status: 200,
      key: named,
      body: { ...answered, issued_token_type: accessToken },
    })
    expect(
      await auth.issueToken(toForm({ ...form, requested_token_type: jwt, scope: 'traces' }), undefined),
    ).toEqual({
      status: 200,
      key: named,
      body: { ...answered, scope: 'traces', issued_token_type: jwt },
    })
  })

  it('refuses tokens in place of a key, so that none lives longer than 10 minutes', async () => {
    const world = createAuthWorld()
    const token = await getToken(world, world.add().key)
    for (const type of [jwt, accessToken]) {
      const form = { grant_type: exchange, subject_token: token, subject_token_type: type }
      const { status, body } = await world.auth.issueToken(toForm(form), undefined)
      expect(status).toBe(400)
      expect(body).toMatchObject({ error: 'invalid_request', error_description: /cannot be exchanged/ })
    }
    const secret = toForm({ grant_type: 'client_credentials', client_secret: token })
    expect((await world.auth.issueToken(secret, undefined)).body).toMatchObject({ error: 'invalid_client' })
  })

  it.each([
    [{ subject_token_type: accessToken }, /subject_token is missing/],
    [{ subject_token: 'x' }, /subject_token_type must be/],
    [{ subject_token: 'x', subject_token_type: 'urn:x' }, /subject_token_type must be/],
    [{ subject_token: 'x', subject_token_type: accessToken, actor_token: 'y' }, /actor_token/],
    [
      { subject_token: 'x', subject_token_type: accessToken, requested_token_type: 'z' },
      /requested_token_type/,
    ],
  ])('refuses a request that is not in order: %#', async (fields, description) => {
    const { auth } = createAuthWorld()
    const { status, body } = await auth.issueToken(toForm({ grant_type: exchange, ...fields }), undefined)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(description),
    })
  })
})

describe('a request that is refused', () => {
  it.each([
    [{}, undefined, 'invalid_request'],
    [{ grant_type: '' }, undefined, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', code: 'x' }, undefined, 'unsupported_grant_type'],
    [{ grant_type: 'password', username: 'u', password: 'p' }, undefined, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials' }, undefined, 'invalid_client'],
    [{ grant_type: 'client_credentials' }, 'Basic ???', 'invalid_client'],
    [{ grant_type: 'client_credentials' }, basic('a', '%zz'), 'invalid_client'],
    [{ grant_type: 'client_credentials' }, bearer(createApiKey().key), 'invalid_client'],
    [{ grant_type: 'client_credentials', client_secret: 'x' }, basic('a', 'b'), 'invalid_request'],
    [{ grant_type: 'client_credentials', client_secret: '' }, undefined, 'invalid_client'],
    [{ grant_type: 'client_credentials', client_secret: 'hunter2' }, undefined, 'invalid_client'],
    [{ grant_type: 'client_credentials', client_secret: createApiKey().key }, undefined, 'invalid_client'],
  ])('%# has the code of RFC 6749 and never what was sent', async (fields, header, error) => {
    const { auth, add } = createAuthWorld()
    add()
    const answer = await auth.issueToken(toForm(fields), header)
    expect(answer.status).toBe(error === 'invalid_client' ? 401 : 400)
    expect(answer.body['error']).toBe(error)
    expect(answer.body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{10,140}\.$/)
    expect(answer.refusal !== undefined).toBe(error === 'invalid_client')
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|pq_[A-Za-z0-9_-]{4}/)
  })

  it('says which fault the key has', async () => {
    const { auth, add, revoke, clock } = createAuthWorld()
    const ended = add({ expires: start + 1 })
    const gone = add()
    revoke(gone.id)
    clock.ms += 1
    const ask = (key: string) =>
      auth.issueToken(toForm({ grant_type: 'client_credentials', client_secret: key }), undefined)
    expect(await ask(ended.key)).toMatchObject({
      status: 401,
      refusal: 'expired',
      body: { error: 'invalid_client' },
    })
    expect(await ask(gone.key)).toMatchObject({ refusal: 'revoked' })
    const form = { grant_type: exchange, subject_token: gone.key, subject_token_type: accessToken }
    expect(await auth.issueToken(toForm(form), undefined)).toEqual({
      status: 400,
      refusal: 'revoked',
      body: { error: 'invalid_request', error_description: 'The API key was revoked on 2026-05-01.' },
    })
  })

  it('has a parameter twice', async () => {
    const { auth, add } = createAuthWorld()
    const form = toForm({ grant_type: 'client_credentials', client_secret: add().key })
    form.append('scope', 'traces')
    form.append('scope', 'knowledge')
    expect((await auth.issueToken(form, undefined)).body).toMatchObject({ error: 'invalid_request' })
  })

  it('comes before there are keys', async () => {
    const { auth } = createAuthWorld()
    const form = toForm({ grant_type: 'client_credentials', client_secret: createApiKey().key })
    expect(await auth.issueToken(form, undefined)).toMatchObject({ status: 401, refusal: 'unknown' })
  })
})
