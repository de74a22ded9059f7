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

type Score = Readonly<{ found: number; points: number }>

/** How many of the wanted words a column has, in its path (twice the points) or its meaning; a word may be a prefix. */
function score(wanted: readonly string[], { column }: PlacedColumn): Score {
  const inPath = toWords(column.path)
  const inMeaning = toWords(`${column.meaning} ${column.unit}`)
  const has = (words: readonly string[], wantedWord: string) =>
    words.some((word) => word.startsWith(wantedWord) || (word.length > 3 && wantedWord.startsWith(word)))
  const points = wanted.map((word) => (has(inPath, word) ? 2 : 0) + (has(inMeaning, word) ? 1 : 0))
  return { found: points.filter((n) => n > 0).length, points: points.reduce((sum: number, n) => sum + n, 0) }
}

/** Columns that have the most of the words, best first; by likeness of the path where no word is found. */
export function searchColumns(all: readonly PlacedColumn[], text: string): readonly PlacedColumn[] {
  const wanted = toWords(text)
  const best = all
    .map((placed) => ({ placed, ...score(wanted, placed) }))
    .filter(({ found }) => found > 0)
    .sort((a, b) => b.found - a.found || b.points - a.points)
  const most = best[0]?.found ?? 0
  const found = best.filter((entry) => entry.found === most).map(({ placed }) => placed)
  if (found.length > 0) return found.slice(0, mostFound)
  const nearest = new Set(findNearestNames(text, new Set(all.map(({ column }) => column.path)), 5))
  return all.filter(({ column }) => nearest.has(column.path))
}
