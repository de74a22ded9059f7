import { describe, expect, it } from 'vitest'
import {
  type Bag,
  type BagPair,
  poolInto,
  trainTable,
} from '../../src/knowledge/embedding/adapt/train-table.ts'

/** A text as counts by token. */
type Text = Readonly<Record<number, number>>
type TextPair = Readonly<{ left: Text; right: Text }>
/** Double precision throughout: what the training in single precision is measured by. */
type Table = readonly (readonly number[])[]

const d = 4

/** Numbers in [-1, 1), the same ones each time: a linear congruential generator (Knuth's MMIX). */
function createNumbers(seed: number): () => number {
  let state = BigInt(seed)
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
    return Number(state >> 40n) / 2 ** 23 - 1
  }
}

/** Exact in single precision, so that both computations begin with the same numbers. */
function createTable(rows: number, seed: number): Table {
  const next = createNumbers(seed)
  return Array.from({ length: rows }, () => Array.from({ length: d }, () => Math.fround(next())))
}

const toBag = (text: Text): Bag => ({
  rows: Int32Array.from(Object.keys(text), Number),
  counts: Float32Array.from(Object.values(text)),
})
const toBags = (pairs: readonly TextPair[]): readonly BagPair[] =>
  pairs.map(({ left, right }) => ({ left: toBag(left), right: toBag(right) }))

const toUnit = (vector: readonly number[]) => {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}
const pool = (table: Table, text: Text) =>
  toUnit(
    Array.from({ length: d }, (_, k) =>
      Object.entries(text).reduce((sum, [row, count]) => sum + count * (table[Number(row)]?.[k] ?? 0), 0),
    ),
  )
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * (b[k] ?? Number.NaN), 0)

/** -ln of the softmax's share of the number at `own`. */
const surprise = (scores: readonly number[], own: number) =>
  Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - (scores[own] ?? Number.NaN)

/** InfoNCE as in the paper: of both directions the mean, cosines times 20. */
function findLoss(table: Table, pairs: readonly TextPair[]): number {
  const left = pairs.map((pair) => pool(table, pair.left))
  const right = pairs.map((pair) => pool(table, pair.right))
  const losses = pairs.flatMap((_, i) => [
    surprise(
      right.map((other) => 20 * dot(left[i] ?? [], other)),
      i,
    ),
    surprise(
      left.map((other) => 20 * dot(right[i] ?? [], other)),
      i,
    ),
  ])
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

const mapTable = (table: Table, to: (value: number, row: number, k: number) => number): Table =>
  table.map((vector, row) => vector.map((value, k) => to(value, row, k)))

/** The loss's slope in the direction of each number of the table, by central differences. */
function findGradient(table: Table, pairs: readonly TextPair[]): Table {
  const step = 1e-5
  return mapTable(table, (_, row, k) => {
    const lossAt = (shift: number) =>
      findLoss(
        mapTable(table, (value, r, c) => (r === row && c === k ? value + shift : value)),
        pairs,
      )
    return (lossAt(step) - lossAt(-step)) / (2 * step)
  })
}

/** Adam as in the paper, β 0.9 and 0.99, the rate falling linearly to zero, for the rows that the pairs have. */
function trainSlowly(start: Table, pairs: readonly TextPair[], steps: number, rate: number): Table {
  let table = start
  let first = mapTable(start, () => 0)
  let second = first
  for (let step = 1; step <= steps; step++) {
    const gradient = findGradient(table, pairs)
    const g = (row: number, k: number) => gradient[row]?.[k] ?? Number.NaN
    first = mapTable(first, (m, row, k) => 0.9 * m + 0.1 * g(row, k))
    second = mapTable(second, (v, row, k) => 0.99 * v + 0.01 * g(row, k) ** 2)
    table = mapTable(table, (value, row, k) => {
      const m = (first[row]?.[k] ?? Number.NaN) / (1 - 0.9 ** step)
      const v = (second[row]?.[k] ?? Number.NaN) / (1 - 0.99 ** step)
      return value - (rate * (1 - (step - 1) / steps) * m) / (Math.sqrt(v) + 1e-8)
    })
  }
  return table
}

function train(
  table: Table,
  pairs: readonly TextPair[],
  options: Readonly<{ epochs: number; batch: number; rate: number }>,
): Table {
  const flat = Float32Array.from(table.flat())
  trainTable(flat, d, toBags(pairs), options)
  return table.map((_, row) => [...flat.subarray(row * d, (row + 1) * d)])
}

/** Tokens that occur twice, on both sides, and in several pairs; row 7 is of no text. */
const pairs: readonly TextPair[] = [
  { left: { 0: 1, 1: 2 }, right: { 2: 1, 3: 1 } },
  { left: { 1: 1, 4: 1 }, right: { 0: 3, 5: 1 } },
  { left: { 6: 1 }, right: { 3: 1, 4: 2, 6: 1 } },
]
const rows = 8
const unused = 7

describe('one step', () => {
  it.each([1, 2, 3, 4, 5])('moves each number against the slope of the loss (table %i)', (seed) => {
    const rate = 0.001
    const table = createTable(rows, seed)
    const gradient = findGradient(table, pairs)
    const moved = train(table, pairs, { epochs: 1, batch: 3, rate })
    let compared = 0
    for (const [row, vector] of table.entries()) {
      if (row === unused) continue
      for (const [k, value] of vector.entries()) {
        const slope = gradient[row]?.[k] ?? Number.NaN
        if (Math.abs(slope) < 1e-4) continue
        compared++
        expect((moved[row]?.[k] ?? Number.NaN) - value, `row ${row}, ${k}`).toBeCloseTo(
          -Math.sign(slope) * rate,
          6,
        )
      }
    }
    expect(compared).toBeGreaterThan((rows - 1) * d * 0.9)
    expect(moved[unused]).toEqual(table[unused])
  })
})

describe('many steps', () => {
  it.each([
    [2, 0.01],
    [5, 0.02],
    [12, 0.03],
  ])('%i with a rate of %d end where Adam with slopes by differences ends', (steps, rate) => {
    for (const seed of [1, 2, 3]) {
      const table = createTable(rows, seed)
      const expected = trainSlowly(table, pairs, steps, rate)
      const trained = train(table, pairs, { epochs: steps, batch: 3, rate })
      const gaps = expected.flatMap((vector, row) =>
        vector.map((value, k) => Math.abs(value - (trained[row]?.[k] ?? Number.NaN))),
      )
      expect(Math.max(...gaps)).toBeLessThan(1e-6)
    }
  })

  it('lower the loss', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const table = createTable(rows, seed)
      const losses = [1, 5, 25, 100].map((epochs) =>
        findLoss(train(table, pairs, { epochs, batch: 3, rate: 0.01 }), pairs),
      )
      expect(losses[0]).toBeLessThan(findLoss(table, pairs))
      expect(losses).toEqual(losses.toSorted((a, b) => b - a))
      expect(losses.at(-1)).toBeLessThan(findLoss(table, pairs) / 10)
    }
  })

  it('in batches smaller than the pairs lower the loss of them all', () => {
    const next = createNumbers(7)
    const token = () => Math.floor((next() + 1) * 30)
    const many = Array.from({ length: 40 }, (_, i) => ({
      left: { [60 + i]: 1, [token()]: 1 },
      right: { [100 + i]: 2, [token()]: 1 },
    }))
    const table = createTable(140, 3)
    const trained = train(table, many, { epochs: 30, batch: 7, rate: 0.03 })
    expect(findLoss(trained, many)).toBeLessThan(findLoss(table, many) / 4)
  })
})

