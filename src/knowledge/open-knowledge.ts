import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import type { Embedders } from './embedding/embedders.ts'
import { findPassages } from './search/find-passages.ts'
import { noIndex, openIndex, type OpenIndex } from './search/open-index.ts'
import { pickHits } from './search/pick-hits.ts'
import type { RankedChunk } from './search/rank-passages.ts'
import type { FoundBy } from './search/read-signs.ts'
import { currentIndexFile, findCurrentIndex } from './store/current-index.ts'

/** A passage that answers a question, with its place in the source; lines count from 1, both ends included. */
export type KnowledgeHit = Readonly<{
  title: string
  headingPath: readonly string[]
  /** Relative to the docs folder, with `/`; like all other text without characters that can't be seen. */
  file: string
  startLine: number
  endLine: number
  anchor: string
  text: string
  /** In (0, 1]; 1 means first by full text and by vector, below a heading whose words the question has all. */
  score: number
  foundBy: readonly FoundBy[]
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
  /** The best passages first. Throws `invalid_argument` for an empty or overlong question, `no_data` without an index. */
  search(question: string, limit: number): Promise<readonly KnowledgeHit[]>
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

const toHit = ({ chunk, score, foundBy }: RankedChunk): KnowledgeHit => ({
  title: cleanLine(chunk.title),
  headingPath: chunk.headingPath.map(cleanLine),
  file: cleanLine(chunk.file),
  startLine: chunk.startLine,
  endLine: chunk.endLine,
  anchor: cleanLine(chunk.anchor),
  text: cleanText(chunk.text),
  score,
  foundBy,
})

/** Opens nothing by itself: the index, its model and the native modules are loaded by the first search. */
export function openKnowledge(options: Readonly<{ index: string; embedders: Embedders }>): Knowledge {
  const { index, embedders } = options
  let opened: Readonly<{ stamp: string; current: Promise<OpenIndex> }> | undefined

  async function readStamp(): Promise<string> {
    const stats = await stat(join(index, currentIndexFile)).catch(() => undefined)
    if (!stats) throw noIndex('There is no documentation index yet.')
    return `${stats.mtimeMs} ${stats.size} ${stats.ino}`
  }

  /** An index that is replaced stays open for the searches under way and goes with its last reference. */
  async function getIndex(): Promise<OpenIndex> {
    const stamp = await readStamp()
    if (opened?.stamp !== stamp) opened = { stamp, current: openIndex(index, embedders) }
    return opened.current
  }

  return {
    search: async (text, limit) => {
      const question = parseQuestion(text)
      try {
        return pickHits(await findPassages(await getIndex(), question, { mode: 'both' }), limit).map(toHit)
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
      await current?.close()
    },
  }
}
