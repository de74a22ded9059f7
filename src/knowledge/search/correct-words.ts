import { editDistance } from '../../core/edit-distance.ts'
import { isStopWord, splitWords, stemWord } from '../stem-words.ts'
import type { CorpusFacts } from '../store/corpus-facts.ts'

/** A word of a question that the corpus does not have, and the one of the corpus that was taken in its place. */
export type Correction = Readonly<{ from: string; to: string }>

export type CorrectedQuestion = Readonly<{ text: string; corrections: readonly Correction[] }>

/** Shorter words have too many neighbours; those of this length are corrected only where letters stand in another order. */
const shortest = 4
/** Letters from which on two errors are allowed. */
const longFrom = 8

const allowedErrors = (word: string) => (word.length >= longFrom ? 2 : 1)

/** Whether two words have the same letters, in another order. */
const isShuffled = (a: string, b: string) => [...a].sort().join('') === [...b].sort().join('')

/** The letters of a word as bits: two words with few errors between them share nearly all. */
function toLetters(word: string): number {
  let bits = 0
  for (let i = 0; i < word.length; i++) bits |= 1 << (word.charCodeAt(i) & 31)
  return bits
}

function countBits(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

type Known = Readonly<{ word: string; letters: number; passages: number }>

/** Finds the word that was meant by a misspelt one. */
export interface Speller {
  /** Whether the corpus has the word, in this or another form. */
  isKnown(word: string): boolean
  correct(question: string): CorrectedQuestion
}

/**
 * Corrects against the corpus's own words. `isWord` says of words of the language at large that they are spelt well: one
 * that the corpus lacks is foreign to it, and not to be bent into one that it has.
 */
export function createSpeller(corpus: CorpusFacts, isWord: (word: string) => boolean): Speller {
  let byLength: ReadonlyMap<number, readonly Known[]> | undefined
  const getKnown = (length: number) => {
    byLength ??= Map.groupBy(
      [...corpus.words]
        .filter(([word]) => word.length >= shortest - 1 && !/\d/.test(word))
        .map(([word, passages]) => ({ word, letters: toLetters(word), passages })),
      ({ word }) => word.length,
    )
    return byLength.get(length) ?? []
  }
  const isKnown = (word: string) =>
    corpus.words.has(word) || corpus.stems.has(stemWord(word)) || isStopWord(word)

  function findMeant(word: string): string | undefined {
    const most = allowedErrors(word)
    const letters = toLetters(word)
    let best: Readonly<{ word: string; errors: number; passages: number }> | undefined
    for (let length = word.length - most; length <= word.length + most; length++) {
      for (const candidate of getKnown(length)) {
        if (countBits(candidate.letters ^ letters) > 2 * most) continue
        const errors = editDistance(word, candidate.word, most)
        if (errors > most || (word.length === shortest && !isShuffled(word, candidate.word))) continue
        const isBetter =
          !best || errors < best.errors || (errors === best.errors && candidate.passages > best.passages)
        if (isBetter) best = { word: candidate.word, errors, passages: candidate.passages }
      }
    }
    return best?.word
  }

  return {
    isKnown,
    correct: (question) => {
      const corrections: Correction[] = []
      let text = question
      for (const from of new Set(splitWords(question))) {
        if (from.length < shortest || /\d/.test(from) || isKnown(from) || isWord(from)) continue
        const to = findMeant(from)
        if (!to) continue
        const corrected = text.replaceAll(
          new RegExp(`(?<![\\p{L}\\p{N}])${from}(?![\\p{L}\\p{N}])`, 'giu'),
          to,
        )
        if (corrected !== text && !isStopWord(to)) corrections.push({ from, to })
        text = corrected
      }
      return { text, corrections }
    },
  }
}
