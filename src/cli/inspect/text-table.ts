import { escapeControls } from '../../core/clean-text.ts'
import type { JsonValue } from '../../core/json-value.ts'

/** One line of text, safe to print: controls as escapes, line breaks too. */
export const toLine = (text: string): string =>
  escapeControls(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')

/** A text cut to a width, with … where something is missing. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`

/** A value as people read it: NULL as nothing, maps and lists as JSON. */
export function toCellText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return ''
  return toLine(typeof value === 'string' ? value : JSON.stringify(value))
}

const gap = '  '
const widest = 36

/** A column's width: of its longest cell, within bounds. */
const widthOf = (cells: readonly string[]) => Math.min(Math.max(...cells.map(({ length }) => length)), widest)

/** A column narrower than this tells nothing. */
const narrowest = 12

/** The widths of the columns that fit, the last of them as wide as there is room. */
function fitWidths(widths: readonly number[], width: number): readonly number[] {
  const fitted: number[] = []
  let room = width
  for (const each of widths) {
    if (room < Math.min(each, narrowest) && fitted.length > 0) break
    fitted.push(Math.min(each, Math.max(room, 1)))
    room -= each + gap.length
  }
  return fitted
}

/** Lines of a table with a header. Columns that no longer fit into the width are left out, and named. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): Readonly<{ lines: readonly string[]; leftOut: readonly string[] }> {
  const widths = fitWidths(
    header.map((name, i) => widthOf([name, ...rows.map((row) => row[i] ?? '')])),
    width,
  )
  const toText = (cells: readonly string[]) =>
    widths
      .map((each, i) => cut(cells[i] ?? '', each).padEnd(each))
      .join(gap)
      .trimEnd()
  return { lines: [header, ...rows].map(toText), leftOut: header.slice(widths.length) }
}
