import { SuddenEnd } from '../../core/apart/run-apart.ts'
import { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'

/** What a process was at when it was last heard of. */
type Step = Readonly<{ phase: string; file: string | undefined }>

/** The importing process fell over something that it read or built. `suspect` is the file that must be to blame, where one must. */
export class ImporterCrash extends AppError {
  readonly suspect: string | undefined

  constructor(end: SuddenEnd, { phase, file }: Step, suspect: string | undefined) {
    const place = file === undefined ? '' : `, at ${file}`
    super(
      {
        code: 'unreadable_file',
        path: suspect,
        message: `The process that imports exports fell (${end.by}) while ${phase}${place}.`,
        next: 'Move the files that came last out of the folder, and put them back one by one.',
      },
      { cause: end },
    )
    this.suspect = suspect
  }
}

/** Ends by somebody's will, or for want of memory in the whole machine, and not by a file. */
const outsideEnds: ReadonlySet<unknown> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])

/** Watches what a process reads, so that its end by a fault of its own can be laid at the door of a file. */
export function watchForCrash(progress: Progress) {
  let step: Step | undefined
  let firstPhase: string | undefined
  /** The files that came last: all of them are read before anything else happens. */
  const arrived = new Set<string>()
  const onProgress: Progress = (phase, done, total, file) => {
    firstPhase ??= phase
    step = { phase, file }
    if (file !== undefined && phase === firstPhase) arrived.add(file)
    progress(phase, done, total, file)
  }
  return {
    progress: onProgress,
    /** The crash that an error is; undefined for any other error, and before the process was heard of. */
    find: (error: unknown): ImporterCrash | undefined => {
      if (!(error instanceof SuddenEnd) || outsideEnds.has(error.by) || !step) return undefined
      const only = arrived.size === 1 ? [...arrived][0] : undefined
      return new ImporterCrash(error, step, step.file ?? only)
    },
  }
}
