import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A file that is left out of the index, with the reason for its owner. Paths are relative to the docs folder. */
export type SkippedFile = Readonly<{ file: string; reason: string }>

const isMarkdown = (name: string) => /\.(md|markdown|mdx)$/i.test(name)
const isHidden = (name: string) => name.startsWith('.') || name === 'node_modules'
const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1)

/**
 * The Markdown files below `root`, relative, with `/`, in code unit order; dot folders and `node_modules` left out.
 * A linked folder is entered once, after all real folders; a link to a folder already seen is reported.
 */
export async function findDocs(root: string): Promise<{ files: string[]; skipped: SkippedFile[] }> {
  const files: string[] = []
  const skipped: SkippedFile[] = []
  const visited = new Set<string>()
  const links: string[] = []

  async function walk(folder: string): Promise<void> {
    visited.add(await realpath(join(root, folder)))
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => undefined)
    if (!entries) {
      skipped.push({ file: folder, reason: 'unreadable folder' })
      return
    }
    for (const entry of entries.filter(({ name }) => !isHidden(name)).sort(byName)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) await walk(path)
      else if (entry.isSymbolicLink()) links.push(path)
      else if (isMarkdown(entry.name)) files.push(path)
    }
  }

  async function follow(link: string): Promise<void> {
    const target = await stat(join(root, link)).catch(() => undefined)
    if (target?.isDirectory()) {
      if (!visited.has(await realpath(join(root, link)))) return walk(link)
      skipped.push({ file: link, reason: 'links to a folder that is already read' })
    } else if (isMarkdown(link)) {
      files.push(link)
    }
  }

  await walk('')
  for (let link = links.shift(); link !== undefined; link = links.shift()) await follow(link)
  return { files: files.sort((a, b) => (a < b ? -1 : 1)), skipped }
}
