import { rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { parseServeConfig } from '../../../src/config/serve-config.ts'
import {
  makeData,
  makeKey,
  type RunningServer,
  revokeKey,
  runCommand,
  startServer,
} from './running-server.ts'

let data: string
let servers: RunningServer[]
beforeEach(async () => {
  servers = []
  data = await makeData(inject('sampleData'))
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await rm(data, { recursive: true, force: true })
})

const start = async (...args: readonly string[]) => {
  const server = await startServer(data, args)
  servers.push(server)
  return server
}

const ended = () => {
  const now = Date.now()
  return { now: now - 10_000, expires: now - 5_000 }
}
const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)
const revoke = (name: string) => revokeKey(data, makeKey(data, name).id)

describe('a server that others can reach needs a key that is good', () => {
  it.each([
    ['--host', '0.0.0.0'],
    ['--host', '::'],
    ['--host', '0'],
    ['--host', '192.0.2.1'],
    ['--host', 'example.com'],
    ['--host', '127.0.0.1.example.com'],
    ['--host', '::ffff:0.0.0.0'],
    ['--public-url', 'https://parquetry.example.com'],
  ])('%s %s', async (flag, value) => {
    if (value === '0.0.0.0') {
      revoke('gone')
      makeKey(data, 'over', ended())
    }
    const { code, output } = await runCommand('serve', '--port', '0', '--data', data, flag, value)
    expect(code).toBe(1)
    expect(output).toMatch(/no key/)
    expect(output).toContain('npm run keys -- create')
    expect(output).not.toMatch(/serves MCP| {4}at /)
  })
})

it.each([
  'https://:secret@parquetry.example.com',
  'https://parquetry.example.com/#x',
  'https://a.example/?b',
])('the public address %s is refused, and what was wrong is what was given', (publicUrl) => {
  expect(() => parseServeConfig({ publicUrl }, {})).toThrow(/no address of a server/)
  expect(() => parseServeConfig({ port: 'x', host: 'h' }, { PARQUETRY_PORT: '1' })).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ path: 'PARQUETRY_PORT', actual: 'x' }) }),
  )
})

describe('behind a proxy', () => {
  it('nobody is taken for this machine, and the page shows a key what its group and scopes have', async () => {
    const { key } = makeKey(data, 'a', { scopes: ['knowledge'] })
    const server = await start('--public-url', 'https://parquetry.example.com')
    const head = { authorization: `Bearer ${key}` }
    expect((await server.fetch('/metrics')).status).toBe(401)
    expect((await server.fetch('/metrics', { headers: head })).status).toBe(200)
    expect((await server.fetch('/')).text).not.toMatch(/Documentation indexed|Spans/)
    const { text } = await server.fetch('/', { headers: head })
    expect(text).toMatch(/Documentation indexed/)
    expect(text).not.toMatch(/>Spans</)
    expect(text).toContain('https://parquetry.example.com/v1/mcp')
  })
})

describe('a server without keys', () => {
  it('is open on this machine, and never again once a key was made', async () => {
    const server = await start()
    const list = async (key?: string) => (await server.rpc(key, 'tools/list', {})).status
    expect(await list()).toBe(200)
    expect((await server.fetch('/')).text).toContain('No key is needed')
    const { key, id } = makeKey(data, 'first')
    expect([await list(), await list(key)]).toEqual([401, 200])
    revokeKey(data, id)
    expect([await list(), await list(key)]).toEqual([401, 401])
    expect((await server.fetch('/')).text).not.toContain('No key is needed')
    await rm(`${data}/keys.sqlite`)
    expect(await list()).toBe(401)
  })

  it('stays closed after a restart with keys that are all revoked or expired', async () => {
    revoke('gone')
    makeKey(data, 'over', ended())
    const server = await start()
    expect((await server.rpc(undefined, 'tools/list', {})).status).toBe(401)
    expect(server.log()).toContain('Each call needs a key')
  })

  it.skipIf(!hasIPv6)('listens on IPv6, in brackets or without', async () => {
    for (const host of ['::1', '[::1]']) {
      const { port, log } = await start('--host', host)
      expect(log()).toContain(`http://[::1]:${port}/v1/mcp`)
      expect((await fetch(`http://[::1]:${port}/healthz`)).status).toBe(200)
    }
  })
})
