import type { Nodes, RootContent } from 'mdast'
import { toString as toPlainText } from 'mdast-util-to-string'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Processor, unified } from 'unified'
import type { LineRange } from './source-lines.ts'

/** A run of lines that belongs together. `parts` are the finer blocks it may be cut into (list items, quotes). */
export type Block = LineRange & Readonly<{ kind: 'text' | 'code' | 'table'; parts: readonly Block[] }>

export type HeadingBlock = LineRange & Readonly<{ kind: 'heading'; depth: number; title: string }>

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
const blockParser = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkFrontmatter, ['yaml', 'toml'])
  .use(blocksOnly)

const toLines = ({ position }: Nodes): LineRange => ({
  startLine: position?.start.line ?? 1,
  endLine: position?.end.line ?? 1,
})

function toBlock(node: RootContent): Block {
  const lines = toLines(node)
  switch (node.type) {
    case 'code':
    case 'table':
      return { ...lines, kind: node.type, parts: [] }
    case 'list':
    case 'listItem':
    case 'blockquote':
    case 'footnoteDefinition':
      return { ...lines, kind: 'text', parts: node.children.map(toBlock) }
    default:
      return { ...lines, kind: 'text', parts: [] }
  }
}

const longestHeading = 1_000

/** A heading's text without its marks, from its own source. */
function parseHeadingText(source: string): string {
  const tree = inlineParser.parse(source.trim().slice(0, longestHeading))
  return toPlainText(tree.children[0], { includeHtml: false }).replaceAll(/\s+/g, ' ').trim()
}

function toTopLevelBlock(node: RootContent, source: string): Block | HeadingBlock {
  if (node.type !== 'heading') return toBlock(node)
  const text = source.slice(node.position?.start.offset, node.position?.end.offset)
  return { ...toLines(node), kind: 'heading', depth: node.depth, title: parseHeadingText(text) }
}

const isFrontMatter = (node: RootContent | undefined) =>
  node?.type === 'yaml' || (node?.type as string) === 'toml'

/** Parses CommonMark with GFM and front matter. Any text is a document; HTML and MDX pass through as text. */
export function parseMarkdown(source: string): MarkdownDocument {
  const { children } = blockParser.parse(source)
  const [first] = children
  const frontMatter = first && isFrontMatter(first) ? first : undefined
  const body = frontMatter ? children.slice(1) : children
  return {
    frontMatter: frontMatter && toPlainText(frontMatter),
    bodyLine: frontMatter ? toLines(frontMatter).endLine + 1 : 1,
    blocks: body.map((node) => toTopLevelBlock(node, source)),
  }
}
