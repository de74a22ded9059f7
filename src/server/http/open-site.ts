import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { localhostAllowedHostnames } from '@modelcontextprotocol/server'
import type { Auth } from '../../auth/open-auth.ts'
import type { Config } from '../../config/config.ts'
import type { ServeConfig } from '../../config/serve-config.ts'
import type { Log } from '../../core/log.ts'
import type { Groups } from '../../groups.ts'
import type { Telemetry } from '../../telemetry/open-telemetry.ts'
import { createServer } from '../create-server.ts'
import type { Observe } from '../observe.ts'
import type { Caller } from './caller.ts'
import { createFailureLimit, createLimits } from './limits.ts'
import { type BuildServer, createMcpEndpoint, type EndpointOptions } from './mcp-endpoint.ts'
import type { Site } from './site.ts'

/** Addresses that only this machine reaches. */
export const isLoopbackHost = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|::1|\[::1\])$/i.test(host)

const isAnyAddress = (host: string) => host === '0.0.0.0' || host === '::'

/** Names under which a server on an address may be called: without this list any web page could call it (DNS rebinding). */
function listHosts({ host, publicUrl }: Pick<ServeConfig, 'host' | 'publicUrl'>): readonly string[] {
  const bracket = (address: string) => (isIP(address) === 6 ? `[${address}]` : address)
  const own = isAnyAddress(host)
    ? [
        hostname(),
        ...Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
      ]
    : [host]
  const all = [
    ...localhostAllowedHostnames(),
    ...own.map(bracket),
    ...(publicUrl ? [publicUrl.hostname] : []),
  ]
  return [...new Set(all.map((name) => name.toLowerCase()))]
}

/** Requests of one key that wait, and for how long. */
const waiting = 32
const waitMs = 30_000
/** Failed logins of one address in a minute that are told what is wrong. */
const mostFailures = 20

const longestWarning = 500

type Parts = Readonly<{
  config: Config
  serve: ServeConfig
  groups: Groups
  auth: Auth
  telemetry: Telemetry
  log: Log
  stopping: Site['stopping']
  /** In place of our own server and legacy leg, for the protocol's conformance suite. */
  fixture?: Readonly<{ build: BuildServer; legacy?: EndpointOptions['legacy'] }>
}>

/** Makes everything that requests are answered with. Nothing of the data is opened before the first request for it. */
export function openSite({ config, serve, groups, auth, telemetry, log, stopping, fixture }: Parts): Site {
  const callers = new WeakMap<Request, Caller>()
  const build: BuildServer = ({ requestInfo }) => {
    const caller = requestInfo && callers.get(requestInfo)
    if (!caller) throw new Error('a request without a caller')
    const { principal, facts } = caller
    const { keyId, name, group, scopes } = principal
    const observe: Observe = (call) => {
      caller.isHeard = true
      return telemetry.begin({
        ...facts,
        ...call,
        transport: 'tcp',
        ...(keyId !== '' && { key: name }),
        group,
      })
    }
    return createServer(groups.get(group), { scopes, observe })
  }
  // What the protocol library says of a request may quote it; the log masks keys, and takes no more than this.
  const onerror = (error: Error) => log.warn(`protocol: ${error.message.slice(0, longestWarning)}`)
  const endpoint = createMcpEndpoint(fixture?.build ?? build, {
    onerror,
    ...(fixture?.legacy && { legacy: fixture.legacy }),
  })
  const isPrivate = isLoopbackHost(serve.host) && serve.publicUrl === undefined
  let hadKeys = false
  const isOpen = () => {
    if (!isPrivate || hadKeys) return false
    hadKeys = auth.hadKeys()
    return !hadKeys
  }
  return {
    config,
    groups,
    auth,
    isOpen,
    limits: createLimits({ perMinute: serve.perMinute, concurrent: serve.concurrent, waiting, waitMs }),
    failures: createFailureLimit(mostFailures),
    telemetry,
    endpoint,
    callers,
    hosts: listHosts(serve),
    proxies: serve.proxies,
    publicOrigin: serve.publicUrl?.origin,
    maxBodyBytes: serve.maxBodyBytes,
    stopping,
  }
}
