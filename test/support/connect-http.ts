import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const docs = resolve(import.meta.dirname, '../../docs-corpus')

/** A server in a process of its own. */
export type HttpServer = Readonly<{
  /** The MCP endpoint. */
  url: string
  /** Tells it to stop, waits until it has, and gives its exit code. */
  stop(): Promise<number | null>
}>

/** Starts a program of this repository that serves MCP over HTTP, and waits for the address that it prints. */
export async function startProgram(script: string, args: readonly string[]): Promise<HttpServer> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  // A test that is given up leaves no server behind.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'close').finally(() => process.off('exit', kill))
  let output = ''
  const { promise: address, resolve: onAddress, reject } = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  child.stdout.on('data', () => {
    const [url] = /http:\S+\/v1\/mcp(?=\s)/.exec(output) ?? []
    if (url) onAddress(url)
  })
  child.once('close', (code) => reject(new Error(`it ended with ${code} before it listened:\n${output}`)))
  return {
    url: await address,
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = await ended
      return code
    },
  }
}

/** Starts `serve` on a free port, as a user does. */
export const startServe = (data: string): Promise<HttpServer> =>
  startProgram(entry, ['serve', '--port', '0', '--data', data, '--docs', docs])

/** Runs a program to its end, away from any terminal. */
export async function runProgram(
  program: string,
  args: readonly string[],
): Promise<Readonly<{ code: number | null; stdout: string; stderr: string }>> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const read = async (stream: AsyncIterable<Buffer>) => {
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const [stdout, stderr, [code]] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}
