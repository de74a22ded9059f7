import { resolve } from 'node:path'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { parseConfig } from '../../src/config/config.ts'
import { openRuntime } from '../../src/runtime.ts'
import { createServer } from '../../src/server/create-server.ts'

type Json = Record<string, unknown>

/** A tool's answer as a client sees it. */
export type Answer = Readonly<{ isError: boolean; text: string; structured: Json }>

export type Connection = Readonly<{
  client: Client
  call(name: string, args: Json): Promise<Answer>
  close(): Promise<void>
}>

async function callTool(client: Client, name: string, args: Json): Promise<Answer> {
  const result = await client.callTool({ name, arguments: args })
  const [first] = result.content
  return {
    isError: result.isError === true,
    text: first?.type === 'text' ? first.text : '',
    structured: (result.structuredContent ?? {}) as Json,
  }
}

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const docs = resolve(import.meta.dirname, '../../docs-corpus')

/**
 * A real client that starts the server as a child process, as desktop assistants do.
 * It lists the tools first, and from then on checks each answer against the tool's output schema itself.
 */
export async function connectStdio(
  data: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Connection> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entry, 'mcp', '--data', data, '--docs', docs],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stderr: 'ignore',
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  await client.listTools()
  return { client, call: (name, args) => callTool(client, name, args), close: () => client.close() }
}

/** A client and a server in this process. */
export async function connectInMemory(
  data: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Connection> {
  const runtime = openRuntime(parseConfig({ data, docs }, { PARQUETRY_LOG: 'error', ...environment }))
  const server = createServer(runtime)
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await server.connect(serverSide)
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(clientSide)
  await client.listTools()
  return {
    client,
    call: (name, args) => callTool(client, name, args),
    close: async () => {
      await client.close()
      await runtime.close()
    },
  }
}
