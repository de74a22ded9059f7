import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { AppError } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json-value.ts'
import { version } from '../../core/version.ts'

type Json = Readonly<Record<string, JsonValue>>

/** A connection of a real MCP client to this server, started as a child process, as a desktop assistant starts it. */
export type Connection = Readonly<{ call(tool: string, args: Json): Promise<Json>; close(): Promise<void> }>

/** The program's own entry, as sources or compiled. */
export const entryPoint = fileURLToPath(new URL(`../../main${extname(import.meta.url)}`, import.meta.url))

export async function connectClient(flags: readonly string[]): Promise<Connection> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entryPoint, 'mcp', ...flags],
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    stderr: 'inherit',
  })
  const client = new Client({ name: 'parquetry-demo', version })
  await client.connect(transport)
  return {
    call: async (tool, args) => {
      const result = await client.callTool({ name: tool, arguments: { ...args } })
      if (!result.isError) return (result.structuredContent ?? {}) as Json
      const [first] = result.content
      const message = first?.type === 'text' ? first.text : 'The tool call failed.'
      throw new AppError({ code: 'internal', message, next: 'See docs-corpus/parquetry/troubleshooting.md.' })
    },
    close: () => client.close(),
  }
}
