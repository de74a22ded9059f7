import type { Server } from 'node:net'
import { toHost } from './host-of.ts'

/**
 * Closes connections of one address beyond so many at a time, so that no address takes the places of all others. Those that
 * `isTrusted` names, a proxy or this machine, carry the connections of many and are not counted.
 */
export function limitConnections(
  server: Server,
  most: number,
  isTrusted: (address: string) => boolean,
): void {
  const counts = new Map<string, number>()
  server.on('connection', (socket) => {
    const peer = socket.remoteAddress ?? ''
    if (isTrusted(peer)) return
    const address = toHost(peer)
    const count = (counts.get(address) ?? 0) + 1
    if (count > most) return void socket.destroy()
    counts.set(address, count)
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1
      if (left > 0) counts.set(address, left)
      else counts.delete(address)
    })
  })
}
