import { readFileSync } from 'node:fs'
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { version } from '../../../src/core/version.ts'
import { toClientBlocks } from '../../../src/server/http/client-blocks.ts'
import { window } from '../../support/contract-calls.ts'
import { linesDuring, makeData, makeKey, type RunningServer, startServer } from './running-server.ts'

let data: string
let server: RunningServer
let key: string
let readsDocs: string
let ofOthers: string

beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  key = makeKey(data, 'team').key
  readsDocs = makeKey(data, 'docs only', { scopes: ['knowledge'] }).key
  ofOthers = makeKey(data, 'others', { group: 'others' }).key
  server = await startServer(data, ['--trust-proxy', '127.0.0.1'], { PARQUETRY_REQUESTS_PER_MINUTE: '1000' })
})
afterAll(async () => {
  await server?.stop()
  await rm(data, { recursive: true, force: true })
})

const from = (address: string, bearer?: string) => ({
  headers: { 'x-forwarded-for': address, ...(bearer && { authorization: `Bearer ${bearer}` }) },
})
const during = (work: () => Promise<unknown>) => linesDuring(server, work)

describe('the page at /', () => {
  const toText = (html: string) =>
    html.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))

  it('tells the version, what is there, and has a block for each client', async () => {
    const { headers, text } = await server.fetch('/', from('10.0.0.1', key))
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    const page = toText(text)
    const files = await readdir(join(data, 'exports'), { recursive: true })
    const exports = files.filter((name) => name.endsWith('.parquet')).length
    expect(page).toContain(version)
    expect(page).toMatch(new RegExp(`Exports</th><td>${exports}<`))
    expect(page).toMatch(/Spans<\/th><td>\d{2,3},\d{3}</)
    const blocks = toClientBlocks(`${server.origin}/v1/mcp`, true)
    expect(blocks).toHaveLength(8)
    for (const { code } of blocks) expect(page).toContain(code)
  })

  it('and the README have the same blocks', () => {
    const readme = readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8')
    const plain = (text: string) => text.replaceAll(/[\s\\]/g, '')
    for (const { title, code } of toClientBlocks('http://HOST:8787/v1/mcp', true))
      if (title !== 'VS Code') expect(plain(readme), title).toContain(plain(code))
  })
})

describe('what a caller may', () => {
  it('counters are for keys of the default group', async () => {
    expect((await server.fetch('/metrics', from('10.0.0.1', key))).status).toBe(200)
    const { status, body } = await server.fetch('/metrics', from('10.0.0.1', ofOthers))
    expect([status, body]).toMatchObject([403, { error: { message: /default group/ } }])
  })

  it('a prompt needs its scope, and what there is none of needs none', async () => {
    const prompt = await server.rpc(readsDocs, 'prompts/get', { name: 'weekly-report' })
    expect([prompt.status, prompt.headers.get('ratelimit-policy')]).toEqual([
      403,
      expect.stringContaining('1000'),
    ])
    const unknown = await server.call(readsDocs, 'traces_bake', {})
    expect([unknown.status, unknown.text]).toEqual([200, expect.stringContaining('traces_bake')])
  })

  it('tokens are of this server and verified by its published keys, and asking for them is counted', async () => {
    const { body } = await server.fetch('/.well-known/jwks.json')
    expect(body).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256' }] })
    const few = makeKey(data, 'few').key
    const ask = () =>
      server.fetch('/token', {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', client_secret: few }),
      })
    const token = (await ask()).body['access_token'] as string
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      iss: 'parquetry',
    })
    const { headers } = await server.rpc(few, 'ping')
    expect(headers.get('ratelimit')).toMatch(/r=998;/)
    const lines = await during(() =>
      server.fetch('/token', {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_secret: `pq_${'B'.repeat(43)}`,
        }),
      }),
    )
    expect(lines).toMatchObject([{ outcome: 'refused', code: 'unknown' }])
  })

  it('failed logins of a network of IPv6 are counted together, however its addresses are spelt', async () => {
    const wrong = `pq_${'C'.repeat(43)}`
    const login = async (address: string) => (await server.rpc(wrong, 'ping', {}, from(address))).status
    const statuses: number[] = []
    for (let i = 0; i < 20; i++) statuses.push(await login(`2001:db8:0:7::${i.toString(16)}`))
    expect(statuses).toEqual(Array(20).fill(401))
    expect(await login('2001:DB8::7:1:2:3:4')).toBe(429)
    expect(await login('2001:0db8:0000:0007:0:0:0:9')).toBe(429)
    expect(await login('2001:db8:0:8::1')).toBe(401)
  })
})

