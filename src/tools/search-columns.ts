import type { Column } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'
import { findNearestNames } from '../core/nearest-names.ts'

export type PlacedColumn = Readonly<{ service: Service; column: Column }>

const mostFound = 25

const toWords = (text: string) =>
  text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1)

/** How many of the wanted words a column has, in its path (twice the weight) or its meaning; a word may be a prefix. */
function score(wanted: readonly string[], { column }: PlacedColumn): number {
  const inPath = toWords(column.path)
  const inMeaning = toWords(`${column.meaning} ${column.unit}`)
  const has = (words: readonly string[], wantedWord: string) =>
    words.some((word) => word.startsWith(wantedWord) || (word.length > 3 && wantedWord.startsWith(word)))
  return wanted.reduce((sum, word) => sum + (has(inPath, word) ? 2 : 0) + (has(inMeaning, word) ? 1 : 0), 0)
}

/** Columns by words, best first; by likeness of the path where no word is found. */
export function searchColumns(all: readonly PlacedColumn[], text: string): readonly PlacedColumn[] {
  const wanted = toWords(text)
  const best = all
    .map((placed) => ({ placed, points: score(wanted, placed) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
  const top = best[0]?.points ?? 0
  const found = best.filter(({ points }) => points * 2 >= top).map(({ placed }) => placed)
  if (found.length > 0) return found.slice(0, mostFound)
  const nearest = new Set(findNearestNames(text, new Set(all.map(({ column }) => column.path)), 5))
  return all.filter(({ column }) => nearest.has(column.path))
}
