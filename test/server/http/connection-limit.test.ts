import { EventEmitter, once } from 'node:events'
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

it('counts a network of IPv6 as one, and IPv4 in the form of IPv6 by its address', () => {
  const listener = new EventEmitter()
  limitConnections(listener as Server, 2, () => false)
  /** Whether a connection from an address stays. */
  const isKept = (remoteAddress: string) => {
    let isOpen = true
    const destroy = () => {
      isOpen = false
    }
    listener.emit('connection', Object.assign(new EventEmitter(), { remoteAddress, destroy }))
    return isOpen
  }
  expect(['2001:db8:1:2::1', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::2'].map(isKept)).toEqual([
    true,
    true,
    false,
  ])
  expect(['2001:db8:1:3::1', '2001:db8::1', '2001:db8:0:0:1::', '2001:db8::2'].map(isKept)).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect(['::ffff:10.0.0.1', '::ffff:10.0.0.2', '::ffff:10.0.0.3'].map(isKept)).toEqual([true, true, true])
})
