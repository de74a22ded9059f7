import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP, isIPv6 } from 'node:net'
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server'
import { codes, refuse } from './json-rpc.ts'

export type GuardOptions = Readonly<{
  /** Host names under which the server may be called. */
  hosts: readonly string[]
  /** Proxies whose X-Forwarded-For is believed. */
  proxies: BlockList
}>

/** Node takes the first of several; what stands in front may have taken the last. */
const onlyOnce = ['host', 'authorization', 'origin', 'mcp-protocol-version', 'content-type']

/** A name or address with a port, and nothing that a URL parser would take for a user, a path or a query. */
const hostForm = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i

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
  if (req.headers.host && !hostForm.test(req.headers.host))
    return refuse({ status: 400, code: codes.invalidRequest, message: 'The Host header is no host.' })
  const coding = req.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return refuse({
      status: 501,
      code: codes.refused,
      message: 'Of transfer encodings only chunked is understood.',
      headers: { Connection: 'close' },
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

/** An address that a proxy wrote down: some add the port, and IPv6 then stands in brackets. */
const withoutPort = (entry: string) => {
  const [, address] = /^\[(.+)\](?::\d+)?$/.exec(entry) ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry) ?? []
  return plain(address ?? entry)
}

/**
 * Where a request came from: behind trusted proxies, the last address that is none of theirs. What is no address at all was
 * not written by a proxy that can be trusted, so the way is followed no further.
 */
export function readAddress(
  req: Pick<IncomingMessage, 'headers' | 'socket'>,
  { proxies }: Pick<GuardOptions, 'proxies'>,
): string {
  const peer = plain(req.socket.remoteAddress ?? '')
  const way = [req.headers['x-forwarded-for'] ?? []].flat().join(',').split(',').reverse()
  let address = peer
  for (const entry of way.map((part) => withoutPort(part.trim()))) {
    if (!isProxy(proxies, address) || isIP(entry) === 0) return address
    address = entry
  }
  return address
}

const loopback = /^(?:127\.|::1$)/

/** Whether an address carries the connections of many: a proxy, or this machine. */
export const isTrustedPeer = (address: string, { proxies }: Pick<GuardOptions, 'proxies'>): boolean =>
  loopback.test(plain(address)) || isProxy(proxies, plain(address))

/** What proxies add to a request. */
const proxyMarks = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']

/** Whether a request comes from this machine itself, past every proxy that says so. */
export const isLoopback = (req: IncomingMessage): boolean =>
  proxyMarks.every((name) => req.headers[name] === undefined) &&
  loopback.test(plain(req.socket.remoteAddress ?? ''))
