import { multiply } from '../vectors.ts'
import type { TokenTable } from './onnx-table.ts'
import type { Tokenise } from './open-tokenise.ts'

/** Vectors of tokens with length 1, each made once; tokens without a vector have none. */
export function createUnitVectors({
  bytes,
  dimensions: d,
}: TokenTable): (id: number) => Float32Array | undefined {
  const known = new Map<number, Float32Array | undefined>()
  return (id) => {
    if (known.has(id)) return known.get(id)
    const row = bytes.subarray(id * d, (id + 1) * d)
    const length = Math.hypot(...row)
    const unit = length > 0 ? Float32Array.from(row, (value) => value / length) : undefined
    known.set(id, unit)
    return unit
  }
}

/**
 * How near each token of a question is to the nearest of a text: late interaction (Khattab and Zaharia 2020,
 * arXiv 2004.12832) with vectors that know no context. A token counts as much as its vector is long: training makes
 * those short that say little.
 */
export function compareTokens(
  { rows, scales, bytes, dimensions: d }: TokenTable,
  tokenise: Tokenise,
  toUnit: (id: number) => Float32Array | undefined,
  question: string,
): (text: string) => number {
  const asked = [...new Set(tokenise(question))].flatMap((id) => {
    const unit = toUnit(id)
    return unit
      ? [{ id, unit, weight: Math.hypot(...bytes.subarray(id * d, (id + 1) * d)) * (scales[id] ?? 0) }]
      : []
  })
  const all = asked.reduce((sum, { weight }) => sum + weight, 0)
  /** Cosines of tokens with each one asked for, each computed once: passages have most of their tokens in common. */
  const cosines = asked.map(() => new Float32Array(rows).fill(Number.NaN))
  /** The text in which a token was last seen: each counts once. */
  const seenIn = new Int32Array(rows)
  let texts = 0
  function findNearest(j: number, ids: readonly number[]): number {
    const own = cosines[j] as Float32Array
    const wanted = (asked[j] as (typeof asked)[number]).unit
    let nearest = 0
    for (const id of ids) {
      let cosine = own[id] as number
      if (Number.isNaN(cosine)) {
        const unit = toUnit(id)
        cosine = unit ? multiply(wanted, unit) : 0
        own[id] = cosine
      }
      if (cosine > nearest) nearest = cosine
    }
    return nearest
  }
  return (text) => {
    if (all === 0) return 0
    texts++
    const ids: number[] = []
    for (const id of tokenise(text)) {
      if (seenIn[id] === texts) continue
      seenIn[id] = texts
      ids.push(id)
    }
    const nearness = asked.map(({ id }, j) => (seenIn[id] === texts ? 1 : findNearest(j, ids)))
    return asked.reduce((sum, { weight }, j) => sum + weight * (nearness[j] as number), 0) / all
  }
}
