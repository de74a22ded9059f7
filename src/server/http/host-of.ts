import { isIPv6 } from 'node:net'

/** The groups of an address of IPv6, with those that `::` leaves out, each in its one spelling. */
function toGroups(address: string): readonly string[] {
  const [head = '', tail = ''] = address.toLowerCase().split('::')
  const [before = [], after = []] = [head, tail].map((part) => part.split(':').filter(Boolean))
  const missing = address.includes('::') ? 8 - before.length - after.length : 0
  return [...before, ...Array<string>(missing).fill('0'), ...after].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  )
}

/** What one host has for itself: an IPv4 address, or a network of IPv6, which has more addresses than there are places. */
export const toHost = (address: string): string =>
  isIPv6(address) && !address.startsWith('::ffff:') ? toGroups(address).slice(0, 4).join(':') : address
