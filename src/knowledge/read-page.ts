import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { toCommand } from '../core/command.ts'
import { AppError } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import { type Corpus, locateFile } from './corpora.ts'
import { readDoc } from './indexing/read-docs.ts'
import type { CurrentIndex } from './store/current-index.ts'

const missing = (file: string, nearest: readonly string[]) =>
  new AppError({
    code: 'not_found',
    message: `There is no documentation page "${file.slice(0, 200)}".`,
    path: 'path',
    actual: file.slice(0, 200),
    nearest,
    next: 'Take the file of a citation, or list the resources.',
  })

/**
 * The text of a page, by its name in the index: no other file can be named. Throws `not_found`, also for a page that has
 * become a link out of its folder.
 */
export async function readPage(
  corpora: readonly Corpus[],
  { files }: CurrentIndex,
  file: string,
): Promise<string> {
  const names = Object.keys(files)
  const place = Object.hasOwn(files, file) ? locateFile(corpora, file) : undefined
  if (!place) throw missing(file, findNearestNames(file, names))
  const [root, real] = await Promise.all([realpath(place.corpus.folder), realpath(place.absolute)]).catch(
    () => [],
  )
  if (!root || !real?.startsWith(root + sep)) throw missing(file, [])
  const doc = await readDoc(real, file)
  if ('text' in doc) return doc.text
  throw new AppError({
    code: 'unreadable_file',
    message: `The page ${file} cannot be read: ${doc.reason}.`,
    next: `Mend the file and run \`${toCommand('index-docs')}\`.`,
  })
}
