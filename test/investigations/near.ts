import { expect } from 'vitest'
import type { Cell } from './investigation.ts'

/** Matches a number up to its last digits: sums of doubles depend on their order. */
export function near(value: number, digits = 9): unknown {
  const size = value === 0 ? 0 : Math.ceil(Math.log10(Math.abs(value)))
  return expect.closeTo(value, digits - size)
}

/** Matches rows whose numbers are near those given. */
export const nearRows = (rows: readonly (readonly Cell[])[], digits = 9): readonly (readonly unknown[])[] =>
  rows.map((row) => row.map((cell) => (typeof cell === 'number' ? near(cell, digits) : cell)))
