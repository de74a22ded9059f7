import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { agentSpanId, traceId } from '../support/contract-calls.ts'

type Message = Readonly<{ id?: number; result?: Record<string, unknown>; error?: { code: number } }>

const entry = resolve(import.meta.dirname, '../../src/main.ts')

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
}

let server: ChildProcess
let waiting: Map<number, (message: Message) => void>
let strayLines: string[]
beforeEach(() => {
  waiting = new Map()
  strayLines = []
  server = spawn(process.execPath, [entry, 'mcp', '--data', inject('sampleData')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (!server.stdout) throw new Error('no standard output')
  createInterface(server.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Message
    const answer = message.id === undefined ? undefined : waiting.get(message.id)
    if (answer) answer(message)
    else strayLines.push(line)
  })
})
afterEach(() => {
  server.kill('SIGKILL')
})

let nextId = 1

function send(method: string, params: Record<string, unknown>): Promise<Message> {
  const id = nextId++
  server.stdin?.write(
    `${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } })}\n`,
  )
  return new Promise((answer) => waiting.set(id, answer))
}

describe('protocol revision 2026-07-28, message by message', () => {
  it('answers server/discover, tools/list and tools/call without a handshake', async () => {
    const discovered = await send('server/discover', {})
    expect(discovered.result?.['supportedVersions']).toContain('2026-07-28')
    expect(String(discovered.result?.['instructions'])).toMatch(/get_schema/)
    const listed = await send('tools/list', {})
    expect(listed.result).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'private' })
    const called = await send('tools/call', {
      name: 'traces_span_insights',
      arguments: { traceId, spanId: agentSpanId },
    })
    expect(called.error).toBeUndefined()
    expect(called.result?.['structuredContent']).toMatchObject({ traceId, spanId: agentSpanId })
    expect(strayLines).toEqual([])
  })

  it('leaves in order when a message is longer than it can take', async () => {
    const left = new Promise((resolve) => server.once('exit', resolve))
    server.stdin?.on('error', () => {})
    server.stdin?.write('x'.repeat(12_000_000))
    expect(await left).toBe(0)
  })

  it('leaves when its standard input ends', async () => {
    await send('tools/list', {})
    const left = new Promise((resolve) => server.once('exit', resolve))
    server.stdin?.end()
    expect(await left).toBe(0)
  })
})
