import { AppError } from '../errors.ts'
import { toFileError } from '../file-error.ts'
import type { Log } from '../log.ts'
import type { Message } from './message.ts'
import type { ApartOptions } from './run-apart.ts'

const toFailure = (error: unknown): Message<never> => ({
  kind: 'failure',
  details: (error instanceof AppError ? error : toFileError(error))?.details,
  reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
})

const say = (message: Message<unknown>, then = () => {}) => {
  // Nobody may be there any more to hear it.
  if (process.connected) process.send?.(message, then)
  else then()
}

const at = (level: keyof Log) => (text: string) => say({ kind: 'entry', level, text })
const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }

/** Makes this process one that does `work` once, for the process that asks with `runApart`, and ends. */
export function answerApart<Q, R>(work: (request: Q, options: ApartOptions) => Promise<R>): void {
  const stop = new AbortController()
  // What stops a server is sent to all of its processes: a call under way may still wait for this one.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.once('disconnect', () => stop.abort())
  process.once('message', async (request: Q) => {
    const end = await work(request, { log, signal: stop.signal }).then(
      (result): Message<R> => ({ kind: 'result', result }),
      toFailure,
    )
    say(end, () => process.exit())
  })
}
