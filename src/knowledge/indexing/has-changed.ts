import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CurrentIndex, IndexedFile } from '../store/current-index.ts'
import { findDocs } from './find-docs.ts'

/** Whether a file is as it was indexed, if it was, by its size and its time of change; nothing of it is read. */
export async function isAsIndexed(path: string, known: IndexedFile | undefined): Promise<boolean> {
  const found = known && (await stat(path).catch(() => undefined))
  return found !== undefined && found.size === known?.size && found.mtime.toISOString() === known.changedAt
}

/** Files that are looked at side by side. */
const atOnce = 32

/** Whether a docs folder holds other files than an index, or any of them has been changed. */
export async function hasChanged(
  docs: string,
  { files: indexed, skipped }: Pick<CurrentIndex, 'files' | 'skipped'>,
): Promise<boolean> {
  const { files } = await findDocs(docs)
  const ignored = new Set(skipped)
  const present = files.filter((file) => !ignored.has(file))
  if (present.length !== Object.keys(indexed).length) return true
  for (let i = 0; i < present.length; i += atOnce) {
    const same = await Promise.all(
      present.slice(i, i + atOnce).map((file) => isAsIndexed(join(docs, file), indexed[file])),
    )
    if (same.includes(false)) return true
  }
  return false
}
