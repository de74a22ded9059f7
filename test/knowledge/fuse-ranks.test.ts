import { describe, expect, it } from 'vitest'
import { fuseRanks } from '../../src/knowledge/search/fuse-ranks.ts'
import { pickHits } from '../../src/knowledge/search/pick-hits.ts'
import { weighHeadings } from '../../src/knowledge/search/weigh-headings.ts'

const items = (ids: string) => [...ids].map((id) => ({ id }))
const order = (text: string, vector: string) => fuseRanks({ text: items(text), vector: items(vector) })

describe('weighted reciprocal rank fusion', () => {
  it('gives 1 to what is first in both, and never more', () => {
    const [first, ...others] = order('abc', 'acb')
    expect(first).toEqual({ item: { id: 'a' }, score: expect.closeTo(1, 10), foundBy: ['text', 'vector'] })
    for (const { score } of others) expect(score).toBeLessThan(1)
  })

  it('adds weight / (60 + rank) of both lists', () => {
    const scores = new Map(order('ab', 'cb').map(({ item, score }) => [item.id, score]))
    const best = 1 / 61 + 0.2 / 61
    expect(scores.get('a')).toBeCloseTo(1 / 61 / best, 10)
    expect(scores.get('b')).toBeCloseTo((1 / 62 + 0.2 / 62) / best, 10)
    expect(scores.get('c')).toBeCloseTo(0.2 / 61 / best, 10)
  })

  it('trusts full text more than vectors', () => {
    expect(order('a', 'b').map(({ item }) => item.id)).toEqual(['a', 'b'])
    expect(order('ab', 'ba').map(({ item }) => item.id)).toEqual(['a', 'b'])
  })

  it('says what found a hit', () => {
    expect(order('a', 'b').map(({ foundBy }) => foundBy)).toEqual([['text'], ['vector']])
    expect(order('', '')).toEqual([])
  })
})

describe('picking', () => {
  const chunk = (id: string, file: string, text = id) => ({
    item: { id, file, text, title: '', headingPath: [], startLine: 1, endLine: 1, anchor: '' },
    score: 1,
    foundBy: ['text' as const],
  })

  it('takes at most three chunks of one file, in order', () => {
    const fused = ['a1', 'a2', 'a3', 'a4', 'b1', 'a5', 'c1'].map((id) => chunk(id, id.slice(0, 1)))
    expect(pickHits(fused, 10).map(({ item }) => item.id)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1'])
    expect(pickHits(fused, 2).map(({ item }) => item.id)).toEqual(['a1', 'a2'])
  })

  it('drops a text that stands in a second file', () => {
    const fused = [chunk('1', 'a', 'same'), chunk('2', 'b', 'same'), chunk('3', 'c', 'other')]
    expect(pickHits(fused, 10).map(({ item }) => item.id)).toEqual(['1', '3'])
  })

  it('a dropped duplicate does not use up its file’s share', () => {
    const fused = [...'1234'].map((id) => chunk(id, 'a', id === '2' ? '1' : id))
    expect(pickHits(fused, 10).map(({ item }) => item.id)).toEqual(['1', '3', '4'])
  })
})

describe('headings', () => {
  const chunk = (id: string, headingPath: readonly string[], score: number) => ({
    item: { id, file: id, text: id, title: '', headingPath, startLine: 1, endLine: 1, anchor: '' },
    score,
    foundBy: ['text' as const],
  })
  const order = (question: string, ...chunks: Parameters<typeof weighHeadings>[1]) =>
    weighHeadings(question, chunks).map(({ item }) => item.id)

  it('that say what is asked come before longer ones with the same words', () => {
    const worked = chunk('worked', ['MOS', 'Worked example of a MOS calculation'], 0.9)
    const how = chunk('how', ['MOS', 'How MOS is calculated'], 0.85)
    expect(order('how is MOS calculated', worked, how)).toEqual(['how', 'worked'])
    expect(order('example of a MOS calculation', worked, how)).toEqual(['worked', 'how'])
  })

  it('do not outweigh a passage that is far better, and count with their own words only', () => {
    const far = chunk('far', ['Other'], 0.9)
    expect(order('jitter', far, chunk('near', ['Jitter'], 0.7))).toEqual(['far', 'near'])
    expect(order('jitter', far, chunk('below', ['Jitter', 'Sources'], 0.85))).toEqual(['far', 'below'])
  })

  it('keep scores in (0, 1] and the order of equal ones', () => {
    const chunks = [chunk('a', ['Jitter'], 1), chunk('b', ['***'], 1), chunk('c', [], 1)]
    const weighed = weighHeadings('jitter', chunks)
    expect(weighed.map(({ item }) => item.id)).toEqual(['a', 'b', 'c'])
    expect(weighed[0]?.score).toBeCloseTo(1, 10)
    expect(weighed[1]?.score).toBeCloseTo(1 / 1.2, 10)
  })
})
