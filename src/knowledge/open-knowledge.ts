import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { type ChunkTable, type FoundChunk, openChunkTable } from './store/chunk-table.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { currentIndexFile, findCurrentIndex } from './store/current-index.ts'
import type { Embedder } from './embedding/embedder.ts'
import { type Fused, fuseRanks } from './search/fuse-ranks.ts'
import { pickHits } from './search/pick-hits.ts'
import { weighHeadings } from './search/weigh-headings.ts'

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
  foundBy: readonly ('text' | 'vector')[]
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

const candidates = 100
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

const noIndex = (message: string, cause?: unknown) =>
  new AppError({ code: 'no_data', message, next: 'Run `npm run index-docs`.' }, { cause })

const toHit = ({ item, score, foundBy }: Fused<FoundChunk>): KnowledgeHit => ({
  title: cleanLine(item.title),
  headingPath: item.headingPath.map(cleanLine),
  file: cleanLine(item.file),
  startLine: item.startLine,
  endLine: item.endLine,
  anchor: cleanLine(item.anchor),
  text: cleanText(item.text),
  score,
  foundBy,
})

async function openCurrentTable(index: string, embedder: Embedder): Promise<ChunkTable> {
  const current = await findCurrentIndex(index)
  if (!current) throw noIndex('The documentation index can not be read.')
  if (current.embedder !== embedder.fingerprint) {
    throw noIndex(
      `The documentation index was built with ${current.embedder}, this server uses ${embedder.fingerprint}.`,
    )
  }
  const table = await openChunkTable(join(index, current.directory))
  if ((await table.count()) !== current.chunks) throw noIndex('The documentation index is incomplete.')
  return table
}

/** Opens nothing by itself: the index and its native module are loaded by the first search. */
export function openKnowledge(options: Readonly<{ index: string; embedder: Embedder }>): Knowledge {
  const { index, embedder } = options
  let opened: Readonly<{ stamp: string; table: Promise<ChunkTable> }> | undefined

  async function readStamp(): Promise<string> {
    const stats = await stat(join(index, currentIndexFile)).catch(() => undefined)
    if (!stats) throw noIndex('There is no documentation index yet.')
    return `${stats.mtimeMs} ${stats.size} ${stats.ino}`
  }

  /** A table that is replaced stays open for the searches under way and goes with its last reference. */
  async function getTable(): Promise<ChunkTable> {
    const stamp = await readStamp()
    if (opened?.stamp !== stamp) opened = { stamp, table: openCurrentTable(index, embedder) }
    return opened.table
  }

  async function findChunks(question: string): Promise<Fused<FoundChunk>[]> {
    const [vector] = await embedder.embed([question], 'query')
    const hasContent = vector?.some((value) => value !== 0)
    try {
      const table = await getTable()
      const [text, near] = await Promise.all([
        table.findByText(question, candidates),
        vector && hasContent ? table.findByVector(vector, candidates) : [],
      ])
      return fuseRanks({ text, vector: near })
    } catch (error) {
      opened = undefined
      throw error instanceof AppError ? error : noIndex('The documentation index is damaged.', error)
    }
  }

  return {
    search: async (text, limit) => {
      const question = parseQuestion(text)
      const fused = await findChunks(question)
      return pickHits(weighHeadings(question, fused), limit).map(toHit)
    },
    describe: async () => {
      const current = await findCurrentIndex(index)
      if (!current) return { ready: false, files: 0, chunks: 0, indexedAt: null, embedder: null }
      return {
        ready: current.embedder === embedder.fingerprint && existsSync(join(index, current.directory)),
        files: Object.keys(current.files).length,
        chunks: current.chunks,
        indexedAt: current.indexedAt,
        embedder: current.embedder,
      }
    },
    close: async () => {
      const table = await opened?.table.catch(() => undefined)
      opened = undefined
      table?.close()
    },
  }
}
