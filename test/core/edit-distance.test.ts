import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance } from '../../src/core/edit-distance.ts'

/** Optimal string alignment over the full matrix, as the textbook has it. */
function alignFully(a: string, b: string): number {
  const cells = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  )
  const at = (i: number, j: number) => cells[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : Infinity
      const row = cells[i] ?? []
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost, swapped)
    }
  }
  return at(a.length, b.length)
}

/** Few letters, so that equal ones and swaps are frequent. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 })
const limit = fc.integer({ min: 0, max: 6 })

describe('edit distance', () => {
  it.each([
    ['jitter', 'jitter', 0],
    ['jiter', 'jitter', 1],
    ['jittter', 'jitter', 1],
    ['jotter', 'jitter', 1],
    ['jtiter', 'jitter', 1],
    ['kitten', 'sitting', 3],
    // A swap may not be edited further: Damerau's unrestricted distance would be 2.
    ['ca', 'abc', 3],
    ['', '', 0],
    ['', 'ab', 2],
  ])('%j → %j is %i', (a, b, distance) => {
    expect(editDistance(a, b, 5)).toBe(distance)
  })

  it('knows how far a word is from the empty one', () => {
    // The band has no cell in a row of width 0, which is taken for "all beyond the limit".
    expect(editDistance('ab', '', 5)).toBe(2)
  })

  it('is that of the full matrix, cut at the limit', () => {
    const property = fc.property(word, word, limit, (a, b, most) => {
      expect(editDistance(a, b, most)).toBe(Math.min(alignFully(a, b), most + 1))
    })
    fc.assert(property, { seed: 20_261_121, numRuns: 5_000 })
  })

  it('is that of the full matrix for words a few edits apart', () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom('drop', 'add', 'change', 'swap'),
      fc.constantFrom('a', 'x'),
    )
    const property = fc.property(word, fc.array(edit, { maxLength: 3 }), limit, (a, edits, most) => {
      let b = a
      for (const [place, kind, letter] of edits) {
        const at = b.length > 0 ? place % b.length : 0
        const [before, after] = [b.slice(0, at), b.slice(at)]
        if (kind === 'drop' && b.length > 1) b = before + after.slice(1)
        if (kind === 'add') b = before + letter + after
        if (kind === 'change') b = before + letter + after.slice(1)
        if (kind === 'swap') b = before + (after[1] ?? '') + (after[0] ?? '') + after.slice(2)
      }
      expect(editDistance(a, b, most)).toBe(Math.min(alignFully(a, b), most + 1))
      expect(editDistance(b, a, most)).toBe(editDistance(a, b, most))
    })
    fc.assert(property, { seed: 7, numRuns: 5_000 })
  })
})
