import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '../../core/progress.ts'
import type { IndexedFile } from '../store/current-index.ts'
import { type SkippedFile, findDocs } from './find-docs.ts'

/** A file's text as UTF-8 without byte order mark, and what is kept of the file itself. */
export type Doc = IndexedFile & Readonly<{ file: string; text: string }>

const largest = 5 * 1024 * 1024

const getCode = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown cause'

/** Reads one file of the docs folder, or says why it is left out. */
async function readDoc(root: string, file: string): Promise<Doc | SkippedFile> {
  try {
    const path = join(root, file)
    const stats = await stat(path)
    if (!stats.isFile()) return { file, reason: 'not a regular file' }
    if (stats.size > largest) return { file, reason: 'larger than 5 MB' }
    const bytes = await readFile(path)
    if (bytes.includes(0)) return { file, reason: 'binary (it has a NUL byte)' }
    return {
      file,
      text: new TextDecoder().decode(bytes),
      hash: createHash('sha256').update(bytes).digest('hex'),
      size: stats.size,
      changedAt: stats.mtime.toISOString(),
    }
  } catch (error) {
    return { file, reason: `unreadable (${getCode(error)})` }
  }
}

/** Reads all Markdown below the docs folder; what is left out is listed with its reason. */
export async function readDocs(
  root: string,
  progress: Progress,
): Promise<Readonly<{ docs: readonly Doc[]; skipped: readonly SkippedFile[] }>> {
  const { files, skipped } = await findDocs(root)
  const read: (Doc | SkippedFile)[] = []
  for (const file of files) {
    read.push(await readDoc(root, file))
    progress('read', read.length, files.length)
  }
  return {
    docs: read.filter((doc) => 'hash' in doc),
    skipped: [...skipped, ...read.filter((doc) => 'reason' in doc)],
  }
}
