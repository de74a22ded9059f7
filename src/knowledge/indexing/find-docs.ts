import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { type Corpus, toFileName } from '../corpora.ts'

/** A file or folder that is left out of the index, with the reason for its owner. */
export type SkippedFile = Readonly<{ file: string; reason: string }>

/** Names of files, and what is left out. */
export type FoundDocs = Readonly<{ files: readonly string[]; skipped: readonly SkippedFile[] }>

const isMarkdown = (name: string) => /\.(md|markdown|mdx)$/i.test(name)
const isHidden = (name: string) => name.startsWith('.') || name === 'node_modules'
const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1)

const isInside = (folder: string, path: string) => {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/**
 * The Markdown files below `root`, relative, with `/`, in code unit order; dot folders and `node_modules` left out.
 * Links are followed after all real folders, none out of `root`, and nothing is read twice; the others are reported.
 */
async function findIn(root: string): Promise<FoundDocs> {
  const files: string[] = []
  const skipped: SkippedFile[] = []
  const visited = new Set<string>()
  const links: string[] = []
  const realRoot = await realpath(root)

  function visit(real: string): boolean {
    const isNew = !visited.has(real)
    visited.add(real)
    return isNew
  }

  async function walk(folder: string): Promise<void> {
    const real = await realpath(join(root, folder))
    if (!visit(real)) return
    const entries = await readdir(real, { withFileTypes: true }).catch(() => undefined)
    if (!entries) {
      skipped.push({ file: folder, reason: 'unreadable folder' })
      return
    }
    for (const entry of entries.filter(({ name }) => !isHidden(name)).sort(byName)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) await walk(path)
      else if (entry.isSymbolicLink()) links.push(path)
      else if (isMarkdown(entry.name) && visit(join(real, entry.name))) files.push(path)
    }
  }

  async function follow(link: string): Promise<void> {
    const target = await stat(join(root, link)).catch(() => undefined)
    if (!target?.isDirectory() && !isMarkdown(link)) return
    const real = target && (await realpath(join(root, link)))
    if (!real) files.push(link)
    else if (!isInside(realRoot, real)) skipped.push({ file: link, reason: 'links out of the docs folder' })
    else if (visited.has(real)) skipped.push({ file: link, reason: 'links to what is already read' })
    else if (target.isDirectory()) await walk(link)
    else {
      visit(real)
      files.push(link)
    }
  }

  await walk('')
  for (let link = links.shift(); link !== undefined; link = links.shift()) await follow(link)
  return { files: files.sort((a, b) => (a < b ? -1 : 1)), skipped }
}

/** The same for all corpora, by the files' names in the index. */
export async function findDocs(corpora: readonly Corpus[]): Promise<FoundDocs> {
  const all = await Promise.all(
    corpora.map(async (corpus) => {
      const { files, skipped } = await findIn(corpus.folder)
      return {
        files: files.map((path) => toFileName(corpus, path)),
        skipped: skipped.map(({ file, reason }) => ({ file: toFileName(corpus, file), reason })),
      }
    }),
  )
  return { files: all.flatMap(({ files }) => files), skipped: all.flatMap(({ skipped }) => skipped) }
}
