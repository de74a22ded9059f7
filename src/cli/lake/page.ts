import { escapeControls } from '../../core/clean-text.ts'
import { cut, toLine } from '../inspect/text-table.ts'
import { findLineWidth, formatCount, type Terminal } from '../terminal.ts'

/** A terminal, how many characters fit on its lines, and whether long lists are shown whole. */
export type Page = Readonly<{ terminal: Terminal; width: number; isWhole: boolean }>

export const createPage = (terminal: Terminal, isWhole: boolean): Page => ({
  terminal,
  width: findLineWidth(),
  isWhole,
})

const gap = '  '
const indent = '  '

/** A path cut at its start, since its end tells more; with … where something is missing. */
export const cutPath = (path: string, width: number): string =>
  path.length <= width ? path : `…${path.slice(path.length - Math.max(width - 1, 0))}`

/** A column of a table: its head and cells. Numbers stand to the right; `path` takes the room that the others leave. */
export type TableColumn = Readonly<{ head: string; cells: readonly string[]; as: 'text' | 'number' | 'path' }>

const widest = ({ head, cells }: TableColumn) => Math.max(...[head, ...cells].map(({ length }) => length))

/** Prints a table, its head in bold. A last column that doesn't fit is cut. */
export function showTable({ terminal, width }: Page, columns: readonly TableColumn[]): void {
  const fixed = columns.filter(({ as }) => as !== 'path').reduce((sum, column) => sum + widest(column), 0)
  const room = width - indent.length - fixed - gap.length * (columns.length - 1)
  const toCell = (column: TableColumn, text: string) => {
    const own = widest(column)
    if (column.as === 'number') return text.padStart(own)
    const most = column.as === 'path' ? Math.max(Math.min(own, room), 12) : own
    return (column.as === 'path' ? cutPath(text, most) : text).padEnd(most)
  }
  const toText = (cells: readonly string[]) =>
    cut(indent + columns.map((column, i) => toCell(column, cells[i] ?? '')).join(gap), width).trimEnd()
  terminal.line(terminal.bold(toText(columns.map(({ head }) => head))))
  const count = Math.max(0, ...columns.map(({ cells }) => cells.length))
  for (let i = 0; i < count; i++) terminal.line(toText(columns.map(({ cells }) => cells[i] ?? '')))
}

/** The first items of a list, or all where the person asked for them. */
export const takeShown = <T>({ isWhole }: Page, items: readonly T[], most: number): readonly T[] =>
  isWhole ? items : items.slice(0, most)

/** Says how many items of a list were not shown, if any. */
export function showRest({ terminal }: Page, items: number, shown: number, before = indent): void {
  if (items > shown)
    terminal.line(terminal.dim(`${before}and ${formatCount(items - shown)} more; --all shows them`))
}

/** Pieces joined by blanks, on as many lines as they need; a piece is never broken. */
export function wrapPieces(pieces: readonly string[], width: number): readonly string[] {
  const lines: string[] = []
  for (const piece of pieces) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + piece.length <= width)
      lines[lines.length - 1] = `${last} ${piece}`
    else lines.push(piece)
  }
  return lines
}

/** Prints a text, which may come from a file, over as many lines as it needs. */
export function showText({ terminal, width }: Page, text: string, before = indent): void {
  for (const line of wrapPieces(toLine(text).split(' '), width - before.length)) terminal.line(before + line)
}

/** Unicode tags, which are the only unseen characters that JSON can't name by one escape. */
const tags = /[\u{E0000}-\u{E007F}]/gu
const toPair = (tag: string) =>
  [...Array(tag.length).keys()].map((i) => `\\u${tag.charCodeAt(i).toString(16)}`).join('')

/** Prints a value as JSON for a program. Characters that could play tricks on a terminal stand as JSON's own escapes. */
export const printJson = ({ line }: Terminal, value: unknown): void =>
  line(escapeControls(JSON.stringify(value, undefined, 2).replace(tags, toPair)))
