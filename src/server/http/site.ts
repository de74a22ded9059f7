import type { BlockList } from 'node:net'
import type { Auth } from '../../auth/open-auth.ts'
import type { Config } from '../../config/config.ts'
import type { Groups } from '../../groups.ts'
import type { Telemetry } from '../../telemetry/open-telemetry.ts'
import type { Caller } from './caller.ts'
import type { FailureLimit, Limits } from './limits.ts'
import type { McpEndpoint } from './mcp-endpoint.ts'

/** Everything that requests are answered with. Made once, at the start. */
export type Site = Readonly<{
  config: Config
  groups: Groups
  auth: Auth
  /** Whether callers need no key: on loopback, as long as no key was ever made. */
  isOpen(): boolean
  limits: Limits
  failures: FailureLimit
  telemetry: Telemetry
  endpoint: McpEndpoint
  /** Who sent a request that was let in; the server for it is made by this. */
  callers: WeakMap<Request, Caller>
  hosts: readonly string[]
  proxies: BlockList
  /** How clients call the server, where that was said. */
  publicOrigin: string | undefined
  maxBodyBytes: number
  /** Seconds after which to come back, while the server stops; undefined while it runs. */
  stopping(): number | undefined
}>
