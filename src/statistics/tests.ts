import { fisherTwoSided, normalTwoSided, studentTwoSided } from './distributions.ts'

/** What a test says: how likely so large a difference is by chance, and which test it was. */
export type Verdict = Readonly<{ pValue: number | undefined; test: string }>

/** Hits among cases. */
export type Proportion = Readonly<{ hits: number; cases: number }>

/** Beyond this many cases the exact test takes long, and says the same as the normal one. */
const mostExact = 2_000

const none: Verdict = { pValue: undefined, test: 'too few values' }

/** Fisher's exact test, or for very many cases the z-test of two proportions with pooled variance. */
export function compareProportions(a: Proportion, b: Proportion): Verdict {
  if (a.cases === 0 || b.cases === 0) return none
  if (a.cases + b.cases <= mostExact)
    return {
      pValue: fisherTwoSided(a.hits, a.cases - a.hits, b.hits, b.cases - b.hits),
      test: "Fisher's exact test",
    }
  const pooled = (a.hits + b.hits) / (a.cases + b.cases)
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / a.cases + 1 / b.cases))
  const difference = a.hits / a.cases - b.hits / b.cases
  return { pValue: spread > 0 ? normalTwoSided(difference / spread) : 1, test: 'z-test of two proportions' }
}

/** Values by what a test of means must know. */
export type Moments = Readonly<{ count: number; mean: number; variance: number }>

/** Welch's t-test, which needs no equal variances (Welch 1947, Biometrika 34). */
export function compareMeans(a: Moments, b: Moments): Verdict {
  if (a.count < 2 || b.count < 2) return none
  const [own, other] = [a.variance / a.count, b.variance / b.count]
  const test = "Welch's t-test"
  if (own + other === 0) return { pValue: a.mean === b.mean ? 1 : 0, test }
  const freedom = (own + other) ** 2 / (own ** 2 / (a.count - 1) + other ** 2 / (b.count - 1))
  return { pValue: studentTwoSided((a.mean - b.mean) / Math.sqrt(own + other), freedom), test }
}

/**
 * Whether a quantile differs: of the values at or below the quantile of both together, each side should have its share (the
 * quantile form of Mood's median test; Mood 1954, Ann. Math. Stat. 25).
 */
export function compareQuantiles(atOrBelow: Readonly<{ a: Proportion; b: Proportion }>): Verdict {
  const { pValue, test } = compareProportions(atOrBelow.a, atOrBelow.b)
  return pValue === undefined ? none : { pValue, test: `Mood's quantile test (${test})` }
}

/** p-values corrected for their number: the false discovery rate (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57). */
export function correctForMany(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, i) => ({ p, i })).sort((a, b) => b.p - a.p)
  const corrected = new Array<number>(pValues.length).fill(1)
  let least = 1
  for (const [rank, { p, i }] of order.entries()) {
    least = Math.min(least, (p * pValues.length) / (pValues.length - rank))
    corrected[i] = least
  }
  return corrected
}
