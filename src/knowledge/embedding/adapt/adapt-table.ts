import type { TokenTable } from '../static/onnx-table.ts'
import type { Tokenise } from '../static/open-tokenise.ts'
import type { Pair } from './make-pairs.ts'
import { type Bag, type BagPair, poolInto, trainTable } from './train-table.ts'

/** A table that has learned the corpus, with its mean reciprocal rank on pairs that it has not seen, before and after. */
export type Adapted = Readonly<{ table: TokenTable; before: number; after: number }>

/**
 * Of 2, 3 and 5 epochs and rates from .004 to .03 these were best on the tuning sets; docs/knowledge.md has the table.
 */
const training = { epochs: 3, batch: 256, rate: 0.01 } as const

/** Tokens of a text that are read: more make training slower, not better. */
const mostTokens = 192

/** Rows of the tokens that a corpus uses, in a table of their own. */
function takeRows({ bytes, scales, dimensions: d }: TokenTable, used: readonly number[]): Float32Array {
  const rows = new Float32Array(used.length * d)
  for (const [local, row] of used.entries()) {
    const factor = scales[row] as number
    for (let k = 0; k < d; k++) rows[local * d + k] = (bytes[row * d + k] as number) * factor
  }
  return rows
}

/** The table with those rows in place of its own. */
function putRows(table: TokenTable, used: readonly number[], rows: Float32Array): TokenTable {
  const { dimensions: d } = table
  const bytes = Int8Array.from(table.bytes)
  const scales = Float32Array.from(table.scales)
  for (const [local, row] of used.entries()) {
    const own = rows.subarray(local * d, (local + 1) * d)
    const factor = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1
    scales[row] = factor
    for (let k = 0; k < d; k++) bytes[row * d + k] = Math.round((own[k] as number) / factor)
  }
  return { ...table, bytes, scales }
}

/** Mean of 1 / rank of each left side's own right side among all right sides. */
export function measureRank(rows: Float32Array, d: number, pairs: readonly BagPair[]): number {
  const right = new Float32Array(pairs.length * d)
  for (const [i, pair] of pairs.entries()) poolInto(rows, d, pair.right, right, i * d)
  const left = new Float32Array(d)
  let sum = 0
  for (const [i, pair] of pairs.entries()) {
    poolInto(rows, d, pair.left, left, 0)
    const scoreOf = (j: number) => {
      let score = 0
      for (let k = 0; k < d; k++) score += (left[k] as number) * (right[j * d + k] as number)
      return score
    }
    const own = scoreOf(i)
    let rank = 1
    for (let j = 0; j < pairs.length; j++) if (j !== i && scoreOf(j) >= own) rank++
    sum += 1 / rank
  }
  return pairs.length > 0 ? sum / pairs.length : 0
}

/**
 * Trains the rows of the tokens that `pairs` use. `unseen` are pairs of other passages of the same corpus, by which the
 * result is measured. The other rows stay as they are.
 */
export function adaptTable(
  table: TokenTable,
  tokenise: Tokenise,
  { pairs, unseen }: Readonly<{ pairs: readonly Pair[]; unseen: readonly Pair[] }>,
): Adapted {
  const local = new Map<number, number>()
  const toBag = (text: string): Bag => {
    const counts = new Map<number, number>()
    for (const token of tokenise(text).slice(0, mostTokens)) {
      const row = local.get(token) ?? local.size
      local.set(token, row)
      counts.set(row, (counts.get(row) ?? 0) + 1)
    }
    return { rows: Int32Array.from(counts.keys()), counts: Float32Array.from(counts.values()) }
  }
  const toBags = ({ left, right }: Pair): BagPair => ({ left: toBag(left), right: toBag(right) })
  const known = pairs.map(toBags)
  const held = unseen.map(toBags)
  const used = [...local.keys()]
  const rows = takeRows(table, used)
  const before = measureRank(rows, table.dimensions, held)
  trainTable(rows, table.dimensions, known, training)
  return { table: putRows(table, used, rows), before, after: measureRank(rows, table.dimensions, held) }
}
