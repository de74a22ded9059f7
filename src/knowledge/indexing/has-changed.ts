import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Corpus, locateFile } from '../corpora.ts'
import type { CurrentIndex, FileState } from '../store/current-index.ts'
import { findDocs } from './find-docs.ts'

export const toState = ({ size, mtime, ctime }: Stats): FileState => ({
  size,
  changedAt: mtime.toISOString(),
  touchedAt: ctime.toISOString(),
})

/** Whether a file has the text that was indexed, if it was, by its size and its time of change; nothing of it is read. */
export async function isAsIndexed(
  path: string,
  known: Pick<FileState, 'size' | 'changedAt'> | undefined,
): Promise<boolean> {
  const found = known && (await stat(path).catch(() => undefined))
  return found !== undefined && found.size === known?.size && found.mtime.toISOString() === known.changedAt
}

/** Files that could not be looked at have no state. */
type MaybeState = Readonly<{ [Key in keyof FileState]?: FileState[Key] | undefined }>

/** Whether nothing at all was done to a file; one that could not be looked at is to be so still. */
async function isUntouched(path: string, known: MaybeState): Promise<boolean> {
  const found = await stat(path).then(toState, () => undefined)
  return (
    found?.size === known.size && found?.changedAt === known.changedAt && found?.touchedAt === known.touchedAt
  )
}

/** Files that are looked at side by side. */
const atOnce = 64

/** Whether the corpora hold other files than an index, or anything was done to any of them. */
export async function hasChanged(
  corpora: readonly Corpus[],
  { files: indexed, skipped }: Pick<CurrentIndex, 'files' | 'skipped'>,
): Promise<boolean> {
  const { files } = await findDocs(corpora)
  const known = new Map<string, MaybeState>([
    ...skipped.map((file) => [file.file, file] as const),
    ...Object.entries(indexed),
  ])
  const present = new Set(files)
  if (files.some((file) => !known.has(file))) return true
  if (Object.keys(indexed).some((file) => !present.has(file))) return true
  for (let i = 0; i < files.length; i += atOnce) {
    const same = await Promise.all(
      files
        .slice(i, i + atOnce)
        .map((file) => isUntouched(locateFile(corpora, file)?.absolute ?? file, known.get(file) ?? {})),
    )
    if (same.includes(false)) return true
  }
  return false
}