describe('batches', () => {
  it('move the rows of their own pairs only; pairs that fill no batch have to wait', () => {
    const rate = 0.001
    const apart = Array.from({ length: 5 }, (_, i) => ({ left: { [2 * i]: 1 }, right: { [2 * i + 1]: 1 } }))
    const table = createTable(10, 1)
    const trained = train(table, apart, { epochs: 1, batch: 2, rate })
    const early = rate
    const late = ((rate / 2) * (0.1 / 0.19)) / Math.sqrt(0.01 / 0.0199)
    const moves = apart.map((_, i) =>
      [2 * i, 2 * i + 1].flatMap((row) =>
        (table[row] ?? []).map((value, k) => Math.abs((trained[row]?.[k] ?? Number.NaN) - value)),
      ),
    )
    const isNear = (distance: number) => (move: number) => Math.abs(move - distance) < 1e-6
    const counts = [early, late, 0].map(
      (distance) => moves.filter((own) => own.every(isNear(distance))).length,
    )
    expect(counts).toEqual([2, 2, 1])
  })
})

describe('the same input', () => {
  const next = createNumbers(11)
  const token = () => Math.floor((next() + 1) * 30)
  const many = Array.from({ length: 50 }, () => ({
    left: { [token()]: 1 },
    right: { [token()]: 2, [token()]: 1 },
  }))
  const start = () => Float32Array.from(createTable(60, 5).flat())

  it('gives the same bytes', () => {
    const [one, two] = [start(), start()]
    for (const table of [one, two]) trainTable(table, d, toBags(many), { epochs: 4, batch: 8, rate: 0.02 })
    expect(Buffer.from(one.buffer).equals(Buffer.from(two.buffer))).toBe(true)
    expect(Buffer.from(one.buffer).equals(Buffer.from(start().buffer))).toBe(false)
  })

  it('is left as it is, but for the table', () => {
    const bags = toBags(many)
    trainTable(start(), d, bags, { epochs: 2, batch: 8, rate: 0.02 })
    expect(bags).toEqual(toBags(many))
  })
})

describe('little input', () => {
  const table = createTable(rows, 1)
  it('no pairs, no epochs, and one pair, which has nothing to be told from, change nothing', () => {
    expect(train(table, [], { epochs: 3, batch: 256, rate: 0.1 })).toEqual(table)
    expect(train(table, pairs, { epochs: 0, batch: 256, rate: 0.1 })).toEqual(table)
    expect(train(table, pairs.slice(0, 1), { epochs: 3, batch: 256, rate: 0.1 })).toEqual(table)
  })

  it('a text without tokens, and a table of zeros, give numbers', () => {
    const odd = [...pairs, { left: {}, right: { 1: 1 } }, { left: {}, right: {} }]
    const zeros = mapTable(table, () => 0)
    for (const start of [table, zeros]) {
      const trained = train(start, odd, { epochs: 5, batch: 256, rate: 0.01 })
      expect(trained.flat().every(Number.isFinite)).toBe(true)
    }
  })
})

it('a text is the sum of its tokens, of length 1, and the length that the sum had', () => {
  const out = new Float32Array(6).fill(9)
  const table = Float32Array.from([1, 0, 0, 2, 5, 5])
  expect(poolInto(table, 2, toBag({ 0: 3, 1: 2 }), out, 2)).toBe(5)
  expect([...out]).toEqual([9, 9, ...Float32Array.from([3 / 5, 4 / 5]), 9, 9])
  expect(poolInto(table, 2, toBag({}), out, 4)).toBe(1)
  expect([...out.subarray(4)]).toEqual([0, 0])
})
