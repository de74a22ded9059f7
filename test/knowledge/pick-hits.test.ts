import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../../src/knowledge/markdown/chunk-document.ts'
import { pickHits } from '../../src/knowledge/search/pick-hits.ts'
import type { RankedChunk } from '../../src/knowledge/search/rank-passages.ts'

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => `| ${i} | ${'x'.repeat(60)} |`).join('\n')
const sentence = (i: number) => `Sentence ${i} is about ${'words '.repeat(12)}and ends.`
const source = [
  '# Page',
  ...[0, 1, 2, 3, 4, 5].map((i) => Array.from({ length: 8 }, (_, k) => sentence(8 * i + k)).join('\n')),
  '## Table',
  `| a | b |\n| --- | --- |\n${rows(80)}`,
  '## Line',
  Array.from({ length: 30 }, (_, i) => sentence(i)).join(' '),
].join('\n\n')

const ranked = chunkDocument(source, 'page.md').map(
  (chunk, i): RankedChunk => ({
    chunk: { ...chunk, id: `page.md#${i}`, file: 'page.md', searchText: chunk.text },
    score: 1 - i / 100,
    foundBy: ['text'],
  }),
)
const of = (heading: string) => ranked.filter(({ chunk }) => chunk.headingPath.at(-1) === heading)
const lines = source.split('\n')
const linesOf = ({ chunk }: RankedChunk) => lines.slice(chunk.startLine - 1, chunk.endLine).join('\n')

describe('neighbours of one section', () => {
  it('are one passage with the lines of the source, whichever of them came first', () => {
    const [a, b] = of('Page') as [RankedChunk, RankedChunk]
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const hits = pickHits(order, 5)
      expect(hits).toHaveLength(1)
      expect(hits[0]?.chunk).toMatchObject({ startLine: a.chunk.startLine, endLine: b.chunk.endLine })
      expect(hits[0]?.chunk.text).toBe(linesOf(hits[0] as RankedChunk))
      expect(hits[0]?.score).toBe(order[0]?.score)
    }
  })

  it('show the header of a table once', () => {
    const [a, b] = of('Table') as [RankedChunk, RankedChunk]
    expect(b.chunk.text.startsWith('| a | b |')).toBe(true)
    const [hit] = pickHits([b, a], 1)
    expect(hit?.chunk.text).toBe(linesOf(hit as RankedChunk))
  })

  it('of one long line are joined with a space', () => {
    const [a, b] = of('Line') as [RankedChunk, RankedChunk]
    const [hit] = pickHits([a, b], 1)
    expect(hit?.chunk).toMatchObject({ startLine: a.chunk.startLine, endLine: a.chunk.endLine })
    expect(lines.join('\n')).toContain(hit?.chunk.text.replace('## Line\n\n', ''))
  })

  it('are at most three, and of different sections none', () => {
    const page = of('Page')
    expect(page).toHaveLength(6)
    const all = pickHits(ranked, 20)
    expect(all.map(({ chunk }) => chunk.headingPath.at(-1))).toEqual(['Page', 'Page', 'Table'])
    expect(all.slice(0, 2).map(({ chunk }) => [chunk.startLine, chunk.endLine])).toEqual(
      [0, 3].map((i) => [page[i]?.chunk.startLine, page[i + 2]?.chunk.endLine]),
    )
    const [last, first] = [page.at(-1), of('Table')[0]] as [RankedChunk, RankedChunk]
    expect(pickHits([last, first], 5)).toHaveLength(2)
  })

  it('that do not touch stay apart until what stands between them is found', () => {
    const [a, b, c] = of('Page') as [RankedChunk, RankedChunk, RankedChunk]
    expect(pickHits([a, c], 5)).toHaveLength(2)
    const [hit] = pickHits([a, b, c], 5)
    expect(hit?.chunk).toMatchObject({ startLine: a.chunk.startLine, endLine: c.chunk.endLine })
    expect(hit?.chunk.text).toBe(linesOf(hit as RankedChunk))
  })
})
