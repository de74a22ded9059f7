/** How good one ranking is; each in [0, 1]. */
export type Scores = Readonly<{ ndcg: number; recall: number; reciprocal: number }>

const depth = 10

/**
 * nDCG@10 with linear gains (Järvelin and Kekäläinen 2002), recall@10 and the reciprocal rank of the first right one within
 * ten, as trec_eval computes them.
 */
export function scoreRanking(ranked: readonly string[], relevant: ReadonlyMap<string, number>): Scores {
  const top = ranked.slice(0, depth)
  const discount = (i: number) => 1 / Math.log2(i + 2)
  const gained = top.reduce((sum, item, i) => sum + (relevant.get(item) ?? 0) * discount(i), 0)
  const ideal = [...relevant.values()]
    .sort((a, b) => b - a)
    .slice(0, depth)
    .reduce((sum, gain, i) => sum + gain * discount(i), 0)
  const first = top.findIndex((item) => relevant.has(item))
  return {
    ndcg: ideal > 0 ? gained / ideal : 0,
    recall: relevant.size > 0 ? top.filter((item) => relevant.has(item)).length / relevant.size : 0,
    reciprocal: first === -1 ? 0 : 1 / (first + 1),
  }
}

export const mean = (values: readonly number[]): number =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0

/** The value that a share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0
}
