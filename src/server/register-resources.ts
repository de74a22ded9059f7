import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Scope } from '../auth/principal.ts'
import { toErrorDetails } from '../core/errors.ts'
import type { ResourceKind } from '../resources/resource.ts'
import { resources } from '../resources/resources.ts'
import type { Runtime } from '../runtime.ts'
import { toErrorText } from '../tools/reply.ts'
import type { ToolContext } from '../tools/tool.ts'
import type { Hear } from './hear-calls.ts'
import { scopeOfResource } from './scopes.ts'

/** A failure in the protocol's own form, in our own words: these requests have no place for a tool's error. */
function toProtocolError(error: unknown, uri: string): Error {
  const details = toErrorDetails(error)
  if (details.code === 'not_found') return new ResourceNotFoundError(uri, toErrorText(details))
  const code = details.code === 'internal' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams
  return new ProtocolError(code, toErrorText(details))
}

const decode = (value: string) => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function register(server: McpServer, kind: ResourceKind, runtime: Runtime, hear: Hear): void {
  const toContext = ({ mcpReq }: ServerContext): ToolContext => ({ runtime, signal: mcpReq.signal })
  const log = (error: unknown, uri: string) => {
    runtime.log.info(`${uri} failed: ${error}`)
    return toProtocolError(error, uri)
  }
  const template = new ResourceTemplate(kind.template, {
    list: kind.list
      ? async (context) => {
          const entries = await kind.list?.(toContext(context)).catch((error: unknown) => {
            throw log(error, kind.template)
          })
          return { resources: (entries ?? []).map((entry) => ({ ...entry })) }
        }
      : undefined,
    complete: {
      // Who types waits for no reason why nothing is offered.
      [kind.variable]: async (typed) => [
        ...(await kind
          .complete(decode(typed), { runtime, signal: new AbortController().signal })
          .catch(() => [])),
      ],
    },
  })
  const { title, description, mimeType } = kind
  server.registerResource(
    kind.name,
    template,
    { title, description, mimeType },
    async (uri, variables, context) => {
      const end = hear(context, { method: 'resources/read', target: kind.name })
      const value = decode(String([variables[kind.variable]].flat().join('/')))
      try {
        const content = await kind.read(value, toContext(context))
        end({ outcome: 'ok' })
        return { contents: [{ uri: uri.toString(), ...content }] }
      } catch (error) {
        end({ outcome: 'error', code: toErrorDetails(error).code })
        throw log(error, uri.toString())
      }
    },
  )
}

/** Registers the kinds of resources that the scopes allow. */
export function registerResources(
  server: McpServer,
  runtime: Runtime,
  { scopes, hear }: Readonly<{ scopes: readonly Scope[]; hear: Hear }>,
): void {
  for (const kind of resources)
    if (scopes.includes(scopeOfResource(kind.template))) register(server, kind, runtime, hear)
}
