/** ln(n!), one factor at a time. */
function logFactorial(n: number): number {
  let sum = 0
  for (let i = 2; i <= n; i++) sum += Math.log(i)
  return sum
}

/** How many rows of a side match, of how many. */
export type Share = Readonly<{ hits: number; of: number }>

/** Fisher's exact test, two-sided: the probability of all tables that are no more likely than the one found. */
export function fisher(a: Share, b: Share): number {
  const hits = a.hits + b.hits
  const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k)
  const all = logChoose(a.of + b.of, hits)
  const probability = (k: number) => Math.exp(logChoose(a.of, k) + logChoose(b.of, hits - k) - all)
  const found = probability(a.hits)
  let sum = 0
  for (let k = Math.max(0, hits - b.of); k <= Math.min(hits, a.of); k++) {
    if (probability(k) <= found * (1 + 1e-7)) sum += probability(k)
  }
  return Math.min(sum, 1)
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

const variance = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1)

/** Probability that Student's t lies beyond ±t: its density, by Simpson's rule after t = √ν tan θ. */
function beyond(t: number, freedom: number): number {
  const steps = 20_000
  const simpson = (from: number, to: number) => {
    const width = (to - from) / steps
    let sum = 0
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2
      sum += weight * Math.cos(from + i * width) ** (freedom - 1)
    }
    return (sum * width) / 3
  }
  const edge = Math.atan(Math.abs(t) / Math.sqrt(freedom))
  return simpson(edge, Math.PI / 2) / simpson(0, Math.PI / 2)
}

/** Welch's t-test, two-sided. */
export function welch(a: readonly number[], b: readonly number[]): number {
  const [va, vb] = [variance(a) / a.length, variance(b) / b.length]
  const t = (mean(a) - mean(b)) / Math.sqrt(va + vb)
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1))
  return beyond(t, freedom)
}

/** Corrected for the number of tests by Benjamini and Hochberg: the least of p·m/rank over all p no smaller. */
export function correct(pValues: readonly number[]): readonly number[] {
  const rank = (p: number) => pValues.filter((other) => other <= p).length
  return pValues.map((p) =>
    Math.min(1, ...pValues.filter((q) => q >= p).map((q) => (q * pValues.length) / rank(q))),
  )
}
