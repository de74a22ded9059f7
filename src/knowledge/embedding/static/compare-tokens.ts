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
  /** For each token the place of its cosines with those asked for, from 1 on; passages have most of their tokens in common. */
  const places = new Int32Array(rows)
  const cosines: Float32Array[] = [new Float32Array(asked.length)]
  /** The text in which a token was last seen: each counts once. */
  const seenIn = new Int32Array(rows)
  let texts = 0
  function findPlace(id: number): number {
    const unit = toUnit(id)
    if (!unit) return 0
    cosines.push(Float32Array.from(asked, (one) => (one.id === id ? 1 : multiply(one.unit, unit))))
    return cosines.length - 1
  }
  return (text) => {
    if (all === 0) return 0
    texts++
    const nearest = new Float32Array(asked.length)
    for (const id of tokenise(text)) {
      if (seenIn[id] === texts) continue
      seenIn[id] = texts
      const place = places[id] || findPlace(id)
      places[id] = place
      const own = cosines[place] as Float32Array
      for (let i = 0; i < nearest.length; i++)
        if ((own[i] as number) > (nearest[i] as number)) nearest[i] = own[i] as number
    }
    return asked.reduce((sum, { weight }, i) => sum + weight * (nearest[i] as number), 0) / all
  }
}
