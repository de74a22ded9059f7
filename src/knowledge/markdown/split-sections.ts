import { findFrontMatterTitle } from './find-front-matter-title.ts'
import type { Block, HeadingBlock, MarkdownDocument } from './parse-markdown.ts'
import { createSlugger } from './slugger.ts'
import type { LineRange } from './source-lines.ts'

/** A heading with what stands below it, up to the next heading of any depth. Depth 0: before the first heading. */
export type Section = LineRange &
  Readonly<{
    depth: number
    /** The page's title, then the headings down to this one. */
    headingPath: readonly string[]
    anchor: string
    blocks: readonly (Block | HeadingBlock)[]
  }>

/** Front matter, else the first H1, else the file's name without its extension. */
export function getTitle(document: MarkdownDocument, file: string): string {
  const fromFrontMatter = findFrontMatterTitle(document.frontMatter ?? '')
  const firstH1 = document.blocks.find(
    (block) => block.kind === 'heading' && block.depth === 1 && block.title !== '',
  )
  const fromH1 = firstH1?.kind === 'heading' ? firstH1.title : undefined
  return fromFrontMatter ?? fromH1 ?? file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
}

const isSameTitle = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

function toHeadingPath(title: string, headings: readonly HeadingBlock[]): string[] {
  const titles = headings.map((heading) => heading.title).filter((text) => text !== '')
  const [first = '', ...rest] = titles
  return isSameTitle(first, title) ? [title, ...rest] : [title, ...titles]
}

/** Cuts a document at its headings. Together the sections cover each line of the body. */
export function splitSections(document: MarkdownDocument, title: string, lineCount: number): Section[] {
  const { blocks, bodyLine } = document
  const toSlug = createSlugger()
  const starts = blocks.flatMap((block, index) => (block.kind === 'heading' && index > 0 ? [index] : []))
  let headings: HeadingBlock[] = []
  return [0, ...starts].flatMap((start, index) => {
    const own = blocks.slice(start, starts[index])
    const [first] = own
    if (!first) return []
    const next = blocks[starts[index] ?? blocks.length]
    const heading = first.kind === 'heading' ? first : undefined
    if (heading) headings = [...headings.filter(({ depth }) => depth < heading.depth), heading]
    return {
      depth: heading?.depth ?? 0,
      headingPath: toHeadingPath(title, headings),
      anchor: heading ? (heading.id ?? toSlug(heading.title)) : '',
      startLine: index === 0 ? bodyLine : first.startLine,
      endLine: next ? next.startLine - 1 : lineCount,
      blocks: own,
    }
  })
}
