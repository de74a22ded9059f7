import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** A server in a process of its own that listens on a port of loopback. */
export type ServerProcess = Readonly<{
  child: ChildProcess
  pid: number
  port: number
  /** Tells it to stop, and gives its exit code once it has; null where a signal ended it. */
  stop(): Promise<number | null>
}>

type Start = Readonly<{
  /** Path of the script, and what stands behind and before it on Node's command line. */
  script: string
  args?: readonly string[]
  nodeArgs?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** File that takes what it writes to standard error. */
  log: string
  /** Whether messages can be exchanged with it. */
  hasChannel?: boolean
}>

export const entry = resolve(import.meta.dirname, '../../src/main.ts')

/** Starts a server, which goes with this process at the latest, and waits until it prints its address. Throws with its log where it ends before. */
export async function startServer({
  script,
  args = [],
  nodeArgs = [],
  env = {},
  log,
  hasChannel = false,
}: Start): Promise<ServerProcess> {
  const stderr = openSync(log, 'a')
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
    stdio: ['ignore', 'pipe', stderr, ...(hasChannel ? (['ipc'] as const) : [])],
    env: { ...process.env, ...env },
  })
  closeSync(stderr)
  const kill = () => child.kill('SIGKILL')
  process.prependOnceListener('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const port = await new Promise<number>((listening, fail) => {
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, found] = /http:\/\/[^/\s]+:(\d+)\/v1\/mcp/.exec(line) ?? []
        if (found) listening(Number(found))
      })
    child.once('error', fail)
    void ended.then(async (code) =>
      fail(new Error(`${script} ended (${code}) before it listened:\n${await readFile(log, 'utf8')}`)),
    )
  })
  return {
    child,
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}
