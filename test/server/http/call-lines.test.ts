import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Collector, openCollector } from '../../telemetry/collector.ts'
import { linesDuring, makeData, makeKey, type RunningServer, startServer } from './running-server.ts'

let data: string
let server: RunningServer
let collector: Collector
let key: string

beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  key = makeKey(data, 'team').key
  collector = await openCollector()
  server = await startServer(data, ['--trust-proxy', '127.0.0.1'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    PARQUETRY_REQUESTS_PER_MINUTE: '200',
  })
})
afterAll(async () => {
  await server.stop()
  await collector.close()
  await rm(data, { recursive: true, force: true })
})

const during = (work: () => Promise<unknown>) => linesDuring(server, work)

const docs = { name: 'get_schema', arguments: {} }

describe('the line of a call says who asked, in which revision', () => {
  it.each([
    ['2026-07-28', { pin: '2026-07-28' }, 'tester/7.1'],
    // Without a session only the head of the request is known.
    ['2025-11-25', 'legacy', 'tester-of-old'],
  ] as const)('%s', async (protocol, mode, client) => {
    const [line, ...others] = await during(async () => {
      const tester = new Client({ name: 'tester', version: '7.1' }, { versionNegotiation: { mode } })
      const headers = { authorization: `Bearer ${key}`, 'user-agent': 'tester-of-old' }
      await tester.connect(
        new StreamableHTTPClientTransport(new URL(`${server.origin}/v1/mcp`), { requestInit: { headers } }),
      )
      await tester.callTool(docs)
      await tester.close()
    })
    expect(line).toMatchObject({ tool: 'get_schema', outcome: 'ok', key: 'team', client, protocol })
    expect(others).toEqual([])
  })

  it.each([
    ['no object', 'x'],
    ['a name that is no text', { name: { toString: null, valueOf: null }, version: '1' }],
  ])('whatever an older client says there: %s', async (_, info) => {
    const said = { 'io.modelcontextprotocol/clientInfo': info }
    let reply: Awaited<ReturnType<typeof server.rpc>> | undefined
    const [line] = await during(async () => {
      reply = await server.rpc(
        key,
        'tools/call',
        { ...docs, _meta: said },
        { headers: { 'user-agent': 'odd' } },
      )
    })
    expect(reply?.status).toBe(200)
    expect(line).toMatchObject({ tool: 'get_schema', outcome: 'ok', client: 'odd' })
  })

  it('and nothing where nothing is said', async () => {
    const socket = await server.dial()
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: docs })
    const [line] = await during(async () => {
      socket.write(
        `POST /v1/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      await once(socket, 'data')
      socket.destroy()
    })
    expect(line).toMatchObject({ tool: 'get_schema', outcome: 'ok' })
    for (const name of ['client', 'protocol']) expect(line).not.toHaveProperty(name)
  })
})

it('the span of a call lies below that of its HTTP request', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  await server.call(key, 'get_schema', {}, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } })
  const find = () => collector.spans().find((span) => span.traceId === traceId)
  for (let i = 0; i < 80 && !find(); i++) await pause(100)
  expect(find()).toMatchObject({ parentSpanId: '00f067aa0ba902b7', name: 'tools/call get_schema' })
})

it('wrong keys and calls beyond the limit fill no log, and metrics count them all', async () => {
  const wrong = `pq_${'A'.repeat(43)}`
  const lines = await during(async () => {
    for (let i = 0; i < 100; i++)
      await server.rpc(wrong, 'tools/list', {}, { headers: { 'x-forwarded-for': `10.2.${i}.1` } })
    for (let i = 0; i < 300; i++) await server.rpc(key, 'ping')
  })
  const count = (code: string) => lines.filter((line) => line['code'] === code).length
  expect([count('unknown'), count('rate')]).toEqual([20, 20])
  expect(lines.find(({ code }) => code === 'rate')).toMatchObject({ key: 'team', outcome: 'refused' })
  const { text } = await server.fetch('/metrics')
  expect(text).toMatch(/refus.*unknown.* 100$/m)
})

describe('/readyz', () => {
  it('is about the default group, and says when another is not ready', async () => {
    const ready = await server.fetch('/readyz')
    expect([ready.status, ready.body]).toEqual([
      200,
      { status: 'ready', lake: { ready: true }, knowledge: { ready: true } },
    ])
    const broken = makeKey(data, 'broken', { group: 'broken' }).key
    const folder = join(data, 'groups', 'broken')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'lake'), 'no folder')
    await server.call(broken, 'traces_list', {})
    const degraded = await server.fetch('/readyz')
    expect([degraded.status, degraded.body]).toEqual([200, { ...ready.body, status: 'degraded' }])
  })
})
