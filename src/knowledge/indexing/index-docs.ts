import { mkdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { toCommand } from '../../core/command.ts'
import { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import { cleanLine } from '../clean-text.ts'
import type { Corpus } from '../corpora.ts'
import type { Embedders } from '../embedding/embedders.ts'
import { chunkerVersion } from '../markdown/chunker-version.ts'
import { openChunkTable } from '../store/chunk-table.ts'
import { readCorpusFacts } from '../store/corpus-facts.ts'
import { type CurrentIndex, findCurrentIndex } from '../store/current-index.ts'
import { withIndexLock } from '../store/index-lock.ts'
import { measureDirectory, removeOldIndices, writeCurrentIndex } from '../store/publish-index.ts'
import { buildIndex } from './build-index.ts'
import type { SkippedFile } from './find-docs.ts'
import { hasChanged } from './has-changed.ts'
import { readDocs } from './read-docs.ts'

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

export type IndexOptions = Readonly<{ docs: readonly Corpus[]; index: string; embedders: Embedders }>

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

/** Node's code, and what the store's native errors say of it. */
const isDiskFull = (error: unknown) =>
  error instanceof Error && /ENOSPC|EDQUOT|no space left on device|os error 28\b/i.test(`${error}`)

const noSpace = (index: string, cause: unknown) =>
  new AppError(
    {
      code: 'unreadable_file',
      message: `No space is left on the disk for the documentation index in ${resolve(index)}. The former index stays in force.`,
      next: `Free some space, or set PARQUETRY_DATA to a folder on another disk; then run \`${toCommand('index-docs')}\`.`,
    },
    { cause },
  )

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

const listFolders = ({ docs }: IndexOptions) => docs.map(({ folder }) => resolve(folder)).join(' and ')

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

/** The summary of a run that found nothing to do, without a look into the files. */
async function findUnchanged(
  options: IndexOptions,
  fingerprint: string,
  former: CurrentIndex,
): Promise<Omit<IndexSummary, 'seconds'> | undefined> {
  const files = Object.keys(former.files).length
  const changes = { added: 0, changed: 0, removed: 0, unchanged: files }
  if (await hasChanged(options.docs, former)) return undefined
  if (!(await isInForce(options, fingerprint, former, changes))) return undefined
  return { files, chunks: former.chunks, ...changes, skipped: [...former.skipped, ...former.unparsed] }
}

async function runIndexing(
  options: IndexOptions,
  progress: Progress,
): Promise<Omit<IndexSummary, 'seconds'>> {
  const { index, embedders } = options
  const fingerprint = await embedders.fingerprint()
  const former = await findCurrentIndex(index)
  await removeOldIndices(index, former)
  const unchanged = former && (await findUnchanged(options, fingerprint, former))
  if (unchanged) return unchanged
  const { docs, skipped } = await readDocs(options.docs, progress)
  const found = Object.fromEntries(docs.map(({ file, text: _, ...kept }) => [file, kept]))
  const seen = { files: found, skipped: [...skipped] }
  const changes = compareFiles(former?.files ?? {}, found)
  if (former && (await isInForce(options, fingerprint, former, changes))) {
    // A file that was only touched, or that can't be read, would look changed from now on.
    await writeCurrentIndex(index, { ...former, ...seen })
    return {
      files: docs.length,
      chunks: former.chunks,
      ...changes,
      skipped: [...skipped, ...former.unparsed],
    }
  }
  const built = await buildIndex({ index, embedders, fingerprint, docs, seen, former }, progress)
  if (!built) throw noFiles(listFolders(options))
  return { files: docs.length, chunks: built.chunks, ...changes, skipped: [...skipped, ...built.unparsed] }
}

/**
 * Brings the index in line with the documentation. Builds anew beside the index in force and replaces it in one step;
 * does nothing when no file, embedder or chunker has changed. A second writer waits for the first.
 * Throws `not_found` without one of its folders, `no_data` without text in them, `busy` when another writer doesn't end, and
 * `unreadable_file` when the disk is full.
 */
export async function indexDocs(options: IndexOptions, progress: Progress): Promise<IndexSummary> {
  const start = performance.now()
  for (const { folder } of options.docs) {
    const found = await stat(folder).catch(() => undefined)
    if (!found?.isDirectory()) throw noFolder(resolve(folder))
  }
  await mkdir(options.index, { recursive: true })
  const summary = await withIndexLock(options.index, () => runIndexing(options, progress)).catch(
    (error: unknown) => {
      throw isDiskFull(error) ? noSpace(options.index, error) : error
    },
  )
  const skipped = summary.skipped.map(({ file, reason }) => ({
    file: cleanLine(file),
    reason: cleanLine(reason),
  }))
  return { ...summary, skipped, seconds: (performance.now() - start) / 1_000 }
}
