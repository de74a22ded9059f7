import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { agentSpanId, contractCalls, traceId } from '../../support/contract-calls.ts'
import { makeData, makeKey, type RunningServer, revokeKey, startServer } from './running-server.ts'

let data: string
let server: RunningServer
const keys: Record<string, { key: string; id: string }> = {}
const tokens: string[] = []

const past = Date.now() - 86_400_000
beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  keys['full'] = makeKey(data, 'full')
  keys['limited'] = makeKey(data, 'limited')
  keys['traces'] = makeKey(data, 'traces only', { scopes: ['traces'] })
  keys['knowledge'] = makeKey(data, 'knowledge only', { scopes: ['knowledge'] })
  keys['revoked'] = makeKey(data, 'revoked')
  keys['expired'] = makeKey(data, 'expired', { now: past, expires: past + 1_000 })
  keys['going'] = makeKey(data, 'going')
  keys['programs'] = makeKey(data, 'programs')
  revokeKey(data, keys['revoked'].id)
  server = await startServer(data, ['--trust-proxy', '127.0.0.1'], {
    PARQUETRY_LOG_ARGUMENTS: '1',
  })
})
afterAll(async () => {
  await server?.stop()
  await rm(data, { recursive: true, force: true })
})

const keyOf = (name: string) => keys[name]?.key ?? ''
const stranger = `pq_${'A'.repeat(43)}`
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const challengeOf = (headers: Headers) => headers.get('www-authenticate') ?? ''
const messageOf = (body: Record<string, unknown>) => (body['error'] as { message: string }).message

describe('a call without a good key is told what is wrong', () => {
  it.each([
    ['missing', undefined, /key is needed/],
    ['malformed', 'Bearer pq_short', /incomplete/],
    ['another scheme', 'Basic dXNlcjpwYXNz', /Bearer/],
    ['empty', 'Bearer ', /Bearer|needed/],
    ['not ASCII', 'Bearer clé', /neither/],
    ['a variable that was not replaced', 'Bearer $' + '{KEY}', /variable/],
    ['unknown', `Bearer ${stranger}`, /does not know/],
    ['revoked', 'revoked', /revoked/],
    ['expired', 'expired', /expired/],
    ['no token of ours', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJrX2FhIn0.', /did not issue|not a JWT/],
  ])('%s', async (what, header, sentence) => {
    const value = keys[header ?? ''] ? `Bearer ${keyOf(header ?? '')}` : header
    const reply = await server.rpc(
      undefined,
      'tools/list',
      {},
      {
        headers: { 'x-forwarded-for': '10.1.1.1', ...(value && { authorization: value }) },
      },
    )
    expect(reply.status).toBe(401)
    expect(reply.body).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32001 } })
    expect(messageOf(reply.body)).toMatch(sentence)
    const challenge = challengeOf(reply.headers)
    expect(challenge).toMatch(/^Bearer [\w]+="/)
    expect(challenge).toContain(
      `resource_metadata="${server.origin}/.well-known/oauth-protected-resource/v1/mcp"`,
    )
    expect(challenge).toContain('scope="traces knowledge"')
    if (what === 'missing') expect(challenge).not.toContain('error')
    else
      expect(challenge).toMatch(/error="invalid_token", error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]+"/)
  })

  it('finds the metadata of RFC 9728 and why it cannot register', async () => {
    for (const path of ['', '/v1/mcp']) {
      const { status, body } = await server.fetch(`/.well-known/oauth-protected-resource${path}`)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        resource: `${server.origin}/v1/mcp`,
        authorization_servers: [server.origin],
        scopes_supported: ['traces', 'knowledge'],
        bearer_methods_supported: ['header'],
      })
    }
    const refused = await server.fetch('/register', { method: 'POST', body: '{}' })
    expect(refused.status).toBe(403)
    expect(refused.body['error_description']).toMatch(/parquetry keys create/)
    expect((await server.fetch('/.well-known/oauth-authorization-server')).status).toBe(404)
  })
})

