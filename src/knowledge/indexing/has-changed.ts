import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CurrentIndex, IndexedFile } from '../store/current-index.ts'
import { findDocs } from './find-docs.ts'

/** Whether a file is as it was indexed, by its size and its time of change; nothing of it is read. */
export async function isAsIndexed(path: string, { size, changedAt }: IndexedFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.size === size && found.mtime.toISOString() === changedAt
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
      present.slice(i, i + atOnce).map(async (file) => {
        const known = indexed[file]
        return known !== undefined && (await isAsIndexed(join(docs, file), known))
      }),
    )
    if (same.includes(false)) return true
  }
  return false
}
