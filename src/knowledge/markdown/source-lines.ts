/** A document's lines, counted from 1 and inclusive at both ends, as editors and citations count them. */
export type SourceLines = Readonly<{
  count: number
  /** The lines verbatim, joined by newlines. */
  slice(start: number, end: number): string
  /** Characters of that slice. */
  size(start: number, end: number): number
  /** The range without blank lines at its ends; undefined when nothing remains. */
  trim(start: number, end: number): LineRange | undefined
}>

export type LineRange = Readonly<{ startLine: number; endLine: number }>

/** Expects `\n` as the only line ending. */
export function createSourceLines(text: string): SourceLines {
  const lines = text.split('\n')
  const offsets = [0]
  for (const line of lines) offsets.push((offsets.at(-1) ?? 0) + line.length + 1)
  const isBlank = (number: number) => (lines[number - 1] ?? '').trim() === ''

  return {
    count: lines.length,
    slice: (start, end) => lines.slice(start - 1, end).join('\n'),
    size: (start, end) => (offsets[end] ?? 0) - (offsets[start - 1] ?? 0) - 1,
    trim: (start, end) => {
      let startLine = start
      let endLine = end
      while (startLine <= endLine && isBlank(startLine)) startLine++
      while (endLine >= startLine && isBlank(endLine)) endLine--
      return startLine <= endLine ? { startLine, endLine } : undefined
    },
  }
}
