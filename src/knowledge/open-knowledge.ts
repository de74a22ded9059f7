import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { waitAtMost } from '../core/wait-at-most.ts'
import { cleanLine } from './clean-text.ts'
import type { Corpus } from './corpora.ts'
import type { Embedders } from './embedding/embedders.ts'
import { parsePath, parseQuestion } from './parse-question.ts'
import { readPage } from './read-page.ts'
import type { Correction } from './search/correct-words.ts'
import { type Answer, EmbeddingFailed, findPassages } from './search/find-passages.ts'
import { findUncovered } from './search/find-uncovered.ts'
import { noIndex, type OpenIndex, openIndex } from './search/open-index.ts'
import { pickHits } from './search/pick-hits.ts'
import { type Answerable, toAnswerable } from './search/weigh-evidence.ts'
import { type CurrentIndex, currentIndexFile, findCurrentIndex } from './store/current-index.ts'
import { type KnowledgeHit, toHit } from './to-hit.ts'

/** What the documentation says to a question. */
export type KnowledgeAnswer = Readonly<{
  /** The best passages first; the nearest ones, where they don't answer it. */
  hits: readonly KnowledgeHit[]
  answerable: Answerable
  /** Words of the question that no passage of `hits` has, as they were asked; those that the corpus lacks come first. */
  uncovered: readonly string[]
  /** Words that were taken as misspelt. */
  corrections: readonly Correction[]
  /** Whether a file of a hit has been changed or removed since it was indexed; hits of removed ones are left out. */
  isOutdated: boolean
  /** Why only full text was searched; undefined where vectors took part. */
  withoutVectors?: string
}>

export type KnowledgeStatus = Readonly<{
  ready: boolean
  files: number
  chunks: number
  indexedAt: string | null
  embedder: string | null
}>

/** The documentation as it can be asked. Follows the index on disk: a new one is used from the next call on. */
export interface Knowledge {
  /**
   * Searches files that have `path` in their names only. Throws `invalid_argument` for an empty or overlong question and for
   * a path that no file has, `no_data` without an index.
   */
  search(question: string, limit: number, path?: string): Promise<KnowledgeAnswer>
  describe(): Promise<KnowledgeStatus>
  /** Names of the files in the index; none without an index. */
  listPages(): Promise<readonly string[]>
  /** A file's text, by its name in the index. Throws `not_found`. */
  readPage(file: string): Promise<string>
  close(): Promise<void>
}

export type KnowledgeOptions = Readonly<{
  /** The Markdown documentation. */
  docs: readonly Corpus[]
  index: string
  embedders: Embedders
}>

/** Time that a question waits for the model; longer ones are answered by full text alone. */
const modelWaitMs = 2_000

const longestReason = 300

/** Messages of libraries may be long, and hold what a file says. */
const toReason = (error: unknown) =>
  cleanLine(error instanceof Error ? error.message : 'The embedding model can not be loaded.').slice(
    0,
    longestReason,
  )

/** Whether the model is there to take part, or else why not. */
const findReason = ({ embedder }: OpenIndex): Promise<string | undefined> =>
  waitAtMost(
    embedder.then(
      () => undefined,
      (error: unknown) => toReason(error),
    ),
    modelWaitMs,
    'The embedding model is still being loaded.',
  )

/** Answers with vectors where the model is there and does its work, and by full text otherwise, with what failed. */
async function findWith(
  open: OpenIndex,
  question: string,
  path: string | undefined,
  reason: string | undefined,
) {
  const byText = async (failure: string) => ({
    answer: await findPassages(open, question, { mode: 'text', path }),
    failure,
  })
  if (reason !== undefined) return byText(reason)
  try {
    return { answer: await findPassages(open, question, { mode: 'both', path }), failure: undefined }
  } catch (error) {
    if (error instanceof EmbeddingFailed) return byText(toReason(error))
    throw error
  }
}

async function toAnswer(
  answer: Answer,
  limit: number,
  docs: readonly Corpus[],
  facts: CurrentIndex,
  reason: string | undefined,
): Promise<KnowledgeAnswer> {
  const { corrected, asked, ranked, evidence } = answer
  const picked = pickHits(ranked, limit)
  const hits = await Promise.all(picked.map((hit) => toHit(hit, docs, facts)))
  const present = hits.filter((hit) => hit !== undefined)
  return {
    hits: present,
    answerable: present.length > 0 ? toAnswerable(evidence, facts.limits) : 'no',
    uncovered: findUncovered(corrected.text, asked, picked),
    corrections: corrected.corrections,
    isOutdated: present.length < picked.length || present.some(({ isOutdated }) => isOutdated),
    ...(reason !== undefined && { withoutVectors: reason }),
  }
}

type Opened = Awaited<ReturnType<typeof openIndex>>

const retryAfterMs = 30_000

/** Opens nothing by itself: the index, its model and the native modules are loaded by the first search. */
export function openKnowledge(options: KnowledgeOptions): Knowledge {
  const { docs, index, embedders } = options
  let opened: Readonly<{ stamp: string; at: number; current: Promise<Opened> }> | undefined

  async function readStamp(): Promise<string> {
    const stats = await stat(join(index, currentIndexFile)).catch(() => undefined)
    if (!stats) throw noIndex('There is no documentation index yet.')
    return `${stats.mtimeMs} ${stats.size} ${stats.ino}`
  }

  /** An index that is replaced stays open for the searches under way and goes with its last reference. */
  async function getIndex(): Promise<Opened> {
    const stamp = await readStamp()
    if (opened?.stamp !== stamp)
      opened = { stamp, at: performance.now(), current: openIndex(index, embedders) }
    return opened.current
  }

  /** What could not be loaded is tried again after a while: somebody may have mended it. */
  function forget(): void {
    if (opened && performance.now() - opened.at > retryAfterMs) opened = undefined
  }

  return {
    search: async (text, limit, path) => {
      const question = parseQuestion(text)
      try {
        const { facts, open } = await getIndex()
        const part = path === undefined ? undefined : parsePath(path, facts)
        const reason = await findReason(open)
        if (reason !== undefined) forget()
        const { answer, failure } = await findWith(open, question, part, reason)
        return await toAnswer(answer, limit, docs, facts, failure)
      } catch (error) {
        if (error instanceof AppError && error.details.code === 'invalid_argument') throw error
        opened = undefined
        throw error instanceof AppError ? error : noIndex('The documentation index is damaged.', error)
      }
    },
    listPages: async () => Object.keys((await findCurrentIndex(index))?.files ?? {}),
    readPage: async (file) => {
      const current = await findCurrentIndex(index)
      if (!current) throw noIndex('There is no documentation index yet.')
      return readPage(docs, current, file)
    },
    describe: async () => {
      const current = await findCurrentIndex(index)
      if (!current) return { ready: false, files: 0, chunks: 0, indexedAt: null, embedder: null }
      return {
        ready:
          current.embedder === (await embedders.fingerprint()) && existsSync(join(index, current.directory)),
        files: Object.keys(current.files).length,
        chunks: current.chunks,
        indexedAt: current.indexedAt,
        embedder: current.embedder,
      }
    },
    close: async () => {
      const current = await opened?.current.catch(() => undefined)
      opened = undefined
      await current?.open.close()
    },
  }
}
