import type { StoredChunk } from '../store/chunk-table.ts'
import type { Asked, Candidate, FoundBy, Signs } from './read-signs.ts'

/** A chunk with its score, in [0, 1], and the searches that found it. */
export type RankedChunk = Readonly<{ chunk: StoredChunk; score: number; foundBy: readonly FoundBy[] }>

/** What each sign counts. */
export type Weights = Readonly<
  Record<keyof Signs, number> & {
    /** What the second-best chunk of a page adds to the page, in parts of its score. */
    second: number
    /** By how much BM25 and cosine count more with each further word of a question that has many. */
    long: number
  }
>

/** Questions with more words say much by their words alone; shares of them say little. */
const manyWords = 8

/** Found by `bench/tune-ranking.ts` on the tuning half of the question set and on otel-links; docs/knowledge.md says what they gain. */
export const defaultWeights: Weights = {
  text: 0.25,
  vector: 0.15,
  heading: 0.13,
  path: 0.25,
  cover: 0.05,
  order: 0.15,
  sentence: 0.03,
  soft: 0.12,
  identifier: 0.1,
  opening: -0.03,
  second: 0.2,
  long: 0.06,
}

const sortRanked = <T extends Readonly<{ chunk: StoredChunk; score: number }>>(ranked: readonly T[]) =>
  [...ranked].sort((a, b) => b.score - a.score || (a.chunk.id < b.chunk.id ? -1 : 1))

/** Candidates in the order of their weighted signs; all chunks of a page are lifted by its second-best. */
export function rankPassages(
  { stems }: Asked,
  candidates: readonly Candidate[],
  weights: Weights = defaultWeights,
): readonly RankedChunk[] {
  const names = Object.keys(candidates[0]?.signs ?? {}) as (keyof Signs)[]
  const growth = 1 + weights.long * Math.max(0, stems.length - manyWords)
  const factors: Partial<Record<keyof Signs, number>> = {
    text: growth,
    vector: growth,
    // Who asks for a single word wants to know what it is, and the opening says that.
    opening: stems.length < 2 ? -1 : 1,
  }
  const weightOf = (name: keyof Signs) => weights[name] * (factors[name] ?? 1)
  const most = names.reduce((sum, name) => sum + Math.max(weightOf(name), 0), 0)
  const scored = sortRanked(
    candidates.map(({ chunk, signs, foundBy }) => ({
      chunk,
      score: names.reduce((sum, name) => sum + weightOf(name) * signs[name], 0) / most,
      foundBy,
    })),
  )
  const byPage = Map.groupBy(scored, ({ chunk }) => chunk.file)
  return sortRanked(
    scored.map((candidate) => {
      const second = byPage.get(candidate.chunk.file)?.[1]?.score ?? 0
      const score = (candidate.score + weights.second * second) / (1 + weights.second)
      return { ...candidate, score: Math.max(score, 0) }
    }),
  )
}
