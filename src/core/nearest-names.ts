import { editDistance } from './edit-distance.ts'

/** Bounds on the work of one search, whatever the names are: attribute keys come from the data. */
const longestName = 200
const mostNames = 2000
const mostWords = 12
const mostEdits = 5

/** The least likeness that counts. */
const leastScore = 0.45

type Name = Readonly<{ name: string; plain: string; words: ReadonlySet<string> }>

const toName = (name: string): Name => ({
  name,
  plain: name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''),
  words: new Set(
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 2)
      .slice(0, mostWords),
  ),
})

function likeness({ plain: a, words: wanted }: Name, { plain: b, words }: Name): number {
  if (a === b) return 2
  const longest = Math.max(a.length, b.length)
  const limit = Math.min(Math.floor(longest * (1 - leastScore)), mostEdits)
  const edits = editDistance(a, b, limit)
  const edit = edits > limit ? 0 : 1 - edits / longest
  const contained = a.length > 2 && b.includes(a) ? 0.5 + a.length / (2 * b.length) : 0
  const isIn = (word: string) => [...words].some((other) => other.startsWith(word) || word.startsWith(other))
  const shared = [...wanted].filter(isIn).length
  const overlap = shared / Math.max(wanted.size + words.size - shared, 1)
  return Math.max(edit, contained, overlap)
}

/**
 * The names most like `wanted`, best first, among the first 2,000 of at most 200 characters.
 * Likeness is the best of edit distance, containment and shared words, so that
 * `mos` finds `Attributes.cx.webrtc.audio.mos_score` and `Durration` finds `Duration`.
 */
export function findNearestNames(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const probe = toName(wanted.slice(0, longestName))
  return [...names]
    .filter((name) => name.length <= longestName)
    .slice(0, mostNames)
    .map((name) => ({ name, score: likeness(probe, toName(name)) }))
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map(({ name }) => name)
}
