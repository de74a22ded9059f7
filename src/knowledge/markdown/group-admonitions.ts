import type { Block, HeadingBlock } from './parse-markdown.ts'
import type { SourceLines } from './source-lines.ts'

type AnyBlock = Block | HeadingBlock

const container = /^ {0,3}(:{3,})[ \t]*[\w[{]/
const indented = /^(?: {4}|\t)/
const bang = /^(?:!!!|\?\?\?\+?)[ \t]/

/** The last block of what begins at `start`, if that is an admonition of several blocks; headings end none of them well. */
function findEnd(blocks: readonly AnyBlock[], start: number, lineAt: (line: number) => string): number {
  const first = blocks[start]
  if (first?.kind !== 'text') return start
  const [, colons] = container.exec(lineAt(first.startLine)) ?? []
  if (colons !== undefined) {
    const isClosing = ({ endLine }: AnyBlock) => lineAt(endLine).trim() === colons
    for (let i = start; i < blocks.length && blocks[i]?.kind !== 'heading'; i++)
      if (isClosing(blocks[i] as AnyBlock)) return i
    return start
  }
  if (!bang.test(lineAt(first.startLine))) return start
  let end = start
  while (blocks[end + 1]?.kind === 'code' && indented.test(lineAt(blocks[end + 1]?.startLine ?? 0))) end++
  return end
}

/**
 * Notes and warnings as one block each: `:::note` to `:::` (Docusaurus, VitePress), and `!!! note` with the indented lines
 * below it (MkDocs), which Markdown alone takes for code. Quotes that begin with `[!NOTE]` are one block as they are.
 */
export function groupAdmonitions(blocks: readonly AnyBlock[], lines: SourceLines): readonly AnyBlock[] {
  const lineAt = (line: number) => lines.slice(line, line)
  const grouped: AnyBlock[] = []
  for (let i = 0; i < blocks.length; i++) {
    const end = findEnd(blocks, i, lineAt)
    const first = blocks[i] as AnyBlock
    if (end === i) grouped.push(first)
    else {
      const own = blocks.slice(i, end + 1) as readonly Block[]
      const toPart = (part: Block): Block =>
        bang.test(lineAt(first.startLine)) ? { ...part, kind: 'text' } : part
      grouped.push({
        startLine: first.startLine,
        endLine: own.at(-1)?.endLine ?? first.endLine,
        kind: 'text',
        parts: own.map(toPart),
      })
      i = end
    }
  }
  return grouped
}
