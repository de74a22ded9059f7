import type { Findings } from './find-passages.ts'
import type { RankedChunk } from './rank-passages.ts'
import type { Candidate } from './read-signs.ts'

/** What speaks for the corpus answering a question. All in [0, 1], but for `strength`, which may pass 1. */
type Evidence = Readonly<{
  /** Share of the question's words that one of the best passages has, rare words counting more. */
  cover: number
  /** BM25 of the best passage, as a share of what all words of the question could give. */
  strength: number
  /** Share of the question's words that the corpus lacks altogether. */
  unknown: number
  /** Share of the ten best by full text that are among the ten best by vector. */
  agreement: number
}>

/** A question of one word that heads no passage says too little: "why is it bad?" */
const isVague = (stems: readonly string[], best: readonly Candidate[]) =>
  stems.length < 2 && best.every(({ signs }) => signs.heading < 0.6)

/** The most that can speak for an answer to a doubtful question: less than `yes` begins with in any index. */
const doubtfulMost = 0

/** Evidence that outweighs a name that no page has, which may be a typing error. */
const sureFrom = 0.5

/** Whether the corpus answers a question, as far as can be told without understanding it. */
export type Answerable = 'yes' | 'weak' | 'no'

/** Evidence from which on the answer is `yes`, and below which it is `no`; found for each index by `calibrate`. */
export type Limits = Readonly<{ yesFrom: number; noBelow: number }>

const bestRead = 3
const compared = 10

function findEvidence({ asked, found }: Findings, best: readonly Candidate[]): Evidence {
  const stems = [...new Set(asked.stems)]
  const all = stems.reduce((sum, stem) => sum + asked.weigh(stem), 0)
  const lacking = stems
    .filter((stem) => !asked.isKnown(stem))
    .reduce((sum, stem) => sum + asked.weigh(stem), 0)
  const near = new Set(found.vector.slice(0, compared).map(({ row }) => row))
  return {
    cover: Math.max(0, ...best.map(({ signs }) => signs.cover)),
    strength: all > 0 ? (found.text[0]?.score ?? 0) / all : 0,
    unknown: all > 0 ? lacking / all : 1,
    agreement: found.text.slice(0, compared).filter(({ row }) => near.has(row)).length / compared,
  }
}

/**
 * Logistic regression on the tuning half of the question set, answered against not answered; docs/knowledge.md has its
 * quality on the other half.
 */
const weights: Evidence = { cover: 1.6, strength: 2.2, unknown: -3.6, agreement: 2.3 }
const bias = -1.35

/**
 * How much speaks for an answer, as one number, about 0 where it is even. Without vectors there is no agreement, and none is
 * expected.
 */
export function weighEvidence(
  findings: Findings,
  ranked: readonly RankedChunk[],
  hasVectors: boolean,
): number {
  const chunks = new Set(ranked.slice(0, bestRead).map(({ chunk }) => chunk))
  const best = findings.candidates.filter(({ chunk }) => chunks.has(chunk))
  const evidence = findEvidence(findings, best)
  const names = Object.keys(weights) as (keyof Evidence)[]
  const sum = names.reduce((total, name) => total + weights[name] * evidence[name], bias)
  const whole = sum + (hasVectors ? 0 : weights.agreement * usualAgreement)
  const { stems, hasForeignName } = findings.asked
  const isDoubtful = isVague(stems, best) || (hasForeignName && whole < sureFrom)
  return isDoubtful ? Math.min(whole, doubtfulMost) : whole
}

/** Mean agreement over answered and unanswered questions. */
const usualAgreement = 0.35

export const toAnswerable = (evidence: number, { yesFrom, noBelow }: Limits): Answerable =>
  evidence >= yesFrom ? 'yes' : evidence < noBelow ? 'no' : 'weak'
