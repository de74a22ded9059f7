import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import module from 'node:module'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Message } from './message.ts'

/** Who hears of the work, and who may stop it. */
export type ApartOptions = Readonly<{ log: Log; signal: AbortSignal }>

/** A process that was told to stop has so long to tidy up. */
const graceMs = 5_000

const longestReason = 2_000

function stopWith(signal: AbortSignal, child: ChildProcess): void {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    if (child.connected) child.disconnect()
    timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  }
  signal.addEventListener('abort', stop, { once: true })
  child.once('exit', () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  })
}

/** What the process says at last. Its log entries become entries of this process's log. */
function hear<R>(child: ChildProcess, log: Log): Promise<R> {
  const { promise, resolve, reject } = Promise.withResolvers<R>()
  child.on('message', (message: Message<R>) => {
    if (message.kind === 'entry') log[message.level](message.text)
    else if (message.kind === 'result') resolve(message.result)
    else if (message.details) reject(new AppError(message.details, { cause: message.reason }))
    else reject(new Error(message.reason))
  })
  return promise
}

/**
 * Has work done by a process of its own, which gives all its memory back, and whose end by whatever cause is not this one's:
 * in a server that runs for weeks each run would leave some megabytes behind, and a native library may fall over a file.
 * `script` answers as `apart-process.ts` has it; request and result go by structured clone. The process is told to stop by the
 * signal, and by the end of this one. Throws what the work throws, and an error with its last words where the process ends early.
 */
export async function runApart<Q extends object, R>(
  script: URL,
  request: Q,
  { log, signal }: ApartOptions,
): Promise<R> {
  signal.throwIfAborted()
  const cache = module.getCompileCacheDir()
  const child = fork(script, {
    execArgv: [],
    env: { ...process.env, ...(cache && { NODE_COMPILE_CACHE: cache }) },
    serialization: 'advanced',
    // The native libraries write what only a failure makes worth reading.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-longestReason)
  })
  stopWith(signal, child)
  const ended = once(child, 'exit').then(([code, cause]) => {
    signal.throwIfAborted()
    throw new Error(`${script.pathname.split('/').at(-1)} ended (${cause ?? code}): ${said}`)
  })
  const answered = hear<R>(child, log)
  // Where there is no room for a process, there is nothing to send to.
  child.once('spawn', () => child.connected && child.send(request))
  return Promise.race([answered, ended])
}
