import { isIPv6, type Server } from 'node:net'

/** What one host has for itself: an IPv4 address, or a network of IPv6, which has more addresses than there are places. */
const toHost = (address: string) =>
  isIPv6(address) && !address.startsWith('::ffff:') ? toGroups(address).slice(0, 4).join(':') : address

/** The first groups of an address of IPv6, with those that `::` leaves out. */
function toGroups(address: string): readonly string[] {
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean))
  const missing = address.includes('::') ? 8 - (before?.length ?? 0) - (after?.length ?? 0) : 0
  return [...(before ?? []), ...Array<string>(missing).fill('0'), ...(after ?? [])]
}

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
