import { SuddenEnd } from '../../core/apart/run-apart.ts'
import { AppError } from '../../core/errors.ts'
import { toFileError } from '../../core/file-error.ts'
import type { Log } from '../../core/log.ts'
import { noProgress } from '../../core/progress.ts'
import type { LakeFolders } from '../build/work-space.ts'
import { lookForWork } from './look-for-work.ts'
import { syncApart } from './sync-apart.ts'
import type { SyncResult } from './sync-lake.ts'

/** After a look at the drop folder the next is due when ten times as long has passed as it took, within these bounds. */
const restShare = 10
const shortestRestMs = 100
const longestRestMs = 1_000
/** After a failed import the rest doubles with each further failure, so that a full disk is not tried at every call. */
const longestFailedRestMs = 60_000
/** While another process writes the lake, one that would do it is not started at every look. */
const busyRestMs = 5_000

type State = SyncResult['state']

/** An import under way. It never rejects: a failure is told by `failure`. */
type Import = Readonly<{ startedAt: number; end: Promise<void> }>

/** A failure for a caller, without inner words. */
function toSentences(error: unknown): string {
  if (error instanceof SuddenEnd)
    return `The process that imports was ended (${error.by}); it will be started again.`
  const known = error instanceof AppError ? error : toFileError(error)
  if (!known) return 'see the server log.'
  const { message, next } = known.details
  return next ? `${message} ${next}` : message
}

/** Keeps the lake up to date with the drop folder: looks and imports one after the other, with a rest between them. */
export interface Importer {
  /** The import that runs, or a new one if it is time, or `isUrgent` because there is nothing to answer from. */
  next(isUrgent: boolean): Import | undefined
  /** Whether the lake is being brought up to date, here or by another process. */
  isImporting(): boolean
  /** Why the last import failed, for a caller to read. */
  failure(): string | undefined
  stop(): Promise<void>
}

function toRest(tookMs: number, failures: number): number {
  if (failures > 0) return Math.min(longestRestMs * 2 ** (failures - 1), longestFailedRestMs)
  return Math.min(Math.max(tookMs * restShare, shortestRestMs), longestRestMs)
}

export function createImporter(folders: LakeFolders, log: Log): Importer {
  const stop = new AbortController()
  let nextAt = 0
  let running: Import | undefined
  let state: State = 'current'
  /** Of which state of the lake another process was the writer, and until when that is taken for granted. */
  let writer: Readonly<{ generation: number; until: number }> | undefined
  let failure: string | undefined
  let failures = 0

  /** Looks here, which is cheap, and has another process do what is to be done. */
  async function bringUpToDate(): Promise<State> {
    const { isStale, isNeeded, manifest } = await lookForWork(folders)
    const { generation } = manifest
    if (!isNeeded) return 'current'
    if (writer?.generation === generation && performance.now() < writer.until)
      return isStale ? 'busy' : 'current'
    const found = await syncApart(folders, { log, progress: noProgress, signal: stop.signal })
    writer = found === 'busy' ? { generation, until: performance.now() + busyRestMs } : undefined
    return found
  }
  async function start(): Promise<void> {
    try {
      state = await bringUpToDate()
      failure = undefined
      failures = 0
    } catch (error) {
      if (stop.signal.aborted) return
      state = 'current'
      failures += 1
      log.error(`import failed: ${error instanceof Error ? error.stack : error}`)
      failure = toSentences(error)
    }
  }
  return {
    next: (isUrgent) => {
      if (running || stop.signal.aborted || (!isUrgent && performance.now() < nextAt)) return running
      const startedAt = performance.now()
      const end = start().finally(() => {
        running = undefined
        nextAt = performance.now() + toRest(performance.now() - startedAt, failures)
      })
      running = { startedAt, end }
      return running
    },
    isImporting: () => running !== undefined || state === 'busy',
    failure: () => failure,
    stop: async () => {
      stop.abort()
      await running?.end
    },
  }
}
