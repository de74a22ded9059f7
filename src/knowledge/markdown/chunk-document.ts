import { cutBlock, type Piece } from './cut-blocks.ts'
import { foldNeighbours } from './fold-neighbours.ts'
import { groupAdmonitions } from './group-admonitions.ts'
import { mergeSections, shortSection } from './merge-sections.ts'
import { parseMarkdown } from './parse-markdown.ts'
import { createSourceLines, type LineRange, type SourceLines } from './source-lines.ts'
import { getTitle, type Section, splitSections } from './split-sections.ts'

/** Characters of a chunk. Of 500 to 4,000 and whole sections, 1,500 gave the best nDCG@10 on documentation sets. */
const cap = 1_500

/** A passage that is found and cited as one. */
export type Chunk = LineRange &
  Readonly<{
    title: string
    /** The page's title, then the headings down to the passage. */
    headingPath: readonly string[]
    /** The heading's anchor in GitHub's style; empty above the first heading. */
    anchor: string
    /** The source's lines verbatim; only a cut table repeats its header, and a cut long line is part of a line. */
    text: string
  }>

/** Gives lines that belong to no block, such as a bare list marker, pieces of their own. */
function fillGaps(pieces: readonly Piece[], section: Section, lines: SourceLines): Piece[] {
  let next = section.startLine
  const filled = pieces.flatMap((piece): Piece[] => {
    const gap = lines.trim(next, piece.startLine - 1)
    next = Math.max(next, piece.endLine + 1)
    return gap ? [{ ...gap, kind: 'text' }, piece] : [piece]
  })
  const rest = lines.trim(next, section.endLine)
  return rest ? [...filled, { ...rest, kind: 'text' }] : filled
}

type Draft = LineRange & Readonly<{ text?: string | undefined }>

/** The source between the two is kept; two cut texts are not joined, since they may share a line. */
function join(first: Draft, second: Draft, lines: SourceLines): Draft | undefined {
  const range = { startLine: first.startLine, endLine: second.endLine }
  if (first.text !== undefined && second.text !== undefined) return undefined
  if (first.text !== undefined) {
    return { ...range, text: `${first.text}\n${lines.slice(first.endLine + 1, second.endLine)}` }
  }
  if (second.text !== undefined) {
    return { ...range, text: `${lines.slice(first.startLine, second.startLine - 1)}\n${second.text}` }
  }
  return range
}

/** Fills chunks greedily. A heading or a short introduction takes the next block whatever its size. */
function packPieces(pieces: readonly Piece[], lines: SourceLines): Draft[] {
  const isShort = ({ startLine, endLine }: LineRange) => lines.size(startLine, endLine) < shortSection
  const fits = (first: Draft, second: Draft) => lines.size(first.startLine, second.endLine) <= cap
  const drafts = foldNeighbours<Draft>(pieces, (draft, piece) =>
    fits(draft, piece) || isShort(draft) ? join(draft, piece, lines) : undefined,
  )
  const [beforeTail, tail] = drafts.slice(-2)
  const joined = beforeTail && tail && isShort(tail) ? join(beforeTail, tail, lines) : undefined
  return joined ? [...drafts.slice(0, -2), joined] : drafts
}

/**
 * Cuts Markdown into chunks of about 1,500 characters along headings, paragraphs, list items and table rows.
 * Each non-blank line outside the front matter is in at least one chunk. `file` names a page without a title.
 */
export function chunkDocument(source: string, file: string): Chunk[] {
  const text = source.replaceAll(/\r\n?/g, '\n')
  const parsed = parseMarkdown(text)
  const lines = createSourceLines(text)
  const document = { ...parsed, blocks: groupAdmonitions(parsed.blocks, lines) }
  const title = getTitle(document, file)
  const sections = mergeSections(splitSections(document, title, lines.count), lines, cap)
  return sections.flatMap((section) => {
    const pieces = section.blocks.flatMap((block) => cutBlock(block, lines))
    return packPieces(fillGaps(pieces, section, lines), lines).map((draft) => ({
      title,
      headingPath: section.headingPath,
      anchor: section.anchor,
      startLine: draft.startLine,
      endLine: draft.endLine,
      text: draft.text ?? lines.slice(draft.startLine, draft.endLine),
    }))
  })
}
