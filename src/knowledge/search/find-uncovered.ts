import { isStopWord, splitWords, stemWord, stemWords } from '../stem-words.ts'
import type { RankedChunk } from './rank-passages.ts'
import type { Asked } from './read-signs.ts'

/** The words of a question that none of the passages has, as they were asked; those that the whole corpus lacks come first. */
export function findUncovered(
  question: string,
  asked: Asked,
  passages: readonly RankedChunk[],
): readonly string[] {
  const covered = new Set(
    passages.flatMap(({ chunk }) => stemWords(`${chunk.headingPath.join(' ')} ${chunk.text}`)),
  )
  const words = [...new Set(splitWords(question))].filter((word) => !isStopWord(word))
  const missing = words.filter((word) => !covered.has(stemWord(word)))
  const isLacking = (word: string) => !asked.isKnown(stemWord(word))
  return [...missing.filter(isLacking), ...missing.filter((word) => !isLacking(word))]
}
