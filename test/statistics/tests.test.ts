import { describe, expect, test } from 'vitest'
import {
  fisherTwoSided,
  logGamma,
  normalTwoSided,
  studentTwoSided,
} from '../../src/statistics/distributions.ts'
import {
  compareMeans,
  compareProportions,
  compareQuantiles,
  correctForMany,
} from '../../src/statistics/tests.ts'
import { createRandom } from '../query/sample-rows.ts'

describe('distributions', () => {
  test.each([
    [1, 0],
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [11, Math.log(3_628_800)],
    [171, 706.573_062_245_787_4],
  ])('log gamma of %d', (x, value) => expect(logGamma(x)).toBeCloseTo(value, 9))

  // Two-sided tails of tables: Student's t for 1, 10 and 30 degrees of freedom, and the normal distribution.
  test.each([
    [12.706, 1, 0.05],
    [2.228, 10, 0.05],
    [3.169, 10, 0.01],
    [2.042, 30, 0.05],
    [0, 5, 1],
  ])('Student: %d with %d degrees of freedom', (t, freedom, p) => {
    expect(studentTwoSided(t, freedom)).toBeCloseTo(p, 4)
    expect(studentTwoSided(-t, freedom)).toBeCloseTo(p, 4)
  })

  test('Student with 1 and 2 degrees of freedom has a closed form', () => {
    for (const t of [0.1, 0.7, 1, 3, 12, 400]) {
      expect(studentTwoSided(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 10)
      expect(studentTwoSided(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 10)
    }
  })

  test.each([
    [1.644_853_626_951, 0.1],
    [1.959_963_984_54, 0.05],
    [2.575_829_303_549, 0.01],
    [4.891_638_475_7, 1e-6],
  ])('normal: %d', (z, p) => expect(normalTwoSided(z) / p).toBeCloseTo(1, 5))

  /** The same by counting every table with plain factorials. */
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const choose = (n: number, k: number) => factorial(n) / factorial(k) / factorial(n - k)
  function count(a: number, b: number, c: number, d: number): number {
    const of = (hits: number) =>
      (choose(a + c, hits) * choose(b + d, a + b - hits)) / choose(a + b + c + d, a + b)
    const all = Array.from({ length: Math.min(a + b, a + c) + 1 }, (_, hits) => hits).filter(
      (hits) => a + b - hits <= b + d,
    )
    return all
      .map(of)
      .filter((p) => p <= of(a) * (1 + 1e-9))
      .reduce((x, y) => x + y, 0)
  }

  test('Fisher, of tea and milk and of random tables', () => {
    expect(fisherTwoSided(3, 1, 1, 3)).toBeCloseTo(34 / 70, 9)
    expect(fisherTwoSided(8, 2, 1, 5)).toBeCloseTo(0.034_965_035, 8)
    expect(fisherTwoSided(0, 0, 0, 5)).toBeCloseTo(1, 9)
    const random = createRandom(3)
    for (let i = 0; i < 300; i++) {
      const [a, b, c, d] = Array.from({ length: 4 }, () => Math.floor(random() * 9)) as [
        number,
        number,
        number,
        number,
      ]
      expect(fisherTwoSided(a, b, c, d)).toBeCloseTo(count(a, b, c, d), 7)
    }
  })
})

const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)
  return { count: values.length, mean, variance }
}

describe('tests', () => {
  test("Welch, on Student's sleep data", () => {
    const drug = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
    const other = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    // t = -1.8608, df = 17.776, p = 0.07939, as R prints it.
    expect(compareMeans(momentsOf(drug), momentsOf(other)).pValue).toBeCloseTo(0.079_39, 5)
  })

  test('say nothing of too few values, and something of constant ones', () => {
    expect(compareMeans({ count: 1, mean: 3, variance: 0 }, { count: 9, mean: 1, variance: 2 })).toEqual({
      pValue: undefined,
      test: 'too few values',
    })
    expect(compareProportions({ hits: 0, cases: 0 }, { hits: 1, cases: 2 }).pValue).toBeUndefined()
    expect(compareMeans({ count: 5, mean: 3, variance: 0 }, { count: 5, mean: 3, variance: 0 }).pValue).toBe(
      1,
    )
    expect(compareMeans({ count: 5, mean: 3, variance: 0 }, { count: 5, mean: 4, variance: 0 }).pValue).toBe(
      0,
    )
  })

  test('of very many cases say what the exact one would', () => {
    const [a, b] = [
      { hits: 5_100, cases: 10_000 },
      { hits: 4_950, cases: 10_001 },
    ]
    const { pValue, test: name } = compareProportions(a, b)
    expect(name).toBe('z-test of two proportions')
    expect(pValue).toBeCloseTo(fisherTwoSided(5_100, 4_900, 4_950, 5_051), 2)
    expect(compareQuantiles({ a, b }).test).toContain("Mood's")
  })

  test('keep their level: of pairs without a difference about one in twenty has p < 0.05', () => {
    const random = createRandom(21)
    const draw = () => Array.from({ length: 30 }, () => random() + random() + random())
    let hits = 0
    for (let i = 0; i < 2_000; i++)
      if ((compareMeans(momentsOf(draw()), momentsOf(draw())).pValue ?? 1) < 0.05) hits++
    expect(hits).toBeGreaterThan(60)
    expect(hits).toBeLessThan(140)
  })

  test('Benjamini and Hochberg', () => {
    const corrected = correctForMany([0.01, 0.04, 0.03, 0.005])
    for (const [i, q] of [0.02, 0.04, 0.04, 0.02].entries()) expect(corrected[i]).toBeCloseTo(q, 12)
    expect(correctForMany([])).toEqual([])
    expect(correctForMany([1, 1])).toEqual([1, 1])
  })
})