describe('a key with one scope', () => {
  const doc = 'doc://docs-corpus/concepts/mos.md'
  const needs = { traces: `trace://${traceId}`, knowledge: doc }
  const complete = (uri: string, name: string) => ({
    ref: { type: 'ref/resource', uri },
    argument: { name, value: '' },
  })

  it.each(['traces', 'knowledge'] as const)('%s is shown what it may use', async (scope) => {
    const listed = await server.rpc(keyOf(scope), 'tools/list', {})
    const { tools } = listed.body['result'] as { tools: { name: string }[] }
    const names = tools.map(({ name }) => name)
    expect(names.includes('knowledge')).toBe(scope === 'knowledge')
    expect(names.includes('traces_query')).toBe(scope === 'traces')
    const kinds = JSON.stringify([
      (await server.rpc(keyOf(scope), 'resources/list', {})).body,
      (await server.rpc(keyOf(scope), 'resources/templates/list', {})).body,
    ])
    expect(/"(?:trace|result|schema):/.test(kinds)).toBe(scope === 'traces')
    expect(kinds.includes('"doc:')).toBe(scope === 'knowledge')
  })

  it.each(['traces', 'knowledge'] as const)('%s is refused all else, in every way to ask', async (scope) => {
    const other = scope === 'traces' ? 'knowledge' : 'traces'
    const calls = contractCalls.filter(({ name }) => (name === 'knowledge') === (other === 'knowledge'))
    const asked: [string, unknown][] = [
      ...calls.map((params): [string, unknown] => ['tools/call', params]),
      ['resources/read', { uri: needs[other] }],
      [
        'completion/complete',
        other === 'knowledge' ? complete('doc://{+path}', 'path') : complete('trace://{id}', 'id'),
      ],
    ]
    for (const [method, params] of asked) {
      const { status, headers, body } = await server.rpc(keyOf(scope), method, params)
      expect(status, method).toBe(403)
      expect(challengeOf(headers)).toMatch(new RegExp(`error="insufficient_scope".*scope="${other}"`))
      expect(body['id']).toEqual(expect.any(Number))
    }
  })

  it.each([
    ['resources/read', { uri: 'DOC://docs-corpus/concepts/mos.md' }],
    ['resources/read', { uri: ' doc://docs-corpus/concepts/mos.md' }],
    ['resources/read', { uri: 'doc:docs-corpus/concepts/mos.md' }],
    ['resources/read', { uri: [doc] }],
    ['completion/complete', complete('DOC://{+path}', 'path')],
    ['tools/call', { name: ['knowledge'], arguments: { query: 'mos' } }],
    ['tools/call', { name: 'Knowledge', arguments: { query: 'mos' } }],
    ['tools/call', { name: 'knowledge ', arguments: { query: 'mos' } }],
    ['tools/call', { name: { toString: 'knowledge' } }],
    ['tools/call', null],
    ['tools/call', [{ name: 'knowledge' }]],
    ['__proto__', { name: 'knowledge' }],
    ['constructor', {}],
  ])('traces gets no page by %s %j', async (method, params) => {
    const { status, text } = await server.rpc(keyOf('traces'), method, params)
    expect(status).toBeLessThan(500)
    expect(text).not.toMatch(/mean opinion score/i)
    expect(text).toMatch(/"error"|"isError":true/)
  })
})

describe('tokens', () => {
  const form = (fields: Record<string, string>, init: RequestInit = {}) =>
    server.fetch('/token', { method: 'POST', body: new URLSearchParams(fields), ...init })
  const exchange = (key: string) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: key,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  })

  it('of both grants stand for the key, in its group and scopes, until it is revoked', async () => {
    const both = [
      await form({ grant_type: 'client_credentials', client_secret: keyOf('programs') }),
      await form({ ...exchange(keyOf('programs')), scope: 'traces' }),
    ]
    for (const { status, headers, body } of both) {
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
      tokens.push(String(body['access_token']))
    }
    const [all = '', narrowed = ''] = tokens
    expect((await server.call(all, 'knowledge', { query: 'What is MOS?' })).status).toBe(200)
    expect((await server.call(narrowed, 'get_schema', {})).status).toBe(200)
    expect((await server.call(narrowed, 'knowledge', { query: 'What is MOS?' })).status).toBe(403)
    expect((await form(exchange(all))).status).toBe(400)
    revokeKey(data, keys['programs']?.id ?? '')
    for (const token of tokens) {
      const { status, body } = await server.rpc(token, 'tools/list', {}, from('10.1.1.2'))
      expect(status).toBe(401)
      expect(messageOf(body)).toMatch(/revoked/)
    }
  })

  it('say by which scheme to try again (RFC 6749, 5.2), and count wrong keys of both grants', async () => {
    const basic = `Basic ${Buffer.from(`:${stranger}`).toString('base64')}`
    const wrong = await form(
      { grant_type: 'client_credentials' },
      {
        headers: { authorization: basic, 'x-forwarded-for': '10.1.1.3' },
      },
    )
    expect(wrong.status).toBe(401)
    expect(challengeOf(wrong.headers)).toMatch(/^Basic /)
    const statuses: number[] = []
    for (let i = 0; i < 25; i++) statuses.push((await form(exchange(stranger), from('10.1.1.3'))).status)
    expect(new Set(statuses)).toEqual(new Set([400, 429]))
    expect((await server.rpc(stranger, 'tools/list', {}, from('10.1.1.3'))).status).toBe(429)
  })
})

