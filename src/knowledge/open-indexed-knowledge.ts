import { toCommand } from '../core/command.ts'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { hasChanged } from './indexing/has-changed.ts'
import type { IndexSummary } from './indexing/index-docs.ts'
import { chunkerVersion } from './markdown/chunker-version.ts'
import { type Knowledge, type KnowledgeOptions, openKnowledge } from './open-knowledge.ts'
import { findCurrentIndex } from './store/current-index.ts'

const isWithoutIndex = (error: unknown) => error instanceof AppError && error.details.code === 'no_data'

/** A path that no file of the index has: one that came since may. */
const isUnknownPath = (error: unknown) =>
  error instanceof AppError && error.details.code === 'invalid_argument' && error.details.path === 'path'

const notIndexed = (docs: string, cause: unknown) =>
  new AppError(
    {
      code: 'no_data',
      message: `The documentation in ${docs} could not be indexed.`,
      path: 'docs',
      actual: docs,
      next: `Run \`${toCommand('index-docs')}\` and mend what it reports.`,
    },
    { cause },
  )

/** Has the documentation indexed, here or elsewhere; may end early with the signal. */
export type Indexer = (signal: AbortSignal) => Promise<IndexSummary>

type Run = Readonly<{ options: KnowledgeOptions; log: Log; indexer: Indexer; signal: AbortSignal }>

async function runIndexing({ options, log, indexer, signal }: Run, why: string): Promise<void> {
  const docs = options.docs.map(({ folder }) => folder).join(' and ')
  log.info(`${why}; indexing ${docs}.`)
  try {
    const summary = await indexer(signal)
    log.info(`Indexed ${summary.files} files of ${docs} in ${summary.seconds.toFixed(1)} s.`)
    for (const { file, reason } of summary.skipped) log.warn(`Not indexed: ${file}: ${reason}`)
  } catch (error) {
    if (signal.aborted) throw error
    log.error(`${docs} could not be indexed: ${error instanceof Error ? error.stack : error}`)
    throw error instanceof AppError ? error : notIndexed(docs, error)
  }
}

/** The docs folder is looked at for changes after a search, at most this often. */
const lookEveryMs = 15_000

/**
 * Knowledge that needs no preparation and keeps up with its folder: a search that finds no index, one of another embedder or
 * one that can't be read has the docs folder indexed and searches again. One that finds an index which the folder has
 * outgrown answers at once and has it indexed in the background. Searches at the same time wait for the same run; one that
 * fails is tried anew by a later search. Throws what `indexDocs` throws, and `no_data` for a cause it doesn't know.
 */
export function openIndexedKnowledge(options: KnowledgeOptions, log: Log, indexer: Indexer): Knowledge {
  const stop = new AbortController()
  const run: Run = { options, log, indexer, signal: stop.signal }
  const knowledge = openKnowledge(options)
  let running: Promise<void> | undefined
  let looking: Promise<void> | undefined
  let lookedAt = -Infinity

  const ensureIndex = (why: string) => {
    running ??= runIndexing(run, why).finally(() => {
      running = undefined
    })
    return running
  }

  async function look(isOutdated: boolean): Promise<void> {
    const current = await findCurrentIndex(options.index)
    const isOld = current !== undefined && current.chunker !== chunkerVersion
    if (!current || !(isOutdated || isOld || (await hasChanged(options.docs, current)))) return
    await ensureIndex('The documentation has changed')
  }

  /** Whether the folders hold what the index doesn't. */
  async function isBehind(): Promise<boolean> {
    const current = await findCurrentIndex(options.index)
    return current !== undefined && hasChanged(options.docs, current).catch(() => false)
  }

  /** Looks in the background; what fails there is logged, and the index in force goes on answering. */
  function lookLater(isOutdated: boolean): void {
    if (looking || performance.now() - lookedAt < lookEveryMs) return
    lookedAt = performance.now()
    looking = look(isOutdated)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return
        log.warn(
          `The documentation could not be looked at: ${error instanceof Error ? error.message : error}`,
        )
      })
      .finally(() => {
        looking = undefined
      })
  }

  return {
    ...knowledge,
    search: async (question, limit, path) => {
      try {
        const answer = await knowledge.search(question, limit, path)
        // All that was found is gone: another folder, or one that was emptied. What is there now is to answer.
        if (answer.hits.length === 0 && answer.isOutdated) {
          const isMade = await ensureIndex('Nothing that the index found is there any more').then(
            () => true,
            () => false,
          )
          return isMade ? await knowledge.search(question, limit, path) : answer
        }
        lookLater(answer.isOutdated)
        return answer
      } catch (error) {
        if (isUnknownPath(error) && (await isBehind())) {
          await ensureIndex('The documentation has changed')
          return knowledge.search(question, limit, path)
        }
        if (!isWithoutIndex(error)) throw error
        await ensureIndex(`There is no usable documentation index in ${options.index}`)
        return knowledge.search(question, limit, path)
      }
    },
    close: async () => {
      stop.abort()
      await looking
      await knowledge.close()
    },
  }
}
