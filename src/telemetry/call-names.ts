import { createBoundedSet, other } from './bounded-set.ts'
import type { CallEnd, CallStart } from './call.ts'

/** Requests and notifications that a server of any protocol version may get; `http` is one that was refused unread. */
const methods: ReadonlySet<string> = new Set([
  'completion/complete',
  'http',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'server/discover',
  'subscriptions/listen',
  'tools/call',
  'tools/list',
])

/** The methods whose target is one name of a few. */
const named: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/** A resource may be told by its kind or by its URI, of which there is no end. */
export const isUri = (target: string): boolean => target.includes(':')

const answered: ReadonlySet<CallEnd['outcome']> = new Set(['ok', 'tool_error'])

type CallNames = Readonly<{ method: string; name: string }>

/**
 * Gives calls the names under which they are counted. Whatever callers send, their number is bounded: a method is one
 * that MCP has, and a tool or prompt is one that has answered before.
 */
export function createCallNames(): (start: CallStart, end: CallEnd) => CallNames {
  const targets = createBoundedSet(64)
  return ({ method, target }, { outcome }) => {
    const known = methods.has(method) ? method : other
    if (!named.has(method) || target === undefined || isUri(target)) return { method: known, name: '' }
    return { method: known, name: answered.has(outcome) ? targets.admit(target) : targets.find(target) }
  }
}
