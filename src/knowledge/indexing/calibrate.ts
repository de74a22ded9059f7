import { findPassages } from '../search/find-passages.ts'
import type { OpenIndex } from '../search/open-index.ts'
import type { Limits } from '../search/weigh-evidence.ts'
import { foreignQuestions } from './foreign-questions.ts'

/**
 * Between what each limit may lie. On the tuning half of the question set 0.2 and -1.4 part best; a corpus on cooking answers
 * some of the foreign questions, and one with few words in common with other subjects must not answer lightly.
 */
const bounds = { yesFrom: { least: 0.1, most: 1 }, noBelow: { least: -3, most: -1.3 } } as const

/** Shares of the foreign questions that shall stay below each limit. */
const foreignShares = { yesFrom: 0.98, noBelow: 0.75 } as const

/** Headings that are asked as if they were questions, and the share of them that shall not be `no`. */
const mostHeadings = 40
const headingShare = 0.03

/** Questions asked side by side: while one waits for the index, others are weighed. */
const atOnce = 8

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? 0
}

const clamp = (value: number, { least, most }: Readonly<{ least: number; most: number }>) =>
  Math.min(Math.max(value, least), most)

/**
 * Finds the limits of an index: most foreign questions are to be `no`, hardly any `yes`, and its own headings, which it does
 * answer, are not to be `no`.
 */
export async function calibrate(index: OpenIndex, headings: readonly string[]): Promise<Limits> {
  const weigh = async (questions: readonly string[]) => {
    const weights: number[] = []
    for (let i = 0; i < questions.length; i += atOnce) {
      const some = questions.slice(i, i + atOnce)
      const answers = await Promise.all(
        some.map((question) => findPassages(index, question, { mode: 'both' })),
      )
      weights.push(...answers.map(({ evidence }) => evidence))
    }
    return weights
  }
  const every = Math.max(headings.length / mostHeadings, 1)
  const own = await weigh(headings.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every)))
  const foreign = await weigh(foreignQuestions)
  const spared = own.length > 0 ? quantile(own, headingShare) : Infinity
  return {
    yesFrom: clamp(quantile(foreign, foreignShares.yesFrom), bounds.yesFrom),
    noBelow: clamp(Math.min(quantile(foreign, foreignShares.noBelow), spared), bounds.noBelow),
  }
}
