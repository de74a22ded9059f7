import { describe, expect, it } from 'vitest'
import { type Asked, type Found, readSigns, shortlist } from '../../src/knowledge/search/read-signs.ts'
import type { StoredChunk } from '../../src/knowledge/store/chunk-table.ts'

const chunk = (id: string, headingPath: readonly string[], text: string): StoredChunk => ({
  id,
  file: `${id}.md`,
  title: headingPath[0] ?? '',
  headingPath: [...headingPath],
  startLine: 1,
  endLine: 9,
  anchor: '',
  text,
  searchText: `${headingPath.join(' > ')}\n${text}`,
})

/** All words here are their own stems. */
const counts: Readonly<Record<string, number>> = { packet: 1, echo: 2, codec: 3, wait: 4 }

const asked: Asked = {
  stems: ['packet', 'echo', 'codec', 'wait'],
  identifiers: ['cx.queue.name', '--data'],
  weigh: (stem) => counts[stem] ?? 1,
  isKnown: () => true,
  hasForeignName: false,
}

const a = chunk(
  'a',
  ['Audio', 'Packet echo'],
  'Opus hides echo. It is a codec.\nA VPN drops each packet.\n\nSee CX.Queue.Name.',
)
const b = chunk('b', ['Wait'], 'Codec')
const c = chunk('c', ['Audio', 'Hold'], 'Nothing')

const table = [a, b, c]

const found: Found = {
  text: [
    { row: 0, score: 8 },
    { row: 1, score: 2 },
  ],
  vector: [
    { row: 1, score: 0.9 },
    { row: 0, score: 0.5 },
    { row: 2, score: 0.1 },
  ],
  meanCosine: 0.3,
}

/** The candidates of what was found among rows. */
function read(question: Asked, both: Found, rows: readonly StoredChunk[] = table) {
  const listed = shortlist(both)
  return readSigns(
    question,
    listed,
    listed.map(({ row }) => rows[row] as StoredChunk),
  )
}

const nothing = { heading: 0, path: 0, cover: 0, order: 0, sentence: 0, soft: 0, identifier: 0 }

describe('signs', () => {
  const [first, second, third, ...more] = read(asked, found)

  it('has each chunk of either list once, the best of both together first', () => {
    // a: 8/8 + (0.5 - 0.3) / (0.9 - 0.3) = 1.33; b: 2/8 + 1 = 1.25; c: below the mean, so 0.
    expect([first, second, third].map((candidate) => candidate?.chunk)).toEqual([a, b, c])
    expect(more).toEqual([])
    expect([first, second, third].map((candidate) => candidate?.foundBy)).toEqual([
      ['text', 'vector'],
      ['text', 'vector'],
      ['vector'],
    ])
  })

  it('are shares and likenesses that can be computed by hand', () => {
    const signs = first?.signs
    expect(signs?.text).toBe(1)
    expect(signs?.vector).toBeCloseTo(1 / 3, 12)
    // The heading is (packet 1, echo 2), the question (1, 2, 3, 4): (1 + 4) / √(1 + 4) / √(1 + 4 + 9 + 16).
    expect(signs?.heading).toBeCloseTo(5 / Math.sqrt(5 * 30), 12)
    // Of 1 + 2 + 3 + 4 the path has packet and echo, path and text also codec.
    expect(signs?.path).toBeCloseTo(0.3, 12)
    expect(signs?.cover).toBeCloseTo(0.6, 12)
    // The best sentence of "Opus hides echo." (2), "It is a codec." (3) and "A VPN drops each packet." (1).
    expect(signs?.sentence).toBeCloseTo(0.3, 12)
    // Of "packet echo", "echo codec" and "codec wait" the text has "echo … codec" only, stop words apart.
    expect(signs?.order).toBeCloseTo(1 / 3, 12)
    expect(signs?.identifier).toBe(0.5)
    expect(signs?.opening).toBe(0)
    expect(signs?.soft).toBe(0)
  })

  it('know the opening of a page, and what has nothing in common with the question', () => {
    // b has wait (4) in its heading and codec (3) in its text, which is no neighbour of anything.
    expect(second?.signs).toEqual({
      text: 0.25,
      vector: 1,
      heading: 16 / Math.sqrt(16 * 30),
      path: 0.4,
      cover: 0.7,
      order: 0,
      sentence: 0.3,
      soft: 0,
      identifier: 0,
      opening: 1,
    })
    expect(third?.signs).toEqual({ text: 0, vector: 0, ...nothing, opening: 0 })
  })

  it('ask the model with the heading path and the text, where it can compare', () => {
    const compared: string[] = []
    const compare = (text: string) => {
      compared.push(text)
      return 0.75
    }
    const [best] = read({ ...asked, compare }, found)
    expect(best?.signs.soft).toBe(0.75)
    expect(compared[1]).toBe('Wait\nCodec')
    expect(compared).toHaveLength(3)
  })

  it('of a question without words or identifiers are 0, never NaN', () => {
    const [best] = read({ ...asked, stems: [], identifiers: [] }, found)
    expect(best?.signs).toEqual({ text: 1, vector: expect.closeTo(1 / 3, 12), ...nothing, opening: 0 })
  })
})

describe('many candidates', () => {
  const crowd = Array.from({ length: 40 }, (_, i) => chunk(`n${10 + i}`, ['Packet'], 'echo'))

  it('are read only if they are among the thirty best', () => {
    const text = crowd.map((_, row) => ({ row, score: 100 - row }))
    const candidates = read(asked, { text, vector: [], meanCosine: 0 }, crowd)
    expect(candidates.map((candidate) => candidate.chunk)).toEqual(crowd.slice(0, 30))
    expect(candidates.every(({ signs }) => signs.cover > 0)).toBe(true)
  })

  it('that are equal stand in the order of the table, however they were found', () => {
    const equal = crowd.map((_, row) => ({ row, score: 1 }))
    for (const text of [equal, equal.toReversed()]) {
      const rows = shortlist({ text, vector: [], meanCosine: 0 }).map(({ row }) => row)
      expect(rows).toEqual(Array.from({ length: 30 }, (_, row) => row))
    }
  })

  it('whose vectors are no nearer than the mean get no sign of it', () => {
    const vector = [0, 1].map((row) => ({ row, score: 0.2 }))
    for (const meanCosine of [0.2, 0.5])
      expect(shortlist({ text: [], vector, meanCosine }).map((candidate) => candidate.vector)).toEqual([0, 0])
  })
})
