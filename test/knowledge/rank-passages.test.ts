import { describe, expect, it } from 'vitest'
import { pickHits } from '../../src/knowledge/search/pick-hits.ts'
import { defaultWeights, rankPassages, type Weights } from '../../src/knowledge/search/rank-passages.ts'
import type { Asked, Candidate, Signs } from '../../src/knowledge/search/read-signs.ts'

const none: Signs = {
  text: 0,
  vector: 0,
  heading: 0,
  path: 0,
  cover: 0,
  order: 0,
  sentence: 0,
  soft: 0,
  identifier: 0,
  opening: 0,
}
const weights: Weights = { ...none, text: 0.6, path: 0.2, opening: -0.2, second: 0, long: 0 }

const candidate = (id: string, file: string, signs: Partial<Signs>, text = id): Candidate => ({
  chunk: {
    id,
    file,
    title: '',
    headingPath: [file],
    startLine: 1,
    endLine: 1,
    anchor: '',
    text,
    searchText: text,
  },
  signs: { ...none, ...signs },
  foundBy: ['text'],
})

const ask = (words: number): Asked => ({
  stems: Array.from({ length: words }, (_, i) => `w${i}`),
  identifiers: [],
  weigh: () => 1,
  isKnown: () => true,
  hasForeignName: false,
})

const rank = (candidates: readonly Candidate[], used: Weights = weights, words = 3) =>
  rankPassages(ask(words), candidates, used).map(({ chunk, score }) => [chunk.id, Number(score.toFixed(9))])

const a = candidate('a', 'p.md', { text: 1 })
const b = candidate('b', 'p.md', { text: 0.5, path: 0.5 })
const c = candidate('c', 'q.md', { text: 0.9, path: 0.2 })

describe('order of passages', () => {
  it('is that of the weighted signs, as a share of the highest sum', () => {
    // The highest sum is 0.6 + 0.2. a: 0.6 / 0.8; b: (0.3 + 0.1) / 0.8; c: (0.54 + 0.04) / 0.8.
    expect(rank([b, c, a])).toEqual([
      ['a', 0.75],
      ['c', 0.725],
      ['b', 0.5],
    ])
  })

  it('lifts all passages of a page by its second', () => {
    // p has 0.75 and 0.5, q nothing beside c. a: (0.75 + 0.5·0.5) / 1.5; b: (0.5 + 0.25) / 1.5; c: 0.725 / 1.5.
    expect(rank([c, b, a], { ...weights, second: 0.5 })).toEqual([
      ['a', 0.666666667],
      ['b', 0.5],
      ['c', 0.483333333],
    ])
  })

  it('lets both searches count more with each word beyond eight', () => {
    // Ten words: text counts 0.6 · (1 + 0.5 · 2) = 1.2, of at most 1.2 + 0.2. b: (0.6 + 0.1) / 1.4.
    const long = { ...weights, long: 0.5 }
    expect(rank([b], long, 10)).toEqual([['b', 0.5]])
    expect(rank([c], long, 10)).toEqual([['c', Number(((1.08 + 0.04) / 1.4).toFixed(9))]])
    expect(rank([c], long, 8)).toEqual([['c', 0.725]])
  })

  it('never leaves 0 to 1', () => {
    const all = Object.fromEntries(Object.keys(none).map((name) => [name, 1])) as Signs
    const page = [
      candidate('x', 'x.md', { ...all, opening: 0 }),
      candidate('y', 'x.md', { ...all, opening: 0 }),
    ]
    for (const [, score] of rank(page, defaultWeights)) expect(score).toBeCloseTo(1, 9)
    expect(rank([candidate('z', 'z.md', { opening: 1 })], defaultWeights)).toEqual([['z', 0]])
    expect(rank([])).toEqual([])
  })

  it('is that of the ids among equals, however they come', () => {
    const equal = ['k', 'd', 'x', 'b', 'm'].map((id) => candidate(id, `${id}.md`, { text: 0.5 }))
    for (const order of [
      equal,
      equal.toReversed(),
      equal.toSorted((m, n) => (m.chunk.id < n.chunk.id ? 1 : -1)),
    ])
      expect(rank(order).map(([id]) => id)).toEqual(['b', 'd', 'k', 'm', 'x'])
  })
})

describe('hits', () => {
  it('are at most three of a page, and no text twice', () => {
    const ranked = rankPassages(
      ask(3),
      [
        ...[0.9, 0.8, 0.7, 0.6].map((text, i) => candidate(`p${i}`, 'p.md', { text })),
        candidate('copy', 'copy.md', { text: 0.5 }, 'p0'),
        candidate('q0', 'q.md', { text: 0.4 }),
      ],
      weights,
    )
    expect(pickHits(ranked, 5).map(({ chunk }) => chunk.id)).toEqual(['p0', 'p1', 'p2', 'q0'])
    expect(pickHits(ranked, 2).map(({ chunk }) => chunk.id)).toEqual(['p0', 'p1'])
  })
})
