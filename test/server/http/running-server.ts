import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createKey } from '../../../src/auth/create-key.ts'
import { openKeyStore, toKeysPath } from '../../../src/auth/key-store.ts'
import type { Scope } from '../../../src/auth/principal.ts'

type Json = Record<string, unknown>

/** What came back of one request: head, text, and the body where it is JSON. */
export type Reply = Readonly<{ status: number; headers: Headers; text: string; body: Json }>

export const entry = resolve(import.meta.dirname, '../../../src/main.ts')
const docs = resolve(import.meta.dirname, '../../../docs-corpus')

/** A data folder of its own over the sample world's exports and lake. */
export async function makeData(sample: string): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'parquetry-http-'))
  for (const folder of ['exports', 'lake']) await symlink(join(sample, folder), join(data, folder))
  await cp(join(sample, 'knowledge'), join(data, 'knowledge'), { recursive: true })
  return data
}

type KeyOptions = Readonly<{ group?: string; scopes?: readonly Scope[]; expires?: number; now?: number }>

/** Makes a key as `keys create` does. */
export function makeKey(data: string, name: string, options: KeyOptions = {}) {
  const { group = 'default', scopes = ['traces', 'knowledge'], expires, now = Date.now() } = options
  const store = openKeyStore(toKeysPath(data))
  try {
    const { key, record } = createKey(store, { name, group, scopes, expires }, now)
    return { key, id: record.id }
  } finally {
    store.close()
  }
}

/** Revokes a key as `keys revoke` does. */
export function revokeKey(data: string, id: string): void {
  const store = openKeyStore(toKeysPath(data))
  store.revoke(id, Date.now())
  store.close()
}

/** Runs a command of the command line to its end. */
export async function runCommand(...args: readonly string[]) {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const [code] = await once(child, 'close')
  return { code: code as number, output }
}

const parse = (text: string): Json => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

const toReply = async (response: Response): Promise<Reply> => {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parse(text) }
}

/** A server in a process of its own. */
export type RunningServer = Readonly<{
  origin: string
  port: number
  process: ChildProcess
  /** All that it has written so far. */
  log(): string
  fetch(path: string, init?: RequestInit): Promise<Reply>
  /** One JSON-RPC request to the endpoint. */
  rpc(key: string | undefined, method: string, params?: unknown, init?: RequestInit): Promise<Reply>
  call(key: string | undefined, tool: string, args: Json, init?: RequestInit): Promise<Reply>
  /** Sends bytes and gives all that comes back until the server ends the connection. */
  raw(bytes: string | Buffer): Promise<string>
  dial(): Promise<Socket>
  stop(): Promise<void>
}>

type Line = Readonly<Record<string, unknown>>

const listLines = (server: RunningServer): readonly Line[] =>
  server
    .log()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))

/** The lines of calls and refusals that come while something is done; the server writes them a moment after it has answered. */
export async function linesDuring(
  server: RunningServer,
  work: () => Promise<unknown>,
): Promise<readonly Line[]> {
  const before = listLines(server).length
  await work()
  await pause(200)
  return listLines(server).slice(before)
}

/** A port that was free a moment ago. */
async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

/** Starts `serve` on a free port and waits until it listens. */
export async function startServer(
  data: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const port = await findPort()
  const child = spawn(
    process.execPath,
    [entry, 'serve', '--port', String(port), '--data', data, '--docs', docs, ...args],
    { env: { PATH: process.env['PATH'] ?? '', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let log = ''
  const { promise: listening, resolve: onListening, reject } = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      log += chunk
      if (log.includes('serves MCP at')) onListening()
    })
  child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${log}`)))
  await listening

  const origin = `http://127.0.0.1:${port}`
  const send = async (path: string, init?: RequestInit) => toReply(await fetch(`${origin}${path}`, init))
  let id = 0
  const rpc: RunningServer['rpc'] = (key, method, params, { headers, ...init } = {}) => {
    id += 1
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) })
    const given = Object.fromEntries(new Headers(headers))
    const credentials = key === undefined ? {} : { authorization: `Bearer ${key}` }
    return send('/v1/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentials, ...given },
      body,
      ...init,
    })
  }
  const dial = async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  return {
    origin,
    port,
    process: child,
    log: () => log,
    fetch: send,
    rpc,
    call: (key, name, args, init) => rpc(key, 'tools/call', { name, arguments: args }, init),
    dial,
    raw: async (bytes) => {
      const socket = await dial()
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.once('end', () => socket.end())
      socket.write(bytes)
      await once(socket, 'close')
      return text
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}
