import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { AuthRequest } from './auth-process.ts'

const script = fileURLToPath(new URL('./auth-process.ts', import.meta.url))

export type AuthProcess = Readonly<{
  ask(request: AuthRequest): Promise<unknown>
  kill(): void
}>

type Options = Readonly<{
  /** A command line of bash to run first. */
  before?: string
  uid?: number
}>

/** Starts a process as `auth-process.ts` describes, and waits until it is loaded. It ends with the test. */
export async function startAuthProcess(path: string, { before, uid }: Options = {}): Promise<AuthProcess> {
  const own = [process.execPath, script, path]
  const [command = '', ...args] = before ? ['bash', '-c', `${before}; exec "$@"`, 'bash', ...own] : own
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  child.stdin.on('error', () => {})
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the process has ended')
    return JSON.parse(value)
  }
  await next()
  return {
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return next()
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}
