import { join } from 'node:path'

/** A folder with documentation. Its name stands in front of the paths of its files; without a name they stand alone. */
export type Corpus = Readonly<{
  name: string
  folder: string
  /** In front of a file's path within the folder this makes a link that a person can open; without it there are no links. */
  url?: string | undefined
}>

/** A file's name in the index, from its path within the corpus, with `/`. */
export const toFileName = ({ name }: Corpus, path: string): string => (name === '' ? path : `${name}/${path}`)

/** Where a file of the index lies; undefined when no corpus has such a name. */
export function locateFile(
  corpora: readonly Corpus[],
  file: string,
): Readonly<{ corpus: Corpus; path: string; absolute: string }> | undefined {
  const corpus = corpora.find(({ name }) => name === '' || file.startsWith(`${name}/`))
  if (!corpus) return undefined
  const path = corpus.name === '' ? file : file.slice(corpus.name.length + 1)
  return { corpus, path, absolute: join(corpus.folder, path) }
}