describe('limits', () => {
  it('of a key: every answer tells what is left, the last how long to wait', async () => {
    const policy = '"minute";q=100;w=60, "concurrent";q=4;qu="concurrent-requests"'
    for (let used = 1; used <= 100; used++) {
      const { status, headers } = await server.rpc(keyOf('limited'), 'ping', {})
      expect([status, headers.get('ratelimit-policy')]).toEqual([200, policy])
      expect(headers.get('ratelimit')).toMatch(new RegExp(`^"minute";r=${100 - used};t=\\d+$`))
    }
    const { status, headers, body } = await server.rpc(keyOf('limited'), 'tools/list', {})
    expect(status).toBe(429)
    const wait = Number(headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(headers.get('ratelimit')).toBe(`"minute";r=0;t=${wait}`)
    expect(body).toMatchObject({
      id: expect.any(Number),
      error: { code: -32029, data: { retry_after_seconds: wait } },
    })
    expect(messageOf(body)).toMatch(/Wait \d+ seconds/)
    expect((await server.rpc(keyOf('full'), 'ping', {})).status).toBe(200)
  })

  it('of failed logins hold for an address, not for who has a key there, and no header evades them', async () => {
    const tryWrong = async (init: RequestInit) => (await server.rpc(stranger, 'ping', {}, init)).status
    const statuses: number[] = []
    for (let i = 0; i < 25; i++) statuses.push(await tryWrong(from('203.0.113.9')))
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401))
    expect(statuses.slice(20)).toEqual(Array(5).fill(429))
    for (const spoof of [
      '1.2.3.4, 203.0.113.9',
      '203.0.113.9:4711',
      'x, 203.0.113.9',
      '1.1.1.1,203.0.113.9,127.0.0.1',
    ])
      expect(await tryWrong(from(spoof)), spoof).toBe(429)
    expect(await tryWrong(from('203.0.113.10'))).toBe(401)
    expect((await server.rpc(keyOf('full'), 'ping', {}, from('203.0.113.9'))).status).toBe(200)
    expect(
      (
        await server.fetch('/metrics', {
          headers: { authorization: `Bearer ${stranger}`, ...from('203.0.113.9').headers },
        })
      ).status,
    ).toBe(429)
  })
})

it('revoking a key holds at the next call', async () => {
  expect((await server.rpc(keyOf('going'), 'tools/list', {})).status).toBe(200)
  revokeKey(data, keys['going']?.id ?? '')
  expect((await server.rpc(keyOf('going'), 'tools/list', {}, from('10.1.1.4'))).status).toBe(401)
})

it('no key and no token is in logs, errors, metrics or pages, wherever a client puts it', async () => {
  const key = keyOf('full')
  const everywhere: [string, unknown][] = [
    ['resources/read', { uri: `trace://${key}` }],
    ['resources/read', { uri: `doc://${key}` }],
    ['tools/call', { name: key, arguments: { query: key } }],
    ['tools/call', { name: 'knowledge', arguments: { query: `my key is ${key}`, [key]: 1 } }],
    ['tools/call', { name: 'traces_span_logs', arguments: { traceId, spanId: agentSpanId, key } }],
    ['tools/call', { name: 'traces_get', arguments: { traceId: key } }],
    ['prompts/get', { name: key }],
    [key, {}],
  ]
  for (const [method, params] of everywhere) await server.rpc(key, method, params)
  await server.fetch(`/${key}?key=${key}`)
  await server.rpc(key, 'ping', {}, { headers: { 'mcp-protocol-version': key } })
  const state = { headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': '10.1.1.5' } }
  const pages = [await server.fetch('/', state), await server.fetch('/metrics', state)]
  const shown = [server.log(), ...pages.map(({ text }) => text)].join('\n')
  expect(pages.map(({ status }) => status)).toEqual([200, 200])
  for (const secret of [...Object.values(keys).map((made) => made.key), ...tokens])
    expect(shown.split('\n').filter((line) => line.includes(secret))).toEqual([])
})
