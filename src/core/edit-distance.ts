/**
 * Damerau-Levenshtein distance (optimal string alignment) of two short strings, `limit` + 1 where it is more than `limit`:
 * only cells within `limit` of the diagonal are filled. Source: Ukkonen, "Algorithms for approximate string matching", 1985.
 */
export function editDistance(a: string, b: string, limit: number): number {
  const beyond = limit + 1
  if (Math.abs(a.length - b.length) > limit) return beyond
  if (a === '' || b === '') return a.length + b.length
  let beforeLast = new Uint16Array(b.length + 2).fill(beyond)
  let last = beforeLast.map((_, j) => j)
  let row = beforeLast.slice()
  for (let i = 1; i <= a.length; i++) {
    const start = Math.max(1, i - limit)
    const end = Math.min(b.length, i + limit)
    const letter = a.charCodeAt(i - 1)
    const letterBefore = a.charCodeAt(i - 2)
    row[start - 1] = start === 1 ? i : beyond
    row[end + 1] = beyond
    let least = beyond
    for (let j = start; j <= end; j++) {
      const cost = letter === b.charCodeAt(j - 1) ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (j > 1 && letter === b.charCodeAt(j - 2) && letterBefore === b.charCodeAt(j - 1)) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      }
      row[j] = best
      least = Math.min(least, best)
    }
    if (least >= beyond) return beyond
    const free = beforeLast
    beforeLast = last
    last = row
    row = free
  }
  return Math.min(last[b.length] ?? beyond, beyond)
}