describe('what is asked without showing data', () => {
  it('is counted, and has a line where it fails', async () => {
    const lines = await during(async () => {
      for (const method of ['ping', 'tools/list', 'initialize', 'tools/list'])
        await server.rpc(key, method, {})
      await server.rpc(key, 'no/such/method', {})
    })
    expect(lines).toMatchObject([
      { method: expect.stringMatching(/initialize|no\/such/), outcome: 'error', key: 'team' },
      { method: 'no/such/method', outcome: 'error', code: '-32601', requestId: expect.any(String) },
    ])
    const { text } = await server.fetch('/metrics', from('10.0.0.1', key))
    expect(text).toMatch(
      /operation_duration_seconds_count\{method="tools\/list"[^}]*outcome="ok"[^}]*\} [2-9]/,
    )
  })

  it('what is refused has a line with its address, and a counter', async () => {
    const post = (body: string, more = {}) =>
      server.rpc(key, 'ping', {}, { body, headers: { 'x-forwarded-for': '203.0.113.77', ...more } })
    const lines = await during(async () => {
      await post('{')
      await post('[]')
      await post('{}', { 'content-type': 'text/plain' })
      await post('{}', { accept: 'image/png' })
      await post(`"${'x'.repeat(2_000_000)}"`)
      await server.fetch('/nowhere', from('203.0.113.77'))
      await server.fetch('/v1/mcp', { method: 'PUT', ...from('203.0.113.77') })
      await server.raw('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
      await server.raw('nonsense\r\n\r\n')
    })
    expect(lines.map(({ outcome, code }) => `${outcome} ${code}`)).toEqual(
      [
        'malformed',
        'invalid_request',
        'content_type',
        'accept',
        'too_large',
        'path',
        'method',
        'head',
        'unreadable',
      ].map((code) => `refused ${code}`),
    )
    for (const line of lines.slice(0, 7)) expect(line).toMatchObject({ address: '203.0.113.77' })
    const { text } = await server.fetch('/metrics', from('10.0.0.1', key))
    expect(text).toMatch(/parquetry_refusals_total\{reason="malformed"\} 1$/m)
  })
})

it('an answer never shows the key or the token that came with the call', async () => {
  const { body } = await server.fetch('/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_secret: key }),
  })
  for (const credential of [key, String(body['access_token'])]) {
    const stream = { headers: { accept: 'application/json, text/event-stream' } }
    const replies = [
      await server.call(credential, credential, {}),
      await server.call(credential, 'traces_get', { traceId: credential }),
      await server.call(credential, 'get_schema', { service: credential }),
      await server.call(credential, 'traces_list', { ...window, [credential]: 1 }),
      await server.rpc(credential, 'resources/read', { uri: `doc://${credential}` }),
      await server.rpc(credential, 'prompts/get', { name: credential }),
      await server.rpc(credential, credential, {}),
      await server.rpc(
        credential,
        'tools/call',
        { name: 'get_schema', arguments: { service: credential }, _meta: { progressToken: 1 } },
        stream,
      ),
      await server.rpc(credential, 'ping', {}, { headers: { 'mcp-protocol-version': credential } }),
    ]
    for (const { text } of replies) {
      expect(text).toMatch(/\*\*\*|rror/)
      expect(text).not.toContain(credential)
    }
  }
})

