import type { Scope } from '../auth/principal.ts'

type Request = Readonly<{ method: string; params?: Readonly<Record<string, unknown>> }>

const isDoc = (uri: unknown) => typeof uri === 'string' && uri.startsWith('doc:')

/** The scope that a tool needs. */
export const scopeOfTool = (name: string): Scope => (name === 'knowledge' ? 'knowledge' : 'traces')

/** The scope that a kind of resource needs. */
export const scopeOfResource = (uri: unknown): Scope => (isDoc(uri) ? 'knowledge' : 'traces')

/** The scope that a request needs; undefined for what shows no data. */
export function findScope(message: unknown): Scope | undefined {
  if (typeof message !== 'object' || message === null || !('method' in message)) return undefined
  const { method, params = {} } = message as Request
  if (method === 'tools/call') return scopeOfTool(String(params['name']))
  if (method === 'resources/read' || method === 'resources/subscribe') return scopeOfResource(params['uri'])
  if (method === 'completion/complete') {
    const { ref } = params as Readonly<{ ref?: Readonly<{ uri?: unknown }> }>
    return scopeOfResource(ref?.uri)
  }
  return undefined
}
