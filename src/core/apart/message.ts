import type { ErrorDetails } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Progress } from '../progress.ts'

/** What a process is asked for, and for which version of itself. */
export type Request<Q> = Readonly<{ version: string; request: Q }>

/** What a process that works for another one says: log entries and progress as they come, and at last what came of it. */
export type Message<R> =
  | Readonly<{ kind: 'entry'; level: keyof Log; text: string }>
  | Readonly<{ kind: 'progress'; at: Parameters<Progress> }>
  | Readonly<{ kind: 'result'; result: R }>
  | Readonly<{ kind: 'failure'; details: ErrorDetails | undefined; message: string; stack: string }>

/** A process that was told to stop has so long to tidy up. */
export const graceMs = 5_000
