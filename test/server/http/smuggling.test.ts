import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { makeData, makeKey, type RunningServer, startServer } from './running-server.ts'

let data: string
let server: RunningServer
let key: string
beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  key = makeKey(data, 'good').key
  server = await startServer(data, [], { PARQUETRY_REQUESTS_PER_MINUTE: '100000' })
})
afterAll(async () => {
  await server?.stop()
  await rm(data, { recursive: true, force: true })
})

const host = () => `Host: 127.0.0.1:${server.port}\r\n`
const head = (extra = '', target = '/v1/mcp', method = 'POST') =>
  `${method} ${target} HTTP/1.1\r\n${host()}Content-Type: application/json\r\nAuthorization: Bearer ${key}\r\n${extra}`
const ping = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' })
const post = (body: string, extra = '') =>
  server.raw(`${head(extra)}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4)

describe('a body that is no call', () => {
  it.each([
    ['not JSON', '{"jsonrpc":', 400, -32700],
    ['empty', '', 400, -32700],
    ['a lone surrogate and controls', '{"jsonrpc":"2.0","id":1,"method":"\\ud800\u0000"}', 400, -32700],
    ['not UTF-8', '"\u0080"', 400, undefined],
    ['a number', '1', 400, -32600],
    ['null', 'null', 400, -32600],
    ['a batch', `[${ping},${ping}]`, 400, -32600],
    ['an empty batch', '[]', 400, -32600],
    ['of another JSON-RPC', '{"id":1,"method":"ping"}', 400, -32600],
    ['with an object for an id', '{"jsonrpc":"2.0","id":{},"method":"ping"}', 400, -32600],
    ['100,000 levels deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, -32600],
  ])('%s', async (_, body, status, code) => {
    const text = await post(body)
    expect(statusOf(text)).toBe(status)
    const parsed = JSON.parse(bodyOf(text))
    expect(parsed).toMatchObject({ jsonrpc: '2.0', error: {} })
    expect([null, 1]).toContain(parsed.id)
    if (code !== undefined) expect(parsed.error.code).toBe(code)
  })

  it.each([
    ['notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}', 202],
    ['unknown notification', '{"jsonrpc":"2.0","method":"notifications/x"}', 202],
    ['answer that nobody asked for', '{"jsonrpc":"2.0","id":1,"result":{}}', 202],
    ['unknown method', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}', 200],
  ])('but one that ends nothing: %s', async (_, body, status) => {
    expect(statusOf(await post(body))).toBe(status)
  })

  it.each(['traces_query', 'traces_list', 'knowledge', 'get_schema', 'traces_get'])(
    'arguments of %s 100,000 levels deep',
    async (name) => {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`
        const args = `{"filters":${deep},"query":${deep},"queries":${deep},"traceId":${deep}}`
        const text = await post(
          `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`,
        )
        expect(statusOf(text), text.slice(0, 300)).toBeLessThan(500)
        expect(text.length).toBeLessThan(20_000)
        expect(bodyOf(text)).not.toMatch(/call stack|"code":-32603|\(internal\)/)
      }
    },
  )

  it('more than the limit, with length or in chunks, is refused before it is read', async () => {
    expect(statusOf(await server.raw(`${head('Content-Length: 209715200\r\n')}\r\n{`))).toBe(413)
    const socket = await server.dial()
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.once('end', () => socket.destroy())
    socket.write(`${head('Transfer-Encoding: chunked\r\n')}\r\n`)
    const piece = `10000\r\n${' '.repeat(65_536)}\r\n`
    let sent = 0
    for (; sent < 200 && !socket.destroyed; sent++)
      if (!socket.write(piece))
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {})
    socket.destroy()
    expect(sent).toBeLessThan(200)
    if (answer !== '') expect(statusOf(answer)).toBe(413)
  })
})

