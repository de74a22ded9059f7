import type { Block, HeadingBlock } from './parse-markdown.ts'
import type { LineRange, SourceLines } from './source-lines.ts'

/** Characters a block may have before it is cut; code and tables lose their sense in pieces. */
const limits = { heading: 1_500, text: 1_500, code: 3_000, table: 3_000 } as const

/** Lines that stay together. `text` is set where the piece is not simply its lines. */
export type Piece = LineRange & Readonly<{ kind: keyof typeof limits; text?: string }>

/** The last border in `text` before `limit`: a sentence's end, else a space, else between two characters. */
function findBorder(text: string, limit: number): number {
  const head = text.slice(0, limit)
  const sentence = Math.max(...['. ', '! ', '? ', '。'].map((mark) => head.lastIndexOf(mark) + 1))
  if (sentence > limit / 2) return sentence
  const space = head.lastIndexOf(' ') + 1
  if (space > limit / 2) return space
  return /[\uD800-\uDBFF]$/.test(head) ? limit - 1 : limit
}

function cutLine(text: string, limit: number): string[] {
  const cuts: string[] = []
  let rest = text
  while (rest.length > limit) {
    const border = findBorder(rest, limit)
    cuts.push(rest.slice(0, border))
    rest = rest.slice(border).trimStart()
  }
  return [...cuts, rest].filter((cut) => cut.trim() !== '')
}

/** Ranges of whole lines, each as long as `limit` allows and at least one line. */
function groupLines(range: LineRange, lines: SourceLines, limit: number): LineRange[] {
  const groups: LineRange[] = []
  let startLine = range.startLine
  for (let line = range.startLine; line <= range.endLine; line++) {
    if (line > startLine && lines.size(startLine, line) > limit) {
      groups.push({ startLine, endLine: line - 1 })
      startLine = line
    }
  }
  return [...groups, { startLine, endLine: range.endLine }]
}

function cutLines(block: Block | HeadingBlock, lines: SourceLines): Piece[] {
  const limit = limits[block.kind]
  return groupLines(block, lines, limit).flatMap((group): Piece[] => {
    if (lines.size(group.startLine, group.endLine) <= limit) return [{ ...group, kind: block.kind }]
    const text = lines.slice(group.startLine, group.endLine)
    return cutLine(text, limit).map((cut) => ({ ...group, kind: block.kind, text: cut }))
  })
}

/** Cuts a table between rows; from the second piece on, the two header lines stand before the rows. */
function cutTable(block: Block, lines: SourceLines): Piece[] {
  const headerEnd = block.startLine + 1
  const header = lines.slice(block.startLine, headerEnd)
  const room = limits.table - header.length - 1
  if (room < limits.table / 2 || headerEnd >= block.endLine) return cutLines(block, lines)
  const rows = { startLine: headerEnd + 1, endLine: block.endLine }
  return groupLines(rows, lines, room).flatMap((group, index): Piece[] => {
    if (index === 0 && lines.size(group.startLine, group.endLine) <= room) {
      return [{ startLine: block.startLine, endLine: group.endLine, kind: 'table' }]
    }
    const startLine = index === 0 ? block.startLine : group.startLine
    const text = lines.slice(group.startLine, group.endLine)
    return cutLine(text, room).map((cut) => ({
      ...group,
      startLine,
      kind: 'table',
      text: `${header}\n${cut}`,
    }))
  })
}

/** A block as pieces within their limits: whole, else its parts, else rows or lines, else parts of a long line. */
export function cutBlock(block: Block | HeadingBlock, lines: SourceLines): Piece[] {
  const { startLine, endLine, kind } = block
  if (lines.size(startLine, endLine) <= limits[kind]) return [{ startLine, endLine, kind }]
  if (kind === 'table') return cutTable(block, lines)
  if (kind === 'text' && block.parts.length > 0) return block.parts.flatMap((part) => cutBlock(part, lines))
  return cutLines(block, lines)
}
