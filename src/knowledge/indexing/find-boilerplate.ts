import { createHash } from 'node:crypto'

/** A page as far as its paragraphs are looked at. */
type Page = Readonly<{ file: string; texts: readonly string[] }>

/** What stands on so many pages, and on such a share of them, is there for each page's sake. */
const fewestPages = 5
const leastShare = 0.1

const paragraphBorder = /\n[ \t]*\n/

/** A paragraph as a number: 48 bits of its hash, so that a corpus of any size can be counted. */
const toKey = (paragraph: string) =>
  createHash('sha1').update(paragraph.replaceAll(/\s+/g, ' ').trim()).digest().readUIntBE(0, 6)

/**
 * Finds what many pages repeat, such as navigation and licences, and gives a function that takes it out of a text. One page,
 * the first that has it, keeps it, so that it can be found.
 */
export function findBoilerplate(pages: readonly Page[]): (file: string, text: string) => string {
  if (pages.length < fewestPages) return (_, text) => text
  const counts = new Map<number, { file: string; pages: number }>()
  for (const { file, texts } of pages) {
    const own = new Set(texts.flatMap((text) => text.split(paragraphBorder).map(toKey)))
    for (const key of own) {
      const count = counts.get(key)
      if (count) count.pages++
      else counts.set(key, { file, pages: 1 })
    }
  }
  const least = Math.max(fewestPages, pages.length * leastShare)
  const keepers = new Map(
    [...counts].filter(([, count]) => count.pages >= least).map(([key, { file }]) => [key, file]),
  )
  if (keepers.size === 0) return (_, text) => text
  return (file, text) => {
    const isOwn = (paragraph: string) => (keepers.get(toKey(paragraph)) ?? file) === file
    return text.split(paragraphBorder).filter(isOwn).join('\n\n')
  }
}
