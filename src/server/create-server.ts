import { McpServer, type ServerContext } from '@modelcontextprotocol/server'
import type { Scope } from '../auth/principal.ts'
import { AppError } from '../core/errors.ts'
import { version } from '../core/version.ts'
import type { Runtime } from '../runtime.ts'
import { toErrorReply, toReply } from '../tools/reply.ts'
import type { AnyTool } from '../tools/tool.ts'
import { tools } from '../tools/tools.ts'
import { advertiseSchema } from './advertise-schema.ts'
import { countRows } from './count-rows.ts'
import { findErrors } from './find-errors.ts'
import { type Hear, hearCalls } from './hear-calls.ts'
import { instructions } from './instructions.ts'
import type { Observe } from './observe.ts'
import { registerPrompts } from './register-prompts.ts'
import { registerResources } from './register-resources.ts'
import { reportProgress } from './report-progress.ts'
import { scopeOfTool } from './scopes.ts'

/** For whom a server is made: what may be seen, and who hears of the calls. */
export type ServerOptions = Readonly<{ scopes?: readonly Scope[]; observe?: Observe }>

const annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const

/** Runs a tool; a failure is a result as well, and both are heard of. */
async function callTool(tool: AnyTool, args: unknown, context: ServerContext, runtime: Runtime, hear: Hear) {
  const { signal } = context.mcpReq
  const end = hear(context, { method: 'tools/call', target: tool.name, arguments: args })
  try {
    const { output, text, links } = await tool.call(args, { runtime, signal })
    const rows = countRows(output)
    end({ ...findErrors(output), bytes: text.length, ...(rows !== undefined && { rows }) })
    return toReply(output, text, links)
  } catch (error) {
    const isKnown = error instanceof AppError
    const code = isKnown ? error.details.code : 'internal'
    end(signal.aborted ? { outcome: 'cancelled' } : { outcome: isKnown ? 'tool_error' : 'error', code })
    runtime.log[isKnown ? 'info' : 'error'](
      `${tool.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    )
    return toErrorReply(error)
  }
}

const hour = 3_600_000
const cacheHint = { ttlMs: hour, cacheScope: 'private' } as const

/**
 * A server for one connection or one request. Cheap: it registers tools, resources and prompts and opens nothing. What the
 * scopes leave out is not there.
 */
export function createServer(
  runtime: Runtime,
  { scopes = ['traces', 'knowledge'], observe }: ServerOptions = {},
): McpServer {
  const server = new McpServer(
    { name: 'parquetry', title: 'Parquetry', version },
    {
      instructions,
      // Nothing of this changes while the server runs: clients need no stream to hear of it.
      capabilities: {
        tools: { listChanged: false },
        resources: { listChanged: false },
        prompts: { listChanged: false },
      },
      cacheHints: { 'tools/list': cacheHint, 'prompts/list': cacheHint },
    },
  )
  const hear = hearCalls(server, observe)
  for (const tool of tools.filter(({ name }) => scopes.includes(scopeOfTool(name)))) {
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: advertiseSchema(tool.input),
        outputSchema: advertiseSchema(tool.output),
        annotations: { title: tool.title, ...annotations },
      },
      (args, context) => reportProgress(context, () => callTool(tool, args, context, runtime, hear)),
    )
  }
  registerResources(server, runtime, { scopes, hear })
  if (scopes.includes('traces')) registerPrompts(server, runtime, hear)
  return server
}
