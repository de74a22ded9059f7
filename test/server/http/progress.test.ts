import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openAuth } from '../../../src/auth/open-auth.ts'
import { parseConfig } from '../../../src/config/config.ts'
import { parseServeConfig } from '../../../src/config/serve-config.ts'
import { createLog } from '../../../src/core/log.ts'
import { type Groups, openGroups } from '../../../src/groups.ts'
import { openSite } from '../../../src/server/http/open-site.ts'
import { createHttpServer } from '../../../src/server/http/serve-http.ts'
import { openTelemetry } from '../../../src/telemetry/open-telemetry.ts'
import { makeData } from './running-server.ts'

const slowMs = 2_300

/** The same data, with a lake that takes its time. */
const slowDown = (groups: Groups): Groups => ({
  ...groups,
  get: (group) => {
    const runtime = groups.get(group)
    const { lake } = runtime
    const snapshot: typeof lake.snapshot = async (...args) => {
      await pause(slowMs)
      return lake.snapshot(...args)
    }
    return { ...runtime, lake: { ...lake, snapshot } }
  },
})

let data: string
let url: URL
let stop: () => Promise<void>

beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  const config = parseConfig({ data }, {})
  const log = createLog('error')
  const groups = openGroups(config)
  const auth = openAuth({ path: join(data, 'keys.sqlite'), issuer: 'test' })
  const site = openSite({
    config,
    serve: parseServeConfig({ port: '0' }, {}),
    groups: slowDown(groups),
    auth,
    telemetry: openTelemetry({ environment: {} }),
    log,
    stopping: () => undefined,
  })
  const { server, idle } = createHttpServer(site, log)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/mcp`)
  stop = async () => {
    await idle()
    server.close()
    server.closeAllConnections()
    await groups.close()
    auth.close()
  }
})
afterAll(async () => {
  await stop()
  await rm(data, { recursive: true, force: true })
})

type Json = Readonly<Record<string, unknown>>
type Message = Readonly<{ id?: number; method?: string; params?: Json; result?: Json }>

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
const modernHeaders = {
  'MCP-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'tools/call',
  'Mcp-Name': 'get_schema',
}

const eras = [
  { era: '2025-11-25', _meta: {}, headers: {}, mode: 'legacy' as const },
  { era: '2026-07-28', _meta: meta, headers: modernHeaders, mode: { pin: '2026-07-28' } },
]

const both = 'application/json, text/event-stream'

function post({ _meta, headers }: (typeof eras)[number], accept: string, progressToken?: string) {
  const params = { name: 'get_schema', arguments: {}, _meta: { ..._meta, progressToken } }
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }),
  })
}

describe.concurrent.each(eras)('a slow call in $era', (era) => {
  it('with a progress token is a stream: progress that grows, then the result', async () => {
    const response = await post(era, both, 'p1')
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    const frames = [...(await response.text()).matchAll(/^data: (.+)$/gm)]
    const messages = frames.map(([, text = '']) => JSON.parse(text) as Message)
    const told = messages.slice(0, -1)
    for (const message of told)
      expect(message).toMatchObject({ method: 'notifications/progress', params: { progressToken: 'p1' } })
    const seconds = told.map(({ params }) => params?.['progress'] as number)
    expect(seconds[0]).toBeGreaterThanOrEqual(1)
    expect(seconds).toEqual([...new Set(seconds)].sort((one, other) => one - other))
    expect(told.map(({ params }) => params?.['message'])).toEqual(
      seconds.map((second) => `running for ${second} s`),
    )
    expect(messages.at(-1)).toMatchObject({ id: 7, result: { structuredContent: expect.any(Object) } })
  })

  it.each([
    { what: 'without a progress token', accept: both, token: undefined },
    { what: 'of a client that reads no stream', accept: 'application/json', token: 'p2' },
  ])('$what is plain JSON', async ({ accept, token }) => {
    const response = await post(era, accept, token)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const message = (await response.json()) as Message
    expect(message).toMatchObject({ id: 7, result: { structuredContent: expect.any(Object) } })
  })

  it("tells a client's listener", async () => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era.mode } })
    await client.connect(new StreamableHTTPClientTransport(url))
    const heard: number[] = []
    const result = await client.callTool(
      { name: 'get_schema', arguments: {} },
      { onprogress: ({ progress }) => heard.push(progress) },
    )
    await client.close()
    expect(heard[0]).toBeGreaterThanOrEqual(1)
    expect(result.structuredContent).toBeInstanceOf(Object)
  })
})

describe('a quick call', () => {
  it('is plain JSON even with a progress token', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: both },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 8,
        method: 'tools/list',
        params: { _meta: { progressToken: 1 } },
      }),
    })
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  })
})
