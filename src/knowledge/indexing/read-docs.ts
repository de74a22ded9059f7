import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Progress } from '../../core/progress.ts'
import { type Corpus, locateFile } from '../corpora.ts'
import type { FileState, IndexedFile, UnindexedFile } from '../store/current-index.ts'
import { findDocs } from './find-docs.ts'
import { toState } from './has-changed.ts'

/** A file's text without byte order mark, and what is kept of the file itself. */
export type Doc = IndexedFile & Readonly<{ file: string; text: string }>

const largest = 5 * 1024 * 1024

const getCode = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown cause'

/** UTF-8, UTF-16 with a byte order mark, or else Windows-1252, in which any bytes are text; undefined for no text. */
function decode(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Reads one file, or says why it is left out. */
export async function readDoc(path: string, file: string): Promise<Doc | UnindexedFile> {
  let state: FileState | undefined
  try {
    const stats = await stat(path)
    state = toState(stats)
    if (!stats.isFile()) return { file, reason: 'not a regular file', ...state }
    if (stats.size > largest) return { file, reason: 'larger than 5 MB', ...state }
    const bytes = await readFile(path)
    const text = decode(bytes)
    if (text === undefined) return { file, reason: 'binary (it has a NUL byte)', ...state }
    return { file, text, hash: createHash('sha256').update(bytes).digest('hex'), ...state }
  } catch (error) {
    return { file, reason: `unreadable (${getCode(error)})`, ...state }
  }
}

/** Reads all Markdown of the corpora; what is left out is listed with its reason. */
export async function readDocs(
  corpora: readonly Corpus[],
  progress: Progress,
): Promise<Readonly<{ docs: readonly Doc[]; skipped: readonly UnindexedFile[] }>> {
  const { files, skipped } = await findDocs(corpora)
  const read: (Doc | UnindexedFile)[] = []
  for (const file of files) {
    read.push(await readDoc(locateFile(corpora, file)?.absolute ?? file, file))
    progress('read', read.length, files.length)
  }
  return {
    docs: read.filter((doc) => 'hash' in doc),
    skipped: [...skipped, ...read.filter((doc) => 'reason' in doc)],
  }
}
