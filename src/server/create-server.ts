import { McpServer } from '@modelcontextprotocol/server'
import { AppError } from '../core/errors.ts'
import { version } from '../core/version.ts'
import type { Runtime } from '../runtime.ts'
import { toErrorReply, toReply } from '../tools/reply.ts'
import type { AnyTool } from '../tools/tool.ts'
import { tools } from '../tools/tools.ts'
import { advertiseSchema } from './advertise-schema.ts'
import { instructions } from './instructions.ts'
import { registerPrompts } from './register-prompts.ts'
import { registerResources } from './register-resources.ts'

const annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const

async function callTool(tool: AnyTool, args: unknown, runtime: Runtime, signal: AbortSignal) {
  const started = performance.now()
  try {
    const { output, text, links } = await tool.call(args, { runtime, signal })
    runtime.log.info(`${tool.name} ${Math.round(performance.now() - started)} ms`)
    return toReply(output, text, links)
  } catch (error) {
    const level = error instanceof AppError ? 'info' : 'error'
    runtime.log[level](
      `${tool.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    )
    return toErrorReply(error)
  }
}

const hour = 3_600_000

/** A server for one connection. Cheap: it registers tools, resources and prompts and opens nothing. */
export function createServer(runtime: Runtime): McpServer {
  const server = new McpServer(
    { name: 'parquetry', title: 'Parquetry', version },
    { instructions, cacheHints: { 'tools/list': { ttlMs: hour, cacheScope: 'private' } } },
  )
  for (const tool of tools) {
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: advertiseSchema(tool.input),
        outputSchema: advertiseSchema(tool.output),
        annotations: { title: tool.title, ...annotations },
      },
      async (args, context) => callTool(tool, args, runtime, context.mcpReq.signal),
    )
  }
  registerResources(server, runtime)
  registerPrompts(server, runtime)
  return server
}
