import { createHash, randomUUID } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import { chunkerVersion } from '../markdown/chunk-document.ts'
import { openDirectory } from '../search/open-index.ts'
import { createChunkWriter, openChunkTable } from '../store/chunk-table.ts'
import { cleanLine } from '../clean-text.ts'
import { createFactsGatherer, readCorpusFacts, writeCorpusFacts } from '../store/corpus-facts.ts'
import { type CurrentIndex, findCurrentIndex } from '../store/current-index.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Embedders } from '../embedding/embedders.ts'
import { calibrate } from './calibrate.ts'
import type { SkippedFile } from './find-docs.ts'
import { withIndexLock } from '../store/index-lock.ts'
import {
  measureDirectory,
  publishIndex,
  removeOldIndices,
  writeCurrentIndex,
} from '../store/publish-index.ts'
import { readDocs } from './read-docs.ts'
import { openIndexModel } from './open-index-model.ts'
import { type DraftRow, embedRows, toDraftRows } from './to-chunk-rows.ts'

/** `added`, `changed`, `removed` and `unchanged` count files against the index before this run. */
export type IndexSummary = Readonly<{
  files: number
  chunks: number
  added: number
  changed: number
  removed: number
  unchanged: number
  skipped: readonly SkippedFile[]
  seconds: number
}>

export type IndexOptions = Readonly<{ docs: string; index: string; embedders: Embedders }>

type Files = CurrentIndex['files']

const noFiles = (docs: string) =>
  new AppError({
    code: 'no_data',
    message: `There is no text to index below ${docs}.`,
    path: 'docs',
    actual: docs,
    next: 'Put Markdown files (.md, .markdown, .mdx) there, or name another folder in PARQUETRY_DOCS or with --docs.',
  })

const noFolder = (docs: string) =>
  new AppError({
    code: 'not_found',
    message: `There is no folder ${docs}.`,
    path: 'docs',
    actual: docs,
    expected: 'a folder with Markdown files',
    next: 'Name the folder with your Markdown files in PARQUETRY_DOCS or with --docs.',
  })

function compareFiles(before: Files, after: Files) {
  const files = Object.keys(after)
  const known = files.filter((file) => Object.hasOwn(before, file))
  const unchanged = known.filter((file) => before[file]?.hash === after[file]?.hash).length
  return {
    added: files.length - known.length,
    changed: known.length - unchanged,
    removed: Object.keys(before).length - known.length,
    unchanged,
  }
}

/** Whether nothing of an index was lost and both kinds of search work on it. */
async function isWhole(
  index: string,
  { directory, bytes, chunks, dimensions }: CurrentIndex,
): Promise<boolean> {
  if ((await measureDirectory(join(index, directory))) !== bytes) return false
  try {
    const table = await openChunkTable(join(index, directory))
    await table.findByText('documentation', 1)
    const near = await table.findByVector(new Float32Array(dimensions), 1)
    const count = await table.count()
    await readCorpusFacts(join(index, directory))
    table.close()
    return count === chunks && near.length > 0
  } catch {
    return false
  }
}

type Changes = ReturnType<typeof compareFiles>

async function isInForce(
  { index }: IndexOptions,
  fingerprint: string,
  former: CurrentIndex,
  changes: Changes,
): Promise<boolean> {
  const isSameMaker = former.embedder === fingerprint && former.chunker === chunkerVersion
  const isSameText = changes.added + changes.changed + changes.removed === 0
  return isSameMaker && isSameText && isWhole(index, former)
}

/** The limits of what was just built, from its own headings and questions on other subjects. */
async function findLimits(build: string, embedder: Embedder, rows: readonly DraftRow[]) {
  const open = await openDirectory(build, Promise.resolve(embedder))
  const headings = new Set(rows.map(({ headingPath }) => headingPath.slice(-2).join(' ')))
  return calibrate(open, [...headings]).finally(() => open.close())
}

async function runIndexing(
  options: IndexOptions,
  progress: Progress,
): Promise<Omit<IndexSummary, 'seconds'>> {
  const { index, embedders } = options
  const fingerprint = await embedders.fingerprint()
  const former = await findCurrentIndex(index)
  await removeOldIndices(index, former)
  const { docs, skipped } = await readDocs(options.docs, progress)
  const found = Object.fromEntries(
    docs.map(({ file, hash, size, changedAt }) => [file, { hash, size, changedAt }]),
  )
  const seen = { files: found, skipped: skipped.map(({ file }) => file) }
  const changes = compareFiles(former?.files ?? {}, found)
  if (former && (await isInForce(options, fingerprint, former, changes))) {
    // A file that was only touched, or that can't be read, would look changed from now on.
    const isSeen =
      JSON.stringify([former.files, former.skipped]) === JSON.stringify([seen.files, seen.skipped])
    if (!isSeen) await writeCurrentIndex(index, { ...former, ...seen })
    return {
      files: docs.length,
      chunks: former.chunks,
      ...changes,
      skipped: [...skipped, ...former.unparsed],
    }
  }

  const { drafts, unparsed } = await toDraftRows(docs, progress)
  if (drafts.length === 0) throw noFiles(resolve(options.docs))
  const directory = `build-${randomUUID()}`
  const build = join(index, directory)
  await mkdir(build)
  const known = former?.embedder === fingerprint ? former : undefined
  const { embedder, vectors, adaptation } = await openIndexModel(
    { index, build, former: known, embedders },
    drafts,
    progress,
  )
  try {
    const writer = await createChunkWriter(build, embedder.dimensions)
    const facts = createFactsGatherer(embedder.dimensions)
    for await (const rows of embedRows(drafts, vectors, embedder, progress)) {
      facts.add(rows)
      await writer.add(rows)
    }
    progress('write', 0, 1)
    await writer.finish()
    await writeCorpusFacts(build, facts.finish())
    const limits = await findLimits(build, embedder, drafts)
    const content = JSON.stringify([
      fingerprint,
      chunkerVersion,
      Object.entries(found).map(([file, { hash }]) => [file, hash]),
    ])
    await publishIndex(index, directory, createHash('sha256').update(content).digest('hex'), {
      previous: former?.directory ?? null,
      embedder: fingerprint,
      adaptation,
      limits,
      dimensions: embedder.dimensions,
      chunker: chunkerVersion,
      chunks: drafts.length,
      indexedAt: new Date().toISOString(),
      ...seen,
      unparsed,
    })
    progress('write', 1, 1)
    return { files: docs.length, chunks: drafts.length, ...changes, skipped: [...skipped, ...unparsed] }
  } finally {
    await embedder.close()
  }
}

/**
 * Brings the index in line with the docs folder. Builds anew beside the index in force and replaces it in one step;
 * does nothing when no file, embedder or chunker has changed. A second writer waits for the first.
 * Throws `not_found` without a docs folder, `no_data` without text in it, `busy` when another writer doesn't end.
 */
export async function indexDocs(options: IndexOptions, progress: Progress): Promise<IndexSummary> {
  const start = performance.now()
  const docs = await stat(options.docs).catch(() => undefined)
  if (!docs?.isDirectory()) {
    throw noFolder(resolve(options.docs))
  }
  await mkdir(options.index, { recursive: true })
  const summary = await withIndexLock(options.index, () => runIndexing(options, progress))
  const skipped = summary.skipped.map(({ file, reason }) => ({
    file: cleanLine(file),
    reason: cleanLine(reason),
  }))
  return { ...summary, skipped, seconds: (performance.now() - start) / 1_000 }
}
