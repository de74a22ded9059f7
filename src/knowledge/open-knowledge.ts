import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { waitAtMost } from '../core/wait-at-most.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import type { Embedders } from './embedding/embedders.ts'
import { findInstructions } from './find-instructions.ts'
import { isAsIndexed } from './indexing/has-changed.ts'
import type { Correction } from './search/correct-words.ts'
import { type Answer, EmbeddingFailed, findPassages } from './search/find-passages.ts'
import { findUncovered } from './search/find-uncovered.ts'
import { noIndex, openIndex, type OpenIndex } from './search/open-index.ts'
import { pickHits } from './search/pick-hits.ts'
import type { RankedChunk } from './search/rank-passages.ts'
import type { FoundBy } from './search/read-signs.ts'
import { type Answerable, toAnswerable } from './search/weigh-evidence.ts'
import { type CurrentIndex, currentIndexFile, findCurrentIndex } from './store/current-index.ts'

/** A passage that answers a question, with its place in the source; lines count from 1, both ends included. */
export type KnowledgeHit = Readonly<{
  title: string
  headingPath: readonly string[]
  /** Relative to the docs folder, with `/`; like all other text without characters that can't be seen. */
  file: string
  startLine: number
  endLine: number
  anchor: string
  /** Where a person can open it, if a base for links is set. */
  url?: string
  /** Last change of the file, in ISO 8601. */
  changedAt?: string
  text: string
  /** Whether the file has been changed since: the lines may have moved. */
  isOutdated: boolean
  /** Parts of the text that read like instructions to an assistant. */
  instructionLike: readonly string[]
  /** In [0, 1]; 1 would be the highest value of every sign. No probability. */
  score: number
  foundBy: readonly FoundBy[]
}>

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
  /** Throws `invalid_argument` for an empty or overlong question, `no_data` without an index. */
  search(question: string, limit: number): Promise<KnowledgeAnswer>
  describe(): Promise<KnowledgeStatus>
  close(): Promise<void>
}

const longestQuestion = 2_000

function parseQuestion(text: string): string {
  const question = text.trim()
  if (question.length >= 1 && question.length <= longestQuestion) return question
  throw new AppError({
    code: 'invalid_argument',
    message: question === '' ? 'The question is empty.' : 'The question is too long.',
    path: 'query',
    actual: `${question.length} characters`,
    expected: `1 to ${longestQuestion} characters`,
    next: 'Ask in one or two sentences.',
  })
}

export type KnowledgeOptions = Readonly<{
  /** The Markdown documentation. */
  docs: string
  index: string
  embedders: Embedders
  /** In front of a file's path this makes a link that a person can open; without it there are no links. */
  docsUrl?: string | undefined
}>

/** A hit whose file is still there; undefined for one whose file is gone. */
async function toHit(
  { chunk, score, foundBy }: RankedChunk,
  { docs, docsUrl }: KnowledgeOptions,
  { files }: CurrentIndex,
): Promise<KnowledgeHit | undefined> {
  const path = join(docs, chunk.file)
  if (!existsSync(path)) return undefined
  const known = files[chunk.file]
  const text = cleanText(chunk.text)
  return {
    title: cleanLine(chunk.title),
    headingPath: chunk.headingPath.map(cleanLine),
    file: cleanLine(chunk.file),
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    anchor: cleanLine(chunk.anchor),
    ...(docsUrl && { url: toUrl(docsUrl, chunk) }),
    ...(known && { changedAt: known.changedAt }),
    text,
    isOutdated: !(await isAsIndexed(path, known)),
    instructionLike: findInstructions(`${chunk.headingPath.map(cleanLine).join(' > ')}\n${text}`),
    score,
    foundBy,
  }
}

const toUrl = (base: string, { file, anchor }: Readonly<{ file: string; anchor: string }>) =>
  `${base.replace(/\/+$/, '')}/${file.split('/').map(encodeURIComponent).join('/')}${anchor ? `#${encodeURIComponent(anchor)}` : ''}`

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
async function findWith(open: OpenIndex, question: string, reason: string | undefined) {
  const byText = async (failure: string) => ({
    answer: await findPassages(open, question, { mode: 'text' }),
    failure,
  })
  if (reason !== undefined) return byText(reason)
  try {
    return { answer: await findPassages(open, question, { mode: 'both' }), failure: undefined }
  } catch (error) {
    if (error instanceof EmbeddingFailed) return byText(toReason(error))
    throw error
  }
}

async function toAnswer(
  answer: Answer,
  limit: number,
  options: KnowledgeOptions,
  facts: CurrentIndex,
  reason: string | undefined,
): Promise<KnowledgeAnswer> {
  const { corrected, asked, ranked, evidence } = answer
  const picked = pickHits(ranked, limit)
  const hits = await Promise.all(picked.map((hit) => toHit(hit, options, facts)))
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
  const { index, embedders } = options
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
    search: async (text, limit) => {
      const question = parseQuestion(text)
      try {
        const { facts, open } = await getIndex()
        const reason = await findReason(open)
        if (reason !== undefined) forget()
        const { answer, failure } = await findWith(open, question, reason)
        return await toAnswer(answer, limit, options, facts, failure)
      } catch (error) {
        opened = undefined
        throw error instanceof AppError ? error : noIndex('The documentation index is damaged.', error)
      }
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
