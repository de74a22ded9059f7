import type { ErrorDetails } from '../errors.ts'
import type { Log } from '../log.ts'

/** What a process that works for another one says: log entries as they come, and at last what came of it. */
export type Message<R> =
  | Readonly<{ kind: 'entry'; level: keyof Log; text: string }>
  | Readonly<{ kind: 'result'; result: R }>
  | Readonly<{ kind: 'failure'; details: ErrorDetails | undefined; reason: string }>
