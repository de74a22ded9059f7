import { createHash } from 'node:crypto'

/** A page as far as its paragraphs are looked at. */
type Page = Readonly<{ file: string; texts: readonly string[] }>

/** What stands on so many pages, and on such a share of them, is there for each page's sake. */
const fewestPages = 10
const leastShare = 0.2

const paragraphBorder = /\n[ \t]*\n/

/** A paragraph as a number: 48 bits of its hash, so that a corpus of any size can be counted. */
const toKey = (paragraph: string) =>
  createHash('sha1').update(paragraph.replaceAll(/\s+/g, ' ').trim()).digest().readUIntBE(0, 6)

const fenceMark = /^[ \t]*(?:`{3,}|~{3,})/gm

/** The paragraphs of a text that may be repeated for each page's sake: no headings, and nothing of a block of code. */
function listParagraphs(text: string): readonly Readonly<{ paragraph: string; isProse: boolean }>[] {
  let isCode = false
  return text.split(paragraphBorder).map((paragraph) => {
    const marks = paragraph.match(fenceMark)?.length ?? 0
    const isProse = !isCode && marks === 0 && !/^#{1,6}\s/.test(paragraph.trimStart())
    if (marks % 2 === 1) isCode = !isCode
    return { paragraph, isProse }
  })
}

/**
 * Finds what many pages repeat, such as navigation and licences, and gives a function that takes it out of a text. One page,
 * the first that has it, keeps it, so that it can be found.
 */
export function findBoilerplate(pages: readonly Page[]): (file: string, text: string) => string {
  if (pages.length < fewestPages) return (_, text) => text
  const counts = new Map<number, { file: string; pages: number }>()
  for (const { file, texts } of pages) {
    const prose = texts.flatMap(listParagraphs).filter(({ isProse }) => isProse)
    for (const key of new Set(prose.map(({ paragraph }) => toKey(paragraph)))) {
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
  return (file, text) =>
    listParagraphs(text)
      .filter(({ paragraph, isProse }) => !isProse || (keepers.get(toKey(paragraph)) ?? file) === file)
      .map(({ paragraph }) => paragraph)
      .join('\n\n')
}