describe('odd requests', () => {
  it('are answered in JSON', async () => {
    const connectTo = await server.raw('CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(connectTo).toMatch(/^HTTP\/1\.1 405 [\s\S]*"jsonrpc"/)
    const host = `127.0.0.1:${server.port}`
    const coded = await server.raw(
      `POST /v1/mcp HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    )
    expect(coded).toMatch(/^HTTP\/1\.1 501 [\s\S]*"jsonrpc"/)
  })

  it('name this server whole, as for a proxy', async () => {
    const host = `127.0.0.1:${server.port}`
    const ask = (target: string) =>
      server.raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(await ask(`http://${host}/healthz`)).toMatch(/^HTTP\/1\.1 200 /)
    expect(await ask('http://evil.example/healthz')).toMatch(/^HTTP\/1\.1 404 /)
  })
})

describe('a server of its own', () => {
  it('is not ready with a lake that cannot be read, and calls the failed query an error', async () => {
    const own = await makeData(inject('sampleData'))
    await rm(join(own, 'lake'))
    await cp(join(inject('sampleData'), 'lake'), join(own, 'lake'), { recursive: true })
    const damaged = await startServer(own)
    try {
      expect((await damaged.fetch('/readyz')).status).toBe(200)
      for (const name of await readdir(join(own, 'lake'), { recursive: true })) {
        const file = join(own, 'lake', name)
        if (name.endsWith('.parquet')) await writeFile(file, Buffer.alloc((await stat(file)).size, 7))
      }
      const own2 = await startServer(own)
      try {
        const { status, body } = await own2.fetch('/readyz')
        expect([status, body]).toMatchObject([503, { status: 'not ready', lake: { ready: false } }])
        await own2.call(undefined, 'traces_query', {
          ...window,
          queries: {
            scalar: [
              { key: 'n', service: 'spans', aggregates: [{ name: 'n', fn: 'avg', path: 'Duration' }] },
            ],
          },
        })
        await pause(200)
        expect(own2.log()).toMatch(/"tool":"traces_query",.*"outcome":"error","code":"internal"/)
      } finally {
        await own2.stop()
      }
    } finally {
      await damaged.stop()
      await rm(own, { recursive: true, force: true })
    }
  })

  it('makes sample data on an empty machine, and never where something was', async () => {
    const own = await makeData(inject('sampleData'))
    for (const folder of ['exports', 'lake']) await rm(join(own, folder))
    await mkdir(join(own, 'exports'))
    await cp(join(inject('sampleData'), 'lake'), join(own, 'lake'), { recursive: true })
    const without = await startServer(own)
    await without.stop()
    expect(await readdir(join(own, 'exports'))).toEqual([])
    await rm(join(own, 'lake'), { recursive: true })
    makeKey(own, 'somebody')
    const withKey = await startServer(own)
    await withKey.stop()
    expect(await readdir(join(own, 'exports'))).toEqual([])
    await rm(join(own, 'keys.sqlite'))
    const empty = await startServer(own)
    await empty.stop()
    expect(await readdir(join(own, 'exports'))).toEqual(['sample'])
    expect(empty.log()).toMatch(/sample data was made[\s\S]*Lake: +[\d,]+ spans/)
    await rm(own, { recursive: true, force: true })
  })

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((found) => found?.family === 'IPv4' && !found.internal)?.address

  it.skipIf(!outside)('gives one address 500 connections', async () => {
    const open = await startServer(data, ['--host', '0.0.0.0'])
    const sockets = Array.from({ length: 510 }, () => {
      const socket = connect({ port: open.port, host: outside, localAddress: outside }).on('error', () => {})
      return socket.resume()
    })
    for (let i = 0; i < 50 && sockets.filter(({ closed }) => closed).length < 10; i++) await pause(100)
    expect(sockets.filter(({ closed }) => closed)).toHaveLength(10)
    for (const socket of sockets) socket.destroy()
    await open.stop()
  })
})
