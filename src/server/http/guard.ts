import type { IncomingMessage } from 'node:http'
import { type BlockList, isIPv6 } from 'node:net'
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server'
import { codes, refuse } from './json-rpc.ts'

export type GuardOptions = Readonly<{
  /** Host names under which the server may be called. */
  hosts: readonly string[]
  /** Proxies whose X-Forwarded-For is believed. */
  proxies: BlockList
}>

/** Node takes the first of several; what stands in front may have taken the last. */
const onlyOnce = [
  'host',
  'authorization',
  'origin',
  'mcp-protocol-version',
  'content-type',
  'x-forwarded-for',
]

/** Refuses what no honest client sends: a host or origin that is not ours (DNS rebinding), and headers given twice. */
export function checkHead(req: IncomingMessage, { hosts }: GuardOptions): Response | undefined {
  const names = req.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
  const twice = onlyOnce.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (twice)
    return refuse({
      status: 400,
      code: codes.invalidRequest,
      message: `There is more than one ${twice} header.`,
    })
  const host = validateHostHeader(req.headers.host, [...hosts])
  if (!host.ok)
    return refuse({
      status: 403,
      code: codes.refused,
      message: `${host.message}. Start the server with --public-url to be called by another name.`,
    })
  const origin = validateOriginHeader(req.headers.origin, [...hosts])
  return origin.ok ? undefined : refuse({ status: 403, code: codes.refused, message: origin.message })
}

const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, '').trim()

const isProxy = (proxies: BlockList, address: string) => {
  try {
    return proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  } catch {
    return false
  }
}

/** Where a request came from: behind trusted proxies, the last address that is none of theirs. */
export function readAddress(req: IncomingMessage, { proxies }: GuardOptions): string {
  const way = [
    ...(req.headers['x-forwarded-for'] ?? '').toString().split(','),
    req.socket.remoteAddress ?? '',
  ]
    .map(plain)
    .filter((address) => address !== '')
  const foreign = way.findLastIndex((address) => !isProxy(proxies, address))
  return way[foreign] ?? way[0] ?? ''
}

/** Whether a request comes from this machine itself, past every proxy. */
export const isLoopback = (req: IncomingMessage): boolean =>
  req.headers['x-forwarded-for'] === undefined &&
  /^(?:127\.|::1$)/.test(plain(req.socket.remoteAddress ?? ''))
