import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { makeData, makeKey, type RunningServer, startServer } from './running-server.ts'

let data: string
let key: string
let server: RunningServer
beforeEach(async () => {
  data = await makeData(inject('sampleData'))
  key = makeKey(data, 'good').key
  server = await startServer(data)
})
afterEach(async () => {
  await server.stop()
  await rm(data, { recursive: true, force: true })
})

const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })

/** A call under way: its last byte is still to come. */
async function beginCall() {
  const socket = await server.dial()
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  const answered = once(socket, 'end').then(() => {
    socket.end()
    return text
  })
  const head = `POST /v1/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer ${key}\r\n`
  socket.write(`${head}Connection: close\r\nContent-Length: ${ping.length}\r\n\r\n${ping.slice(0, -1)}`)
  // Answered in order of arrival: when this is, the call above was begun.
  await server.fetch('/healthz')
  return { socket, answered, end: () => socket.write(ping.slice(-1)) }
}

const toStopping = async () => {
  while ((await server.fetch('/readyz')).body['status'] !== 'stopping');
}

it('a call under way ends, new ones are told to come back, and nothing is left', async () => {
  const idle = await server.dial()
  const call = await beginCall()
  const ended = once(server.process, 'close')
  server.process.kill('SIGTERM')
  await toStopping()
  const late = await server.rpc(key, 'tools/list', {})
  expect(late.status).toBe(503)
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(late.headers.get('connection')).toBe('close')
  expect(late.body).toMatchObject({ jsonrpc: '2.0', error: { message: expect.stringMatching(/stopping/) } })
  expect((await server.fetch('/healthz')).status).toBe(200)
  expect((await server.fetch('/token', { method: 'POST' })).status).toBe(503)
  call.end()
  expect(await call.answered).toMatch(/^HTTP\/1\.1 200 OK.*"result":\{\}/s)
  expect(await ended).toEqual([0, null])
  idle.destroy()
  expect(server.log()).not.toMatch(/Z error |unhandled/i)
})

it('with nothing under way it ends at once, however many connections are open', async () => {
  const idle = await Promise.all(Array.from({ length: 20 }, () => server.dial()))
  for (const socket of idle) socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await server.fetch('/healthz')
  server.process.kill('SIGINT')
  expect(await once(server.process, 'close')).toEqual([0, null])
  for (const socket of idle) socket.destroy()
})

it('told twice it ends, and its data can be served again', async () => {
  await server.call(key, 'get_schema', {})
  const call = await beginCall()
  const ended = once(server.process, 'close')
  server.process.kill('SIGTERM')
  await toStopping()
  server.process.kill('SIGTERM')
  setTimeout(() => call.end(), 200)
  expect(await ended).toEqual([0, null])
  call.socket.destroy()
  server = await startServer(data)
  expect((await server.call(key, 'get_schema', {})).status).toBe(200)
})
