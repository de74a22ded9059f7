/** Bounds on the work of one search, whatever the names are: attribute keys come from the data. */
const longestName = 200
const mostNames = 3000
const mostWords = 12
const mostEdits = 10

/** The least likeness that counts. */
const leastScore = 0.45

/**
 * Damerau-Levenshtein distance (optimal string alignment) of two short strings; Infinity where it is beyond `limit`.
 * Only the cells within `limit` of the diagonal are filled. Source: Ukkonen 1985, "Algorithms for approximate string matching".
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY
  const width = b.length + 1
  let beforeLast = new Array<number>(width).fill(Number.POSITIVE_INFINITY)
  let last = Array.from({ length: width }, (_, j) => j)
  let row = new Array<number>(width).fill(Number.POSITIVE_INFINITY)
  for (let i = 1; i <= a.length; i++) {
    const first = Math.max(1, i - limit)
    const end = Math.min(b.length, i + limit)
    row[first - 1] = first === 1 ? i : Number.POSITIVE_INFINITY
    if (end < b.length) row[end + 1] = Number.POSITIVE_INFINITY
    let least = Number.POSITIVE_INFINITY
    for (let j = first; j <= end; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(beforeLast, j - 2) + 1)
      }
      row[j] = best
      least = Math.min(least, best)
    }
    if (least > limit) return Number.POSITIVE_INFINITY
    ;[beforeLast, last, row] = [last, row, beforeLast]
  }
  return at(last, b.length)
}
