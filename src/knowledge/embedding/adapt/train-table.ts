/** Tokens of a text, each once, with how often it occurs. Tokens are rows of the table that is trained. */
export type Bag = Readonly<{ rows: Int32Array; counts: Float32Array }>

/** Two bags that belong together. */
export type BagPair = Readonly<{ left: Bag; right: Bag }>

export type TrainOptions = Readonly<{
  epochs: number
  /** Pairs that are told apart from each other in one step. */
  batch: number
  rate: number
}>

/** Cosines are multiplied by this before the softmax, as when the table was made. */
const scale = 20
const beta1 = 0.9
const beta2 = 0.99
const tiny = 1e-8

/** 32-bit generator (mulberry32, public domain): the same order on every machine. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1))
    const kept = order[i] as number
    order[i] = order[k] as number
    order[k] = kept
  }
}

/** Sum of a bag's vectors, written to `out` at `at` with length 1; gives the length that it had. */
export function poolInto(
  table: Float32Array,
  d: number,
  { rows, counts }: Bag,
  out: Float32Array,
  at: number,
): number {
  out.fill(0, at, at + d)
  for (let t = 0; t < rows.length; t++) {
    const from = (rows[t] as number) * d
    const count = counts[t] as number
    for (let k = 0; k < d; k++) out[at + k] = (out[at + k] as number) + count * (table[from + k] as number)
  }
  let sum = 0
  for (let k = at; k < at + d; k++) sum += (out[k] as number) ** 2
  const length = Math.sqrt(sum) || 1
  for (let k = at; k < at + d; k++) out[k] = (out[k] as number) / length
  return length
}

/** `out[i] = Σ_j m[i][j] · b[j]` for n vectors; with `isTurned`, m[j][i]. */
function multiply(
  m: Float32Array,
  b: Float32Array,
  n: number,
  d: number,
  out: Float32Array,
  isTurned: boolean,
): void {
  out.fill(0)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const weight = m[isTurned ? j * n + i : i * n + j] as number
      if (Math.abs(weight) < 1e-7) continue
      const from = j * d
      const to = i * d
      for (let k = 0; k < d; k++) out[to + k] = (out[to + k] as number) + weight * (b[from + k] as number)
    }
  }
}

/**
 * Trains a table of token vectors in place: of a batch's right sides a left side shall be nearest to its own, and the other
 * way round (InfoNCE, van den Oord et al. 2018, arXiv 1807.03748; Adam, Kingma and Ba 2015, arXiv 1412.6980, for the rows
 * that a step touches). The same input gives the same table on every machine.
 */
export function trainTable(
  table: Float32Array,
  d: number,
  pairs: readonly BagPair[],
  { epochs, batch, rate }: TrainOptions,
): void {
  const n = Math.min(batch, pairs.length)
  const [first, second, gradient] = [table, table, table].map(() => new Float32Array(table.length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const [left, right, toLeft, toRight] = [0, 0, 0, 0].map(() => new Float32Array(n * d)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const scores = new Float32Array(n * n)
  const pull = new Float32Array(n * n)
  const leftLengths = new Float32Array(n)
  const rightLengths = new Float32Array(n)
  const order = Int32Array.from(pairs.keys())
  const random = createRandom(1)
  const stepsEach = Math.floor(pairs.length / n)
  const steps = stepsEach * epochs
  const touched = new Set<number>()

  function scatter(
    { rows, counts }: Bag,
    unit: Float32Array,
    to: Float32Array,
    i: number,
    length: number,
  ): void {
    const at = i * d
    let along = 0
    for (let k = at; k < at + d; k++) along += (unit[k] as number) * (to[k] as number)
    for (let k = at; k < at + d; k++) to[k] = ((to[k] as number) - along * (unit[k] as number)) / length
    for (let t = 0; t < rows.length; t++) {
      const row = rows[t] as number
      touched.add(row)
      const from = row * d
      const count = counts[t] as number
      for (let k = 0; k < d; k++)
        gradient[from + k] = (gradient[from + k] as number) + count * (to[at + k] as number)
    }
  }

  /** How much each pair of a left and a right side pulls: the gradient of the mean loss of both directions. */
  function findPull(): void {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < d; k++) sum += (left[i * d + k] as number) * (right[j * d + k] as number)
        scores[i * n + j] = sum * scale
      }
    pull.fill(0)
    const weight = scale / (2 * n)
    for (const isTurned of [false, true]) {
      for (let i = 0; i < n; i++) {
        let most = -Infinity
        const at = (j: number) => (isTurned ? j * n + i : i * n + j)
        for (let j = 0; j < n; j++) most = Math.max(most, scores[at(j)] as number)
        let sum = 0
        for (let j = 0; j < n; j++) sum += Math.exp((scores[at(j)] as number) - most)
        for (let j = 0; j < n; j++) {
          const share = Math.exp((scores[at(j)] as number) - most) / sum
          pull[at(j)] = (pull[at(j)] as number) + weight * (share - (i === j ? 1 : 0))
        }
      }
    }
  }

  function update(step: number): void {
    const now = rate * (1 - (step - 1) / steps)
    const firstBias = 1 - beta1 ** step
    const secondBias = 1 - beta2 ** step
    for (const row of touched) {
      for (let k = row * d; k < (row + 1) * d; k++) {
        const g = gradient[k] as number
        const m = beta1 * (first[k] as number) + (1 - beta1) * g
        const v = beta2 * (second[k] as number) + (1 - beta2) * g * g
        first[k] = m
        second[k] = v
        table[k] = (table[k] as number) - (now * (m / firstBias)) / (Math.sqrt(v / secondBias) + tiny)
        gradient[k] = 0
      }
    }
    touched.clear()
  }

  for (let step = 1; step <= steps; step++) {
    const place = (step - 1) % stepsEach
    if (place === 0) shuffle(order, random)
    const chosen = order.subarray(place * n, (place + 1) * n)
    for (let i = 0; i < n; i++) {
      const pair = pairs[chosen[i] as number] as BagPair
      leftLengths[i] = poolInto(table, d, pair.left, left, i * d)
      rightLengths[i] = poolInto(table, d, pair.right, right, i * d)
    }
    findPull()
    multiply(pull, right, n, d, toLeft, false)
    multiply(pull, left, n, d, toRight, true)
    for (let i = 0; i < n; i++) {
      const pair = pairs[chosen[i] as number] as BagPair
      scatter(pair.left, left, toLeft, i, leftLengths[i] as number)
      scatter(pair.right, right, toRight, i, rightLengths[i] as number)
    }
    update(step)
  }
}
