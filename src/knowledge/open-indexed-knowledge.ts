import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { noProgress } from '../core/progress.ts'
import type { IndexOptions } from './indexing/index-docs.ts'
import { type Knowledge, openKnowledge } from './open-knowledge.ts'

const isWithoutIndex = (error: unknown) => error instanceof AppError && error.details.code === 'no_data'

const notIndexed = (docs: string, cause: unknown) =>
  new AppError(
    {
      code: 'no_data',
      message: `The documentation in ${docs} could not be indexed.`,
      path: 'docs',
      actual: docs,
      next: 'Run `npm run index-docs` and mend what it reports.',
    },
    { cause },
  )

/** The write side, with its Markdown parser, is loaded only when there is something to index. */
async function runIndexing(options: IndexOptions, log: Log): Promise<void> {
  const { docs, index } = options
  log.info(`There is no usable documentation index in ${index}; indexing ${docs}.`)
  try {
    const { indexDocs } = await import('./indexing/index-docs.ts')
    const summary = await indexDocs(options, noProgress)
    log.info(`Indexed ${summary.files} files of ${docs} in ${summary.seconds.toFixed(1)} s.`)
    for (const { file, reason } of summary.skipped) log.warn(`Not indexed: ${file}: ${reason}`)
  } catch (error) {
    log.error(`${docs} could not be indexed: ${error instanceof Error ? error.stack : error}`)
    throw error instanceof AppError ? error : notIndexed(docs, error)
  }
}

/**
 * Knowledge that needs no preparation: a search that finds no index, one of another embedder or one that can't be
 * read has the docs folder indexed and searches again. Searches at the same time wait for the same run; one that
 * fails is tried anew by the next search. Throws what `indexDocs` throws, and `no_data` for a cause it doesn't know.
 */
export function openIndexedKnowledge(options: IndexOptions, log: Log): Knowledge {
  const knowledge = openKnowledge(options)
  let running: Promise<void> | undefined

  const ensureIndex = () => {
    running ??= runIndexing(options, log).finally(() => {
      running = undefined
    })
    return running
  }

  return {
    ...knowledge,
    search: async (question, limit) => {
      try {
        return await knowledge.search(question, limit)
      } catch (error) {
        if (!isWithoutIndex(error)) throw error
        await ensureIndex()
        return knowledge.search(question, limit)
      }
    },
  }
}
