import type { FoundChunk } from '../store/chunk-table.ts'
import type { Fused } from './fuse-ranks.ts'
import { stemWords } from '../stem-words.ts'

/**
 * What a heading adds to a score when the question has all its words. On 32 questions about the documentation that
 * comes with Parquetry, 0.2 lifts the mean reciprocal rank of the right section from 0.71 to 0.83 and lowers none;
 * 0.12 gives 0.83 too, 0.4 falls to 0.81.
 */
const weight = 0.2

function measureShare(heading: string, asked: ReadonlySet<string>): number {
  const words = [...new Set(stemWords(heading))]
  return words.length > 0 ? words.filter((word) => asked.has(word)).length / words.length : 0
}

/**
 * Lifts passages whose own heading says what is asked: full text counts a word of the heading like any other, and
 * favours short passages. Scores stay in (0, 1].
 */
export function weighHeadings(question: string, fused: readonly Fused<FoundChunk>[]): Fused<FoundChunk>[] {
  const asked = new Set(stemWords(question))
  return fused
    .map((candidate) => {
      const share = measureShare(candidate.item.headingPath.at(-1) ?? '', asked)
      return { ...candidate, score: (candidate.score * (1 + weight * share)) / (1 + weight) }
    })
    .sort((a, b) => b.score - a.score)
}
