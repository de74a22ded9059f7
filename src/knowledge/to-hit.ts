import { existsSync } from 'node:fs'
import { cleanLine, cleanText } from './clean-text.ts'
import { type Corpus, locateFile } from './corpora.ts'
import { findInstructions } from './find-instructions.ts'
import { isAsIndexed } from './indexing/has-changed.ts'
import type { RankedChunk } from './search/rank-passages.ts'
import type { FoundBy } from './search/read-signs.ts'
import type { CurrentIndex } from './store/current-index.ts'

/** A passage that answers a question, with its place in the source; lines count from 1, both ends included. */
export type KnowledgeHit = Readonly<{
  title: string
  headingPath: readonly string[]
  /** Its corpus and its path there, with `/`; like all other text without characters that can't be seen. */
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

/** A hit whose file is still there; undefined for one whose file is gone. */
export async function toHit(
  { chunk, score, foundBy }: RankedChunk,
  docs: readonly Corpus[],
  { files }: CurrentIndex,
): Promise<KnowledgeHit | undefined> {
  const place = locateFile(docs, chunk.file)
  if (!place || !existsSync(place.absolute)) return undefined
  const known = files[chunk.file]
  const text = cleanText(chunk.text)
  return {
    title: cleanLine(chunk.title),
    headingPath: chunk.headingPath.map(cleanLine),
    file: cleanLine(chunk.file),
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    anchor: cleanLine(chunk.anchor),
    ...(place.corpus.url && { url: toUrl(place.corpus.url, place.path, chunk.anchor) }),
    ...(known && { changedAt: known.changedAt }),
    text,
    isOutdated: !(await isAsIndexed(place.absolute, known)),
    instructionLike: findInstructions(`${chunk.headingPath.map(cleanLine).join(' > ')}\n${text}`),
    score,
    foundBy,
  }
}

const toUrl = (base: string, path: string, anchor: string) =>
  `${base.replace(/\/+$/, '')}/${path.split('/').map(encodeURIComponent).join('/')}${anchor ? `#${encodeURIComponent(anchor)}` : ''}`