describe('heads that mean two things', () => {
  it.each([
    ['length and chunked', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', 400],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n', 400],
    ['two lengths in one', 'Content-Length: 5, 5\r\n', 400],
    ['a negative length', 'Content-Length: -1\r\n', 400],
    ['chunked not last', 'Transfer-Encoding: chunked, identity\r\n', 400],
    ['a folded line', 'X-A: b\r\n c: d\r\nContent-Length: 0\r\n', 400],
    ['a blank before the colon', 'Content-Length : 5\r\n', 400],
    ['a lone line feed', 'X-A: b\nContent-Length: 0\r\n', 400],
    ['a zero byte', 'X-A: \0\r\n', 400],
    ['two credentials', `Authorization: Bearer ${'x'.repeat(9)}\r\nContent-Length: 0\r\n`, 400],
    ['two hosts', 'Host: evil.example\r\nContent-Length: 0\r\n', 400],
    ['two origins', 'Origin: http://localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n', 400],
    ['20 kB of head', `X-A: ${'a'.repeat(20_000)}\r\n`, 431],
    ['2,500 headers', 'X: y\r\n'.repeat(2_500), 431],
  ])('%s', async (_, extra, status) => {
    const text = await server.raw(`${head(extra)}Connection: close\r\n\r\n0\r\n\r\n`)
    // Node takes 2,000 headers and drops the rest.
    expect([status, 400, 411]).toContain(statusOf(text))
    expect(JSON.parse(bodyOf(text))).toMatchObject({ jsonrpc: '2.0', error: {} })
  })

  it.each([
    ['Host: evil.example\r\n', 403],
    ['Host: localhost.evil.example\r\n', 403],
    ['Host: evil@localhost\r\n', 400],
    ['Host: localhost/evil\r\n', 400],
    ['Host: localhost#@evil.example\r\n', 400],
    ['Host: localhost\\@evil.example\r\n', 400],
    ['Host: localhost:99999\r\n', 403],
    ['Host: localhost.\r\n', 403],
    ['Host:\r\n', 403],
    ['', 403],
    ['Host: localhost\r\nOrigin: null\r\n', 403],
    ['Host: localhost\r\nOrigin: https://evil.example\r\n', 403],
    ['Host: localhost\r\nOrigin: http://localhost.evil.example\r\n', 403],
    ['Host: localhost\r\nOrigin: http://localhost:3000\r\n', 200],
  ])('DNS rebinding: %j', async (lines, status) => {
    for (const target of ['/v1/mcp', '/', '/metrics', '/.well-known/oauth-protected-resource']) {
      const method = target === '/v1/mcp' ? 'POST' : 'GET'
      const text = await server.raw(
        `${head('', target, method).replace(host(), lines)}Connection: close\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`,
      )
      expect(statusOf(text), target).toBe(status)
      expect(text).not.toMatch(/Access-Control-Allow-Origin: (?!\*)/i)
    }
  })

  it.each([
    '//evil.example/v1/mcp',
    '/v1/mcp/',
    '/v1/../v1/mcp',
    '/v1%2fmcp',
    '/v1/mcp%00',
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    'http://evil.example/v1/mcp',
    '/V1/MCP',
    '/v1/mcp;x',
    '*',
    '/__proto__',
    '/constructor',
    '/toString',
    '/data/keys.sqlite',
  ])('target %s leads nowhere', async (target) => {
    const text = await server.raw(`${head('Connection: close\r\nContent-Length: 0\r\n', target)}\r\n`)
    expect(statusOf(text)).toBe(404)
    expect(text).not.toMatch(/root:|SQLite/)
  })

  it.each(['GET', 'PUT', 'DELETE', 'TRACE', 'OPTIONS', 'PATCH', 'HEAD'])(
    '%s is not taken',
    async (method) => {
      expect(statusOf(await server.raw(`${head('Connection: close\r\n', '/v1/mcp', method)}\r\n`))).toBe(405)
    },
  )

  it('CONNECT, an upgrade, another protocol and a made-up method get nothing', async () => {
    expect(statusOf(await server.raw(`${head('', '127.0.0.1:22', 'CONNECT')}\r\n`))).toBe(405)
    const upgrade = head('Connection: close, Upgrade\r\nUpgrade: websocket\r\n', '/v1/mcp', 'GET')
    expect(statusOf(await server.raw(`${upgrade}\r\n`))).toBe(405)
    for (const bytes of [
      '\x16\x03\x01\x02\x00\x01',
      `${head('', '/', 'EVIL')}\r\n`,
      'SSH-2.0-x\r\n\r\n',
      '\r\n\r\n\0',
    ])
      expect(statusOf(await server.raw(bytes))).toBe(400)
    expect(statusOf(await server.raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))).not.toBe(200)
  })

  it('unknown protocol versions are refused by name', async () => {
    for (const version of ['2099-01-01', '1', '', "'; DROP TABLE spans"])
      expect(statusOf(await post(ping, `MCP-Protocol-Version: ${version}\r\n`)), version).toBe(400)
  })
})

it('a connection that made no sense is given up, whether its client closes it or not', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const socket = await server.dial()
      socket.resume().write('nonsense\r\n\r\n')
      return socket
    }),
  )
  // Writing to what the other side has given up fails; to what it keeps half open it does not.
  await Promise.all(
    sockets.map(async (socket) => {
      const closed = new Promise((resolve) => socket.once('close', resolve))
      const prod = setInterval(() => socket.write('x'), 200)
      await closed
      clearInterval(prod)
    }),
  )
})

it('after all of it the server answers, and its log has no secret and no failure', async () => {
  expect((await server.rpc(key, 'tools/list', {})).status).toBe(200)
  const lines = server.log().split('\n')
  expect(lines.filter((line) => /pq_[\w-]{20}|^ {2,}at |unhandled|Z error /i.test(line))).toEqual([])
})
