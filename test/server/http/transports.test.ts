import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type HttpServer, startServe } from '../../support/connect-http.ts'
import { contractCalls, traceId, window } from '../../support/contract-calls.ts'
import {
  clients,
  connectCommand,
  connectPlain,
  inspect,
  type Outcome,
  type Request,
} from '../../support/mcp-clients.ts'
import { entry, makeData, runCommand } from './running-server.ts'

/** No means: their last digits depend on the order in which the engine's threads add up. */
const aggregates = [
  { name: 'count', fn: 'count', path: '*' },
  { name: 'p90_mos', fn: 'p90', path: 'Attributes.cx.webrtc.audio.mos_score' },
]
const query = { ...window, queries: { scalar: [{ key: 'legs', service: 'agent_interaction', aggregates }] } }

const tools = Object.fromEntries(
  contractCalls.map(({ name, arguments: args }): [string, Request] => [
    name,
    { method: 'tools/call', params: { name, arguments: name === 'traces_query' ? query : args } },
  ]),
)
const others: Readonly<Record<string, Request>> = {
  'a resource': { method: 'resources/read', params: { uri: `trace://${traceId}` } },
  'a page': { method: 'resources/read', params: { uri: 'doc://docs-corpus/concepts/mos.md' } },
  'a prompt': { method: 'prompts/get', params: { name: 'explain_trace', arguments: { traceId } } },
  'a wrong call': { method: 'tools/call', params: { name: 'traces_get', arguments: { traceId: 'x' } } },
  'no such resource': { method: 'resources/read', params: { uri: 'doc://docs-corpus/nothing.md' } },
}
const requests: Readonly<Record<string, Request>> = { ...tools, ...others }
const unknownTool: Request = { method: 'tools/call', params: { name: 'drop_tables', arguments: {} } }

let data: string
let server: HttpServer
let expected: Readonly<Record<string, Outcome>>

/** The outcomes of requests, one after the other, by their names. */
async function sendAll(send: (request: Request) => Promise<Outcome>, named = requests) {
  const outcomes: Record<string, Outcome> = {}
  for (const [name, request] of Object.entries(named)) outcomes[name] = await send(request)
  return outcomes
}

beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  server = await startServe(data)
  const stdio = await connectCommand(process.execPath, [entry, 'mcp', '--data', data])
  expected = await sendAll(stdio.send)
  await stdio.close()
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
  await rm(data, { recursive: true, force: true })
})

describe('over stdio', () => {
  it('every kind of answer is there', () => {
    for (const name of Object.keys(tools))
      expect(expected[name], name).toMatchObject({
        result: { isError: false, content: [{ type: 'text' }], structuredContent: expect.any(Object) },
      })
    expect(expected['a wrong call']).toMatchObject({ result: { isError: true } })
    expect(expected['no such resource']).toHaveProperty('error')
    expect(expected['a page']).toMatchObject({ result: { contents: [{ mimeType: 'text/markdown' }] } })
    expect(expected['a prompt']).toMatchObject({ result: { messages: [{ role: 'user' }] } })
  })
})

describe('over HTTP, the same answers', () => {
  it.each(Object.entries(clients))('through %s', async (_, connect) => {
    const client = await connect({ url: server.url, scratch: data })
    try {
      expect(await client.list()).toEqual(Object.keys(tools))
      expect(await sendAll(client.send)).toEqual(expected)
      expect(JSON.stringify(await client.send(unknownTool))).toMatch(/error.*drop_tables/)
    } finally {
      await client.close()
    }
  })

  it.each(['legacy', 'modern'])('and schemas that the Inspector finds no fault with (%s)', async (era) => {
    const { code, stderr } = await inspect({ url: server.url, scratch: data }, era, [
      '--method',
      'tools/list',
      '--strict',
    ])
    expect(stderr).toMatch(/\b0 errors/)
    expect(code).toBe(0)
  })
})

describe('over HTTP, with a key', () => {
  let authorization: string
  beforeAll(async () => {
    const { output } = await runCommand('keys', 'create', '--name', 'transports', '--data', data)
    const [key] = /pq_\S+/.exec(output) ?? []
    expect(key).toBeDefined()
    authorization = `Bearer ${key}`
  })

  const named = Object.fromEntries(
    ['knowledge', 'traces_get', 'a page'].flatMap((name) => {
      const request = requests[name]
      return request ? [[name, request]] : []
    }),
  )

  it.each(Object.entries(clients))('the same answers through %s', async (_, connect) => {
    const client = await connect({ url: server.url, authorization, scratch: data })
    try {
      const outcomes = await sendAll(client.send, named)
      for (const name of Object.keys(named)) expect(outcomes[name], name).toEqual(expected[name])
    } finally {
      await client.close()
    }
  })

  it('no answer without it, or with another', async () => {
    for (const wrong of [{}, { authorization: `${authorization}x` }]) {
      const client = await connectPlain({ url: server.url, scratch: data, ...wrong })
      expect(JSON.stringify(await client.send(unknownTool))).toMatch(/^\{"error":"[^"]*key/i)
    }
  })
})
