import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '../../core/progress.ts'
import { takeSpread } from '../../core/take-spread.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Embedders } from '../embedding/embedders.ts'
import { chunkerVersion } from '../markdown/chunker-version.ts'
import { createChunker } from '../markdown/create-chunker.ts'
import { openDirectory } from '../search/open-index.ts'
import { createChunkWriter } from '../store/chunk-table.ts'
import { createFactsGatherer, writeCorpusFacts } from '../store/corpus-facts.ts'
import type { CurrentIndex } from '../store/current-index.ts'
import { publishIndex } from '../store/publish-index.ts'
import { calibrate } from './calibrate.ts'
import { type Chunked, chunkDocs, type DraftRow, type Drafts, toDrafts } from './chunk-docs.ts'
import { embedRows } from './embed-rows.ts'
import type { SkippedFile } from './find-docs.ts'
import { type IndexModel, openIndexModel } from './open-index-model.ts'
import type { Doc } from './read-docs.ts'

/** What an index is made of, and what stands in its place. */
export type IndexSource = Readonly<{
  index: string
  embedders: Embedders
  fingerprint: string
  docs: readonly Doc[]
  /** What of the documentation is kept in the facts of the index. */
  seen: Pick<CurrentIndex, 'files' | 'skipped'>
  former: CurrentIndex | undefined
}>

/** Text that the model is adapted to: more says little more. */
const mostCharacters = 20_000_000

const countCharacters = (docs: readonly Doc[]) => docs.reduce((sum, { text }) => sum + text.length, 0)

const merge = (a: Chunked, b: Chunked): Chunked => ({
  chunks: new Map([...a.chunks, ...b.chunks]),
  unparsed: [...a.unparsed, ...b.unparsed],
})

type Prepared = IndexModel & Readonly<{ drafts: Drafts; unparsed: readonly SkippedFile[] }>

/**
 * Cuts the documents into rows and opens the model for them. In a large corpus a spread part is cut first, so that the model
 * learns from it in its own thread while the rest is cut in another. Undefined without any text.
 */
async function prepare(
  { index, embedders, fingerprint, docs, former }: IndexSource,
  build: string,
  progress: Progress,
): Promise<Prepared | undefined> {
  const characters = countCharacters(docs)
  const share = Math.min(mostCharacters / Math.max(characters, 1), 1)
  const sample = new Set(takeSpread(docs, Math.ceil(docs.length * share)))
  const chunker = createChunker()
  let done = 0
  const onChunked = () => progress('chunk', ++done, docs.length)
  try {
    const first = await chunkDocs([...sample], chunker, onChunked)
    const passages = [...first.chunks.values()].flat()
    const place = { index, build, former: former?.embedder === fingerprint ? former : undefined, embedders }
    const model = openIndexModel(place, passages, characters)
    model.catch(() => {})
    const rest = await chunkDocs(
      docs.filter((doc) => !sample.has(doc)),
      chunker,
      onChunked,
    )
    const chunked = merge(first, rest)
    const drafts = toDrafts(
      docs.map(({ file }) => file),
      chunked,
    )
    progress('adapt', 0, 1)
    const opened = await model
    progress('adapt', 1, 1)
    if (drafts.rows.length > 0) return { ...opened, drafts, unparsed: chunked.unparsed }
    await opened.embedder.close()
    return undefined
  } finally {
    await chunker.close()
  }
}

/** The limits of what was just built, from its own headings and questions on other subjects. */
async function findLimits(build: string, embedder: Embedder, rows: readonly DraftRow[]) {
  const open = await openDirectory(build, Promise.resolve(embedder))
  const headings = new Set(rows.map(({ headingPath }) => headingPath.slice(-2).join(' ')))
  return calibrate(open, [...headings]).finally(() => open.close())
}

async function writeRows(
  build: string,
  { drafts, vectors, embedder }: Prepared,
  progress: Progress,
): Promise<void> {
  const writer = await createChunkWriter(build, embedder.dimensions)
  const facts = createFactsGatherer(embedder.dimensions)
  // A batch is written while the next one is embedded.
  let written = Promise.resolve()
  for await (const rows of embedRows(drafts, vectors, embedder, progress)) {
    facts.add(rows)
    await written
    written = writer.add(rows)
    written.catch(() => {})
  }
  await written
  progress('write', 0, 1)
  await writer.finish()
  await writeCorpusFacts(build, facts.finish())
}

type Built = Readonly<{ chunks: number; unparsed: readonly SkippedFile[] }>

/**
 * Builds an index beside the one in force and replaces it in one step. Undefined where the documents have no text. What
 * fails leaves nothing behind: the disk may be full of it.
 */
export async function buildIndex(source: IndexSource, progress: Progress): Promise<Built | undefined> {
  const directory = `build-${randomUUID()}`
  const build = join(source.index, directory)
  await mkdir(build)
  return fill(source, directory, progress).finally(() => rm(build, { recursive: true, force: true }))
}

/** Fills a directory, gives it its name and puts it in force. */
async function fill(source: IndexSource, directory: string, progress: Progress): Promise<Built | undefined> {
  const { index, fingerprint, seen, former } = source
  const build = join(index, directory)
  const prepared = await prepare(source, build, progress)
  if (!prepared) return undefined
  const { drafts, embedder, adaptation, unparsed } = prepared
  try {
    await writeRows(build, prepared, progress)
    const limits = await findLimits(build, embedder, drafts.rows)
    const content = JSON.stringify([
      fingerprint,
      chunkerVersion,
      Object.entries(seen.files).map(([file, { hash }]) => [file, hash]),
    ])
    await publishIndex(index, directory, createHash('sha256').update(content).digest('hex'), {
      previous: former?.directory ?? null,
      embedder: fingerprint,
      adaptation,
      limits,
      dimensions: embedder.dimensions,
      chunker: chunkerVersion,
      chunks: drafts.rows.length,
      indexedAt: new Date().toISOString(),
      files: seen.files,
      skipped: [...seen.skipped],
      unparsed: [...unparsed],
    })
    progress('write', 1, 1)
    return { chunks: drafts.rows.length, unparsed }
  } finally {
    await embedder.close()
  }
}
