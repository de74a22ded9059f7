import type { Scope } from '../auth/principal.ts'
import { tools } from '../tools/tools.ts'

type Fields = Readonly<Record<string, unknown>>

/** The fields of what may be anything. */
const toFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

const isDoc = (uri: unknown) => typeof uri === 'string' && uri.startsWith('doc:')

/** The scope that a tool needs. */
export const scopeOfTool = (name: unknown): Scope => (name === 'knowledge' ? 'knowledge' : 'traces')

/** The scope that a kind of resource needs. */
export const scopeOfResource = (uri: unknown): Scope => (isDoc(uri) ? 'knowledge' : 'traces')

/** Method → the scope that it needs, by its parameters. */
const byMethod = new Map<unknown, (params: Fields) => Scope | undefined>([
  // A tool that there is none of needs nothing: whoever asks for it is told so.
  ['tools/call', ({ name }) => (tools.some((tool) => tool.name === name) ? scopeOfTool(name) : undefined)],
  ['prompts/get', () => 'traces'],
  ['resources/read', (params) => scopeOfResource(params['uri'])],
  ['resources/subscribe', (params) => scopeOfResource(params['uri'])],
  ['completion/complete', (params) => scopeOfResource(toFields(params['ref'])['uri'])],
])

/** The scope that a message needs, whatever it is; undefined for what shows no data. */
export function findScope(message: unknown): Scope | undefined {
  const { method, params } = toFields(message)
  return byMethod.get(method)?.(toFields(params))
}
