import { createRequire } from 'node:module'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { runProgram } from './connect-http.ts'

type Json = Readonly<Record<string, unknown>>

/** A request as each client can send it. */
export type Request = Readonly<
  | { method: 'tools/call' | 'prompts/get'; params: Readonly<{ name: string; arguments: Json }> }
  | { method: 'resources/read'; params: Readonly<{ uri: string }> }
>

/** What came of a request, as far as every client tells it. */
export type Outcome = Readonly<{ result: Json } | { error: string }>

export type McpClient = Readonly<{
  send(request: Request): Promise<Outcome>
  /** Names of the tools. */
  list(): Promise<readonly string[]>
  close(): Promise<void>
}>

/** A server to connect to: its endpoint, the header that names the key if it needs one, and a folder to write in. */
export type Place = Readonly<{ url: string; authorization?: string; scratch: string }>

const modern = '2026-07-28'
const about = { name: 'test', version: '1' }

/** What an answer is, without what only one era has around it. */
function toOutcome(result: unknown): Outcome {
  const { content, structuredContent, isError, contents, messages } = result as Json
  return { result: { content, structuredContent, isError: isError === true, contents, messages } }
}

const toFailure = ({ message }: Error): Outcome => ({ error: message.replace(/^MCP error -\d+: /, '') })

/** The methods that the SDK's clients of both generations have in common. */
type SdkClient = Readonly<{
  listTools(): Promise<{ tools: readonly { name: string }[] }>
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  getPrompt(params: { name: string; arguments: Record<string, string> }): Promise<unknown>
  readResource(params: { uri: string }): Promise<unknown>
  close(): Promise<void>
}>

/** Lists the tools first; from then on these clients check each answer against the tool's output schema. */
async function toMcpClient(client: SdkClient): Promise<McpClient> {
  const { tools } = await client.listTools()
  const run = ({ method, params }: Request): Promise<unknown> => {
    if (method === 'resources/read') return client.readResource(params)
    const { name, arguments: args } = params
    if (method === 'tools/call') return client.callTool({ name, arguments: { ...args } })
    return client.getPrompt({ name, arguments: args as Record<string, string> })
  }
  return {
    send: (request) => run(request).then(toOutcome, toFailure),
    list: async () => tools.map(({ name }) => name),
    close: () => client.close(),
  }
}

const toInit = ({ authorization }: Place) => (authorization ? { headers: { authorization } } : {})

async function connectSdk(place: Place, mode: 'legacy' | { pin: string }): Promise<McpClient> {
  const client = new Client(about, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(place.url), { requestInit: toInit(place) }))
  return toMcpClient(client)
}

async function connectOldSdk(place: Place): Promise<McpClient> {
  const client = new OldClient(about)
  const transport = new OldTransport(new URL(place.url), { requestInit: toInit(place) })
  await client.connect(transport as Parameters<OldClient['connect']>[0])
  return toMcpClient(client as SdkClient)
}

const require = createRequire(import.meta.url)

/** An assistant that knows only stdio, and mcp-remote between. */
async function connectRemote(place: Place, flags: readonly string[]): Promise<McpClient> {
  const { url, authorization, scratch } = place
  // mcp-remote puts the variable in, so that the key is not among the arguments that every user of a machine sees.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: see above
  const header = authorization ? ['--header', 'Authorization:${AUTH_HEADER}'] : []
  const client = new Client(about)
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [require.resolve('mcp-remote/dist/proxy.js'), url, ...header, ...flags],
      env: {
        PATH: process.env['PATH'] ?? '',
        MCP_REMOTE_CONFIG_DIR: scratch,
        AUTH_HEADER: authorization ?? '',
      },
      stderr: 'ignore',
    }),
  )
  return toMcpClient(client)
}

const inspector = require.resolve('@modelcontextprotocol/inspector/clients/launcher/build/index.js')

/** Runs the Inspector's command line once. */
export const inspect = ({ url, authorization }: Place, era: string, flags: readonly string[]) =>
  runProgram(process.execPath, [
    inspector,
    '--cli',
    url,
    ...['--transport', 'http', '--protocol-era', era],
    ...(authorization ? ['--header', `Authorization: ${authorization}`] : []),
    ...flags,
  ])

const toFlags = ({ method, params }: Request): readonly string[] => {
  if (method === 'resources/read') return ['--uri', params.uri]
  const { name, arguments: args } = params
  if (method === 'tools/call') return ['--tool-name', name, '--tool-args-json', JSON.stringify(args)]
  const pairs = Object.entries(args).map(([key, value]) => `${key}=${value}`)
  return ['--prompt-name', name, ...(pairs.length > 0 ? ['--prompt-args', ...pairs] : [])]
}

/** A process per request. Answers, a tool's errors too, are on its standard output, and what else went wrong on the other. */
const connectInspector = async (place: Place, era: string): Promise<McpClient> => ({
  send: async (request) => {
    const { stdout, stderr } = await inspect(place, era, ['--method', request.method, ...toFlags(request)])
    if (stdout.trim() !== '') return toOutcome(JSON.parse(stdout))
    const { error } = JSON.parse(stderr) as { error: { message: string } }
    return { error: error.message }
  },
  list: async () => {
    const { stdout } = await inspect(place, era, ['--method', 'tools/list'])
    return (JSON.parse(stdout) as { tools: { name: string }[] }).tools.map(({ name }) => name)
  },
  close: async () => {},
})

/** Each request by itself, as curl sends it: no handshake, no protocol version. */
export async function connectPlain(place: Place): Promise<McpClient> {
  const post = async (method: string, params: unknown) => {
    const response = await fetch(place.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...toInit(place).headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    return (await response.json()) as { result?: Json; error?: { message: string } }
  }
  return {
    send: async ({ method, params }) => {
      const { result, error } = await post(method, params)
      return error ? { error: error.message } : toOutcome(result)
    },
    list: async () => {
      const { result } = await post('tools/list', {})
      return (result as { tools: { name: string }[] }).tools.map(({ name }) => name)
    },
    close: async () => {},
  }
}

/** Every client that is tried, by name. */
export const clients: Readonly<Record<string, (place: Place) => Promise<McpClient>>> = {
  'plain requests': connectPlain,
  'the SDK, 2025-11-25': (place) => connectSdk(place, 'legacy'),
  'the SDK, 2026-07-28': (place) => connectSdk(place, { pin: modern }),
  'the SDK before version 2': connectOldSdk,
  'mcp-remote': (place) => connectRemote(place, []),
  'mcp-remote, newest protocol': (place) => connectRemote(place, ['--protocol', 'auto']),
  'the Inspector, 2025-11-25': (place) => connectInspector(place, 'legacy'),
  'the Inspector, 2026-07-28': (place) => connectInspector(place, 'modern'),
}

/** The server as desktop assistants start it. */
export async function connectCommand(command: string, args: readonly string[]): Promise<McpClient> {
  const client = new Client(about)
  await client.connect(new StdioClientTransport({ command, args: [...args], stderr: 'ignore' }))
  return toMcpClient(client)
}
