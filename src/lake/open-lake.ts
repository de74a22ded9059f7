import { AppError } from '../core/errors.ts'
import { toFileError } from '../core/file-error.ts'
import type { Log } from '../core/log.ts'
import { noProgress } from '../core/progress.ts'
import { waitAtMost } from '../core/wait-at-most.ts'
import { createLakeSnapshot, type LakeSnapshot } from './lake-snapshot.ts'
import { readManifest } from './manifest.ts'
import { type SyncResult, syncLake } from './sync-lake.ts'
import type { LakeFolders } from './build/work-space.ts'

/** The read side of the lake. Each call gets a snapshot: one published state, the same for all statements of the call. */
export interface Lake {
  /** Looks whether exports changed, brings the lake up to date within the wait, and gives the newest published state. */
  snapshot(): Promise<LakeSnapshot>
  close(): Promise<void>
}

export type LakeOptions = LakeFolders & Readonly<{ importWaitMs: number }>

/** After a look at the drop folder the next is due when ten times as long has passed as it took, within these bounds. */
const restShare = 10
const shortestRestMs = 100
const longestRestMs = 1_000
/** After a failed import the rest doubles with each further failure, so that a full disk is not tried at every call. */
const longestFailedRestMs = 60_000

type Import = Readonly<{ startedAt: number; result: Promise<SyncResult | undefined> }>

function toRest(tookMs: number, failures: number): number {
  if (failures > 0) return Math.min(longestRestMs * 2 ** (failures - 1), longestFailedRestMs)
  return Math.min(Math.max(tookMs * restShare, shortestRestMs), longestRestMs)
}

/** Imports one after the other, with a rest between them. */
function createImporter(options: LakeOptions, log: Log) {
  const stop = new AbortController()
  let nextAt = 0
  let running: Import | undefined
  let failure: string | undefined
  let failures = 0

  const onFailure = (error: unknown) => {
    if (stop.signal.aborted) return undefined
    failures += 1
    log.error(`import failed: ${error instanceof Error ? error.stack : error}`)
    failure =
      (toFileError(error) ?? (error instanceof AppError ? error : undefined))?.details.message ??
      'see the server log.'
    return undefined
  }
  const start = async () => {
    const result = await syncLake(options, { log, progress: noProgress, signal: stop.signal })
    failure = undefined
    failures = 0
    return result
  }
  /** The import that runs, or a new one if it is time, or `isUrgent` because there is nothing to answer from. */
  const next = (isUrgent: boolean): Import | undefined => {
    if (running || stop.signal.aborted || (!isUrgent && Date.now() < nextAt)) return running
    const startedAt = Date.now()
    const result = start()
      .catch(onFailure)
      .finally(() => {
        running = undefined
        nextAt = Date.now() + toRest(Date.now() - startedAt, failures)
      })
    running = { startedAt, result }
    return running
  }
  return {
    next,
    isRunning: () => running !== undefined,
    failure: () => failure,
    stop: async () => {
      stop.abort()
      await running?.result
    },
  }
}

/** Opens the lake for reading. Nothing is read before the first snapshot. */
export function openLake(options: LakeOptions, log: Log): Lake {
  const readCurrent = () => readManifest(options.lakeDir)
  const importer = createImporter(options, log)
  return {
    snapshot: async () => {
      const isEmpty = (await readCurrent()).generation === 0
      const pending = importer.next(isEmpty && importer.failure() === undefined)
      const waitedMs = pending && !isEmpty ? Date.now() - pending.startedAt : 0
      const waitMs = options.importWaitMs - waitedMs
      const result = await (pending && waitMs > 0 ? waitAtMost(pending.result, waitMs, undefined) : undefined)
      const isImporting = importer.isRunning() || result?.state === 'busy'
      return createLakeSnapshot(options.lakeDir, await readCurrent(), {
        isImporting,
        failure: importer.failure(),
      })
    },
    close: () => importer.stop(),
  }
}
