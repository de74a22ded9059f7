import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { limitConnections } from '../../../src/server/http/connection-limit.ts'

let server: Server
const sockets: ReturnType<typeof connect>[] = []

async function listen(isTrusted: (address: string) => boolean) {
  server = createServer((socket) => void socket.on('error', () => {}).write('hello'))
  limitConnections(server, 3, isTrusted)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
})

/** Connects, and says whether the connection stays open. */
async function dial(from: string): Promise<boolean> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', localAddress: from }).on('error', () => {})
  sockets.push(socket)
  socket.resume()
  await Promise.race([once(socket, 'close'), pause(150)])
  return !socket.closed
}

it('one address has so many connections at a time, and takes none from another', async () => {
  await listen(() => false)
  const outcomes = []
  for (let i = 0; i < 5; i++) outcomes.push(await dial('127.0.0.2'))
  expect(outcomes).toEqual([true, true, true, false, false])
  expect(await dial('127.0.0.3')).toBe(true)
  sockets[0]?.destroy()
  await pause(100)
  expect([await dial('127.0.0.2'), await dial('127.0.0.2')]).toEqual([true, false])
})

it('a proxy and this machine carry the connections of many', async () => {
  await listen((address) => address === '127.0.0.2')
  for (let i = 0; i < 6; i++) expect(await dial('127.0.0.2')).toBe(true)
})
