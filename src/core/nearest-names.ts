/** Damerau-Levenshtein distance (optimal string alignment) of two short strings. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

const normalise = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

const words = (name: string) =>
  new Set(
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 2),
  )

function likeness(wanted: string, name: string): number {
  const a = normalise(wanted)
  const b = normalise(name)
  if (a === b) return 2
  const edit = 1 - editDistance(a, b) / Math.max(a.length, b.length, 1)
  const contained = a.length > 2 && b.includes(a) ? 0.5 + a.length / (2 * b.length) : 0
  const wantedWords = words(wanted)
  const nameWords = words(name)
  const isIn = (word: string) =>
    [...nameWords].some((other) => other.startsWith(word) || word.startsWith(other))
  const shared = [...wantedWords].filter(isIn).length
  const overlap = shared / Math.max(wantedWords.size + nameWords.size - shared, 1)
  return Math.max(edit, contained, overlap)
}

/**
 * The names most like `wanted`, best first.
 * Likeness is the best of edit distance, containment and shared words, so that
 * `mos` finds `Attributes.cx.webrtc.audio.mos_score` and `Durration` finds `Duration`.
 */
export function findNearestNames(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const probe = wanted.slice(0, 200)
  return [...names]
    .map((name) => ({ name, score: likeness(probe, name) }))
    .filter(({ score }) => score >= 0.45)
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map(({ name }) => name)
}
