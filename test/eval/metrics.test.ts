import { describe, expect, it } from 'vitest'
import { mean, percentile, scoreRanking } from '../../bench/eval/metrics.ts'

/** The k-th letter pair, none of them relevant. */
const fillers = (count: number) => Array.from({ length: count }, (_, i) => `filler${i}`)

describe('one ranking', () => {
  it('has gains discounted by the logarithm of the rank', () => {
    // Ranks 1 to 4 have the gains 3, 2, 0, 1 and the discounts 1, 1/log₂3, 1/2, 1/log₂5:
    // 3 + 2 · 0.630930 + 0 + 1 · 0.430677 = 4.692536.
    // Ideal are 3, 2, 1: 3 + 1.261860 + 0.5 = 4.761860. The share is 0.985442.
    const relevant = new Map([
      ['a', 3],
      ['b', 2],
      ['c', 1],
    ])
    const scores = scoreRanking(['a', 'b', 'x', 'c'], relevant)
    expect(scores.ndcg).toBeCloseTo(0.985_442, 6)
    expect(scores.recall).toBe(1)
    expect(scores.reciprocal).toBe(1)
  })

  it('has the reciprocal rank of the first right one, and the share of those found', () => {
    // b at rank 3, d at rank 5 of four: (0.5 + 0.386853) / (1 + 0.630930 + 0.5 + 0.430677) = 0.886853 / 2.561606.
    const relevant = new Map(['a', 'b', 'c', 'd'].map((item) => [item, 1]))
    const scores = scoreRanking(['x', 'y', 'b', 'z', 'd'], relevant)
    expect(scores.ndcg).toBeCloseTo(0.346_21, 6)
    expect(scores.recall).toBe(0.5)
    expect(scores.reciprocal).toBeCloseTo(1 / 3, 12)
  })

  it('counts ten places and no more', () => {
    const relevant = new Map([['a', 1]])
    // Rank 10: 1/log₂11 = 0.289065.
    expect(scoreRanking([...fillers(9), 'a'], relevant)).toEqual({
      ndcg: expect.closeTo(0.289_065, 6),
      recall: 1,
      reciprocal: 0.1,
    })
    expect(scoreRanking([...fillers(10), 'a'], relevant)).toEqual({ ndcg: 0, recall: 0, reciprocal: 0 })
  })

  it('is perfect with ten right ones first, of which there are twelve', () => {
    const items = Array.from({ length: 12 }, (_, i) => `r${i}`)
    const scores = scoreRanking(items, new Map(items.map((item) => [item, 1])))
    expect(scores).toEqual({ ndcg: 1, recall: 10 / 12, reciprocal: 1 })
  })

  it('is 0 where nothing is right or nothing is found', () => {
    const nothing = { ndcg: 0, recall: 0, reciprocal: 0 }
    expect(scoreRanking(['a'], new Map())).toEqual(nothing)
    expect(scoreRanking([], new Map([['a', 1]]))).toEqual(nothing)
    expect(scoreRanking(['x', 'y'], new Map([['a', 1]]))).toEqual(nothing)
  })

  it('takes no item judged 0 for a right one, as trec_eval does', () => {
    // 1/log₂3 = 0.630930 for the only right one, at rank 2.
    const judged = new Map([
      ['wrong', 0],
      ['right', 1],
    ])
    expect(scoreRanking(['wrong', 'right'], judged).ndcg).toBeCloseTo(0.630_93, 6)
  })
})

describe('many rankings', () => {
  it('have a mean, 0 of none', () => {
    expect(mean([0.5, 1, 0])).toBe(0.5)
    expect(mean([])).toBe(0)
  })

  it('have percentiles', () => {
    const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6]
    // Of ten values, half lie below 6 and nine tenths below 10.
    expect(percentile(values, 0.5)).toBe(6)
    expect(percentile(values, 0.9)).toBe(10)
    expect(percentile(values, 1)).toBe(10)
    expect(percentile(values, 0)).toBe(1)
    expect(percentile([], 0.5)).toBe(0)
    expect(values[0]).toBe(5)
  })
})
