/** Coefficients of Lanczos' approximation of the gamma function, g = 7 (Lanczos 1964, SIAM J. Numer. Anal. B 1). */
const lanczos = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
  1.505_632_735_149_311_6e-7,
]

/** Natural logarithm of the gamma function, for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x - 1
  const base = shifted + 7.5
  const sum = lanczos.reduce(
    (total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (shifted + i)),
    0,
  )
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

const tiny = 1e-300
const mostTerms = 500
const precise = 1e-15

/** The continued fraction of the incomplete beta function, by Lentz' method. */
function betaFraction(x: number, a: number, b: number): number {
  const guard = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= mostTerms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < precise) break
  }
  return result
}

/** The regularised incomplete beta function. */
function toBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b
}

/** How likely Student's t with so many degrees of freedom is as far from 0 as this, on either side. */
export const studentTwoSided = (t: number, freedom: number): number =>
  toBeta(freedom / (freedom + t * t), freedom / 2, 0.5)

/**
 * Fisher's exact test of a table of two rows [hits, misses]: how likely a table is that is no more probable than this one, given
 * its margins (Fisher 1922, J. R. Stat. Soc. 85). Takes time in proportion to the smallest margin.
 */
export function fisherTwoSided(a: number, b: number, c: number, d: number): number {
  const [row, column, all] = [a + b, a + c, a + b + c + d]
  const first = Math.max(0, row + column - all)
  const last = Math.min(row, column)
  const logOf = (hits: number) =>
    logChoose(column, hits) + logChoose(all - column, row - hits) - logChoose(all, row)
  const own = logOf(a)
  // Equal probabilities differ in their last digits.
  const most = own + 1e-7
  let sum = 0
  for (let hits = first; hits <= last; hits++) {
    const log = logOf(hits)
    if (log <= most) sum += Math.exp(log)
  }
  return Math.min(sum, 1)
}

/** The error function by its series, which is precise near 0. */
function erf(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < mostTerms && Math.abs(term) > precise * Math.abs(sum); n++) {
    term *= -(x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/** Its complement by a continued fraction, evaluated from within, which is precise far from 0. */
function erfcFar(x: number): number {
  let tail = 0
  for (let n = 60; n > 0; n--) tail = n / 2 / (x + tail)
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail)
}

const near = 2.5

/** How likely a standard normal value is as far from 0 as this, on either side. */
export function normalTwoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  return x < near ? 1 - erf(x) : erfcFar(x)
}
