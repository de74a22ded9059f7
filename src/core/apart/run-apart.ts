import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import module from 'node:module'
import { dirname } from 'node:path'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Progress } from '../progress.ts'
import { graceMs, type Message, type Request } from './message.ts'

/** Who hears of the work, and who may stop it. */
export type ApartOptions = Readonly<{ log: Log; progress: Progress; signal: AbortSignal }>

/** Which script does the work, and a version that both sides must have: the files may be new where this process is old. */
export type ApartScript = Readonly<{ url: URL; version: string }>

/** A process that ended before it had an answer. */
export class SuddenEnd extends Error {
  override readonly name = 'SuddenEnd'
  /** The signal that ended it, or its exit code. */
  readonly by: NodeJS.Signals | number

  constructor(by: NodeJS.Signals | number, script: string, said: string) {
    super(`${script} ended (${by}): ${said}`)
    this.by = by
  }
}

const longestReason = 2_000

/** Tells the process to stop when the signal says so; gives how to take that back. */
function stopWith(signal: AbortSignal, child: ChildProcess): () => void {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    if (child.connected) child.disconnect()
    timer = setTimeout(() => child.kill('SIGKILL'), 2 * graceMs)
  }
  signal.addEventListener('abort', stop, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** An error as it was thrown there, with the stack of there and its causes. */
function toError({ details, message, stack }: Extract<Message<never>, { kind: 'failure' }>): Error {
  const error = details ? new AppError(details) : new Error(message)
  error.stack = stack
  return error
}

/** What the process says at last. Its log entries become entries of this process's log. */
function hear<R>(child: ChildProcess, { log, progress }: ApartOptions): Promise<R> {
  const { promise, resolve, reject } = Promise.withResolvers<R>()
  child.on('message', (message: Message<R>) => {
    if (message.kind === 'entry') log[message.level](message.text)
    else if (message.kind === 'progress') progress(...message.at)
    else if (message.kind === 'result') resolve(message.result)
    else reject(toError(message))
  })
  return promise
}

/**
 * Has work done by a process of its own, which gives all its memory back, and whose end by whatever cause is not this one's:
 * in a server that runs for weeks each run would leave some megabytes behind, and a native library may fall over a file.
 * The script answers as `answer-process.ts` has it; request and result go by structured clone. The process is told to stop by the
 * signal, and by the end of this one. Throws what the work throws, and `SuddenEnd`.
 */
export async function runApart<Q, R>(
  { url, version }: ApartScript,
  request: Q,
  options: ApartOptions,
): Promise<R> {
  const { signal } = options
  signal.throwIfAborted()
  const cache = module.getCompileCacheDir()
  const child = fork(url, {
    execArgv: [],
    // Node adds a folder for its own version.
    env: { ...process.env, ...(cache && { NODE_COMPILE_CACHE: dirname(cache) }) },
    serialization: 'advanced',
    // The native libraries write what only a failure makes worth reading.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  // What goes wrong before it ends is heard of by its end.
  child.on('error', () => {})
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-longestReason)
  })
  const takeBack = stopWith(signal, child)
  const ended = once(child, 'exit').then(([code, by]) => {
    signal.throwIfAborted()
    throw new SuddenEnd(by ?? code, url.pathname.split('/').at(-1) ?? '', said)
  })
  const answered = hear<R>(child, options)
  // Where there is no room for a process, there is nothing to send to.
  child.once('spawn', () => {
    if (child.connected) child.send({ version, request } satisfies Request<Q>)
  })
  return Promise.race([answered, ended]).finally(takeBack)
}
