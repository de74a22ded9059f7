import { inspect } from 'node:util'
import { AppError } from '../errors.ts'
import { toFileError } from '../file-error.ts'
import type { Log } from '../log.ts'
import type { Progress } from '../progress.ts'
import { graceMs, type Message, type Request } from './message.ts'
import type { ApartOptions } from './run-apart.ts'

const toFailure = (error: unknown): Message<never> => ({
  kind: 'failure',
  details: (error instanceof AppError ? error : toFileError(error))?.details,
  message: error instanceof Error ? error.message : String(error),
  stack: inspect(error),
})

const say = (message: Message<unknown>, then = () => {}) => {
  // Nobody may be there any more to hear it.
  if (process.connected) process.send?.(message, then)
  else then()
}

const entry = (level: keyof Log) => (text: string) => say({ kind: 'entry', level, text })
const log: Log = { error: entry('error'), warn: entry('warn'), info: entry('info'), debug: entry('debug') }

const progress: Progress = (...at) => say({ kind: 'progress', at })

const otherVersion = new AppError({
  code: 'stale',
  message: 'Parquetry was updated while this server ran.',
  next: 'Restart the server.',
})

const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** What stops a server is sent to all of its processes: a call under way may still wait for this one. */
const onStopSignal = () => {}

/** Work of a process of its own. `open` gives its version and what it does; it loads what that needs. */
export type Work<Q, R> = () => Promise<
  Readonly<{ version: string; run(request: Q, options: ApartOptions): Promise<R> }>
>

/** Makes this process one that does work once, for the process that asks with `runApart`, and ends. */
export function answerApart<Q, R>(open: Work<Q, R>): void {
  const stop = new AbortController()
  for (const signal of stopSignals) process.on(signal, onStopSignal)
  process.once('disconnect', () => {
    stop.abort()
    for (const signal of stopSignals) process.off(signal, onStopSignal)
    setTimeout(() => process.exit(1), graceMs).unref()
  })
  const answer = async ({ version, request }: Request<Q>): Promise<R> => {
    const work = await open()
    if (version !== work.version) throw otherVersion
    stop.signal.throwIfAborted()
    return work.run(request, { log, progress, signal: stop.signal })
  }
  process.once('message', async (request: Request<Q>) => {
    const end = await answer(request).then((result): Message<R> => ({ kind: 'result', result }), toFailure)
    say(end, () => process.exit())
  })
}
