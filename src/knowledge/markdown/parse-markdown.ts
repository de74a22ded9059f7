import type { Nodes, RootContent } from 'mdast'
import { toString as toPlainText } from 'mdast-util-to-string'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Processor, unified } from 'unified'
import type { LineRange } from './source-lines.ts'

/** A run of lines that belongs together. `parts` are the finer blocks it may be cut into (list items, quotes). */
export type Block = LineRange & Readonly<{ kind: 'text' | 'code' | 'table'; parts: readonly Block[] }>

export type HeadingBlock = LineRange &
  Readonly<{
    kind: 'heading'
    depth: number
    title: string
    /** The anchor that the page gives it itself: `## Set up {#setup}`. */
    id?: string
  }>

export type MarkdownDocument = Readonly<{
  /** The source of the YAML or TOML front matter, without its fences. */
  frontMatter: string | undefined
  /** The first line after the front matter. */
  bodyLine: number
  /** The top-level blocks in order; no two share a line. */
  blocks: readonly (Block | HeadingBlock)[]
}>

/**
 * Inline constructs, which a chunker needs in headings only. Left out of the page's parse because they cost most of
 * its time, and quadratic time on texts like `*a_ *a_`: 28 s for 80 KB.
 */
const inlineConstructs = [
  'attention',
  'autolink',
  'codeText',
  'htmlText',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
  'strikethrough',
  'gfmFootnoteCall',
  'gfmPotentialFootnoteCall',
  'wwwAutolink',
  'protocolAutolink',
  'emailAutolink',
]

function blocksOnly(this: Processor) {
  const data = this.data()
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), { disable: { null: inlineConstructs } }]
}

const inlineParser = unified().use(remarkParse).use(remarkGfm)
const bodyParser = unified().use(remarkParse).use(remarkGfm).use(blocksOnly)
const startParser = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkFrontmatter, ['yaml', 'toml'])
  .use(blocksOnly)

/** `above`: lines of the page before the part that was parsed. */
const toLines = ({ position }: Nodes, above: number): LineRange => ({
  startLine: above + (position?.start.line ?? 1),
  endLine: above + (position?.end.line ?? 1),
})

function toBlock(node: RootContent, above: number): Block {
  const lines = toLines(node, above)
  switch (node.type) {
    case 'code':
    case 'table':
      return { ...lines, kind: node.type, parts: [] }
    case 'list':
    case 'listItem':
    case 'blockquote':
    case 'footnoteDefinition':
      return { ...lines, kind: 'text', parts: node.children.map((child) => toBlock(child, above)) }
    default:
      return { ...lines, kind: 'text', parts: [] }
  }
}

const longestHeading = 1_000

/** As Docusaurus, kramdown and Pandoc write it. */
const ownAnchor = / ?\{ ?#([\w:.-]{1,200})[^{}]{0,200}\}$/

/** A heading without any mark or entity, which most are; parsing one costs a tenth of a millisecond. */
const plainHeading = /^#{1,6}[ \t]+([^\\&<`*_~[\]!#\n]+)$/

/** A heading's text without its marks, from its own source. */
function parseHeadingText(source: string): string {
  const start = source.trim().slice(0, longestHeading)
  const plain = plainHeading.exec(start)?.[1]
  const text = plain ?? toPlainText(inlineParser.parse(start).children[0], { includeHtml: false })
  return text.replaceAll(/\s+/g, ' ').trim()
}

function toTopLevelBlock(node: RootContent, part: string, above: number): Block | HeadingBlock {
  if (node.type !== 'heading') return toBlock(node, above)
  const text = part.slice(node.position?.start.offset, node.position?.end.offset)
  const title = parseHeadingText(text)
  const [own, id] = ownAnchor.exec(title) ?? []
  const named = own === undefined ? { title } : { title: title.slice(0, -own.length), id: id ?? '' }
  return { ...toLines(node, above), kind: 'heading', depth: node.depth, ...named }
}

const isFrontMatter = (node: RootContent | undefined) =>
  node?.type === 'yaml' || (node?.type as string) === 'toml'

/** A line that opens 500 quotes or lists at once; the parser's time grows with the square of such depth. */
const tooDeep = /^[ \t]*(?:>[ \t]?|(?:[-+*]|\d{1,9}[.)])[ \t]+){500}/m

const countLineEnds = (text: string) => text.split('\n').length - 1

/** Characters parsed at a time. The parser's time grows with the square of some inputs, such as many tables. */
const defaultWindow = 16_384

type Part = Readonly<{ text: string; above: number; nodes: readonly RootContent[] }>

const frontMatterFences = /^(---|\+\+\+)[ \t]*\n(?:[\s\S]*?\n)?\1[ \t]*(?:\n|$)/

const findLineStart = (node: RootContent | undefined, text: string) =>
  text.lastIndexOf('\n', (node?.position?.start.offset ?? 0) - 1) + 1

/** The last block whose start can't belong to the block before it: a definition's title may stand on the next line. */
function findCut(nodes: readonly RootContent[], text: string): number {
  const isOpen = (index: number) =>
    nodes[index - 1]?.type === 'definition' && /[ \t"'(]/.test(text.charAt(findLineStart(nodes[index], text)))
  let cut = nodes.length - 1
  while (cut > 0 && isOpen(cut)) cut--
  return cut
}

/**
 * Parses a page part by part, with the same blocks as at once: the last block of a part may go on below it, so the
 * next part begins with that block. A block that fills its part is parsed again in a larger one.
 */
function* parseParts(source: string, window: number): Generator<Part> {
  let start = 0
  let above = 0
  let size = Math.max(window, frontMatterFences.exec(source)?.[0].length ?? 0)
  while (start < source.length) {
    const lineEnd = source.indexOf('\n', start + size)
    const text = source.slice(start, lineEnd === -1 ? undefined : lineEnd + 1)
    const { children } = (start === 0 ? startParser : bodyParser).parse(text)
    if (lineEnd === -1) return yield { text, above, nodes: children }
    const cut = findCut(children, text)
    if (cut > 0) {
      yield { text, above, nodes: children.slice(0, cut) }
      const next = findLineStart(children[cut], text)
      above += countLineEnds(text.slice(0, next))
      start += next
    }
    size = cut > 0 ? window : size * 4
  }
}

/**
 * Parses CommonMark with GFM and front matter. Any text is a document, unless it is nested too deeply; HTML and MDX
 * pass through as text. `window` changes the time it takes, never the result.
 */
export function parseMarkdown(source: string, window = defaultWindow): MarkdownDocument {
  if (tooDeep.test(source)) throw new Error('nested too deeply')
  const parts = [...parseParts(source, window)]
  const [first] = parts[0]?.nodes ?? []
  const frontMatter = first && isFrontMatter(first) ? first : undefined
  return {
    frontMatter: frontMatter && toPlainText(frontMatter),
    bodyLine: frontMatter ? toLines(frontMatter, 0).endLine + 1 : 1,
    blocks: parts.flatMap(({ text, above, nodes }) =>
      nodes.filter((node) => node !== frontMatter).map((node) => toTopLevelBlock(node, text, above)),
    ),
  }
}
