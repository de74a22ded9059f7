import { describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { type Findings, findPassages } from '../../src/knowledge/search/find-passages.ts'
import { findUncovered } from '../../src/knowledge/search/find-uncovered.ts'
import { openIndex } from '../../src/knowledge/search/open-index.ts'
import type { Asked, Candidate } from '../../src/knowledge/search/read-signs.ts'
import { toAnswerable, weighEvidence } from '../../src/knowledge/search/weigh-evidence.ts'
import type { StoredChunk } from '../../src/knowledge/store/chunk-table.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { createDocsFolder } from './docs-folder.ts'

const chunk = (id: string, text = '', headingPath: readonly string[] = []): StoredChunk => ({
  id,
  file: `${id}.md`,
  title: '',
  headingPath: [...headingPath],
  startLine: 1,
  endLine: 1,
  anchor: '',
  text,
  searchText: text,
})

const chunks = Array.from({ length: 12 }, (_, i) => chunk(`c${i}`))

type Case = Readonly<{
  stems: readonly string[]
  known: readonly string[]
  cover: number
  heading: number
  bm25: number
  /** How many of the ten best by text are among the ten best by vector. */
  agreeing: number
  /** Whether it names what neither the corpus nor the language has. */
  hasForeignName?: boolean
}>

/** Findings of twelve passages, of which the first is the best and has the signs. */
function toFindings({
  stems,
  known,
  cover,
  heading,
  bm25,
  agreeing,
  hasForeignName = false,
}: Case): Findings {
  const asked: Asked = {
    stems,
    identifiers: [],
    weigh: (stem) => stem.length,
    isKnown: (stem) => known.includes(stem),
    hasForeignName,
  }
  const none = { text: 0, vector: 0, path: 0, order: 0, sentence: 0, soft: 0, identifier: 0, opening: 0 }
  const candidates = chunks.map(
    (one, i): Candidate => ({
      chunk: one,
      signs: { ...none, cover: i === 0 ? cover : 0, heading: i === 0 ? heading : 0 },
      foundBy: ['text'],
    }),
  )
  const text = chunks.slice(0, 10).map((_, row) => ({ row, score: bm25 - row / 100 }))
  const others = Array.from({ length: 10 - agreeing }, (_, i) => 100 + i)
  const vector = [...others, ...chunks.keys()].map((row) => ({ row, score: 0.5 }))
  return {
    corrected: { text: '', corrections: [] },
    asked,
    found: { text, vector, meanCosine: 0 },
    candidates,
  }
}

const ranked = chunks.map((one, i) => ({ chunk: one, score: 1 - i / 20, foundBy: ['text'] as const }))
const weigh = (given: Case, hasVectors = true) => weighEvidence(toFindings(given), ranked, hasVectors)

const usual: Case = {
  stems: ['ab', 'abcd'],
  known: ['ab', 'abcd'],
  cover: 0.5,
  heading: 0,
  bm25: 3,
  agreeing: 5,
}

const filler = 'Nothing of this matters to a reader who looks for other things. '

/** A real index of some pages among others. */
async function openPages(pages: Readonly<Record<string, string>>) {
  const others = ['x', 'y', 'z', 'v', 'w'].map(
    (name) => [`${name}.md`, `# Page ${name}\n\n${filler}`] as const,
  )
  const folder = await createDocsFolder({ ...pages, ...Object.fromEntries(others) })
  const options = { docs: folder.corpora, index: folder.index, embedders: createHashingEmbedders() }
  await indexDocs(options, noProgress)
  const knowledge = openKnowledge(options)
  const { open } = await openIndex(options.index, options.embedders)
  const close = async () => {
    await Promise.all([knowledge.close(), open.close()])
    await folder.dispose()
  }
  return { knowledge, open, close }
}

describe('evidence', () => {
  it('rises with what a passage covers, BM25 and agreement, and falls with unknown words, each by its part', () => {
    const base = weigh(usual)
    const gain = (change: Partial<Case>) => weigh({ ...usual, ...change }) - base
    expect(gain({ cover: 1 })).toBeGreaterThan(0)
    expect(gain({ cover: 0 })).toBeCloseTo(-gain({ cover: 1 }), 9)
    // BM25 counts as a share of the weights of all words, 2 + 4.
    expect(gain({ bm25: 6 })).toBeGreaterThan(0)
    expect(gain({ bm25: 9 })).toBeCloseTo(2 * gain({ bm25: 6 }), 9)
    expect(gain({ agreeing: 10 })).toBeGreaterThan(0)
    expect(gain({ agreeing: 10 })).toBeCloseTo(5 * gain({ agreeing: 6 }), 9)
    expect(gain({ known: ['abcd'] })).toBeLessThan(0)
    // The other word weighs 4, twice as much as the first.
    expect(gain({ known: ['ab'] })).toBeCloseTo(2 * gain({ known: ['abcd'] }), 9)
    expect(gain({ heading: 1 })).toBe(0)
  })

  it('is doubtful where a name is asked for that nobody knows, unless much else speaks for it', () => {
    const doubtful = { ...usual, hasForeignName: true }
    expect(weigh({ ...usual, agreeing: 0, bm25: 2 })).toBeGreaterThan(0)
    expect(weigh({ ...doubtful, agreeing: 0, bm25: 2 })).toBe(0)
    expect(weigh({ ...doubtful, agreeing: 10, cover: 1 })).toBe(weigh({ ...usual, agreeing: 10, cover: 1 }))
    const low = { cover: 0, bm25: 0, agreeing: 0 }
    expect(weigh({ ...doubtful, ...low })).toBe(weigh({ ...usual, ...low }))
  })

  it('counts a word that is asked twice once', () => {
    expect(weigh({ ...usual, stems: ['ab', 'abcd', 'ab'] })).toBe(weigh(usual))
  })

  it('looks at the three best passages only', () => {
    const findings = toFindings({ ...usual, cover: 1 })
    const last = [...ranked.slice(1, 4), ...ranked.slice(0, 1)]
    expect(weighEvidence(findings, last, true)).toBeCloseTo(weigh({ ...usual, cover: 0 }), 9)
    const third = [...ranked.slice(1, 3), ...ranked.slice(0, 1)]
    expect(weighEvidence(findings, third, true)).toBeCloseTo(weigh({ ...usual, cover: 1 }), 9)
  })

  it('expects the usual agreement where there are no vectors', () => {
    // Mean agreement is 0.35 of ten: between three and four of them.
    const textOnly = weigh({ ...usual, agreeing: 0 }, false)
    expect(textOnly).toBeGreaterThan(weigh({ ...usual, agreeing: 3 }))
    expect(textOnly).toBeLessThan(weigh({ ...usual, agreeing: 4 }))
  })

  it('is a number where nothing was asked or found', () => {
    const findings = toFindings({ ...usual, stems: [] })
    expect(Number.isFinite(weighEvidence(findings, [], true))).toBe(true)
    const empty = { ...findings, candidates: [], found: { text: [], vector: [], meanCosine: 0 } }
    expect(weighEvidence(empty, [], true)).toBeLessThan(-3)
  })
})

describe('vague questions', () => {
  const one: Case = { stems: ['ab'], known: ['ab'], cover: 1, heading: 0, bm25: 2, agreeing: 10 }

  it('of one word lose, unless it is about what a heading says', () => {
    const asHeading = weigh({ ...one, heading: 0.9 })
    expect(weigh({ ...one, heading: 0.3 })).toBeLessThan(asHeading - 1)
    expect(weigh({ ...one, heading: 1 })).toBe(asHeading)
  })

  it('of two words lose nothing', () => {
    const two = { ...one, stems: ['ab', 'cd'], known: ['ab', 'cd'], bm25: 4 }
    expect(weigh({ ...two, heading: 0 })).toBe(weigh({ ...two, heading: 1 }))
  })

  it('are never answered with yes, however good the passages look', async () => {
    // BM25 of a word that is said often passes its weight; then the penalty is less than what speaks for the answer.
    const { knowledge, close } = await openPages({
      'a.md': `# Headset\n\n${'A slow slow slow start is slow. '.repeat(5)}`,
    })
    const { answerable } = await knowledge.search('why is it slow?', 5)
    await close()
    expect(answerable).not.toBe('yes')
  })
})

describe('words that say nothing', () => {
  it('add nothing to the evidence', async () => {
    // LanceDB's stop words are fewer than ours: BM25 counts "why" and "does", the weights that it is a share of do not.
    const { open, close } = await openPages({
      'a.md': '# Headset\n\nWhy does a driver drop packets? Nobody knows.',
    })
    const weighText = async (question: string) =>
      (await findPassages(open, question, { mode: 'both' })).evidence
    const [plain, wordy] = await Promise.all([
      weighText('driver packets'),
      weighText('Why does a driver packets'),
    ])
    await close()
    expect(wordy).toBeCloseTo(plain, 6)
  })
})

describe('answerable', () => {
  it.each([
    [0.3, 'yes'],
    [0.2, 'yes'],
    [0.199, 'weak'],
    [0, 'weak'],
    [-1.4, 'weak'],
    [-1.401, 'no'],
    [-9, 'no'],
  ])('%f is %s', (evidence, expected) => {
    expect(toAnswerable(evidence, { yesFrom: 0.2, noBelow: -1.4 })).toBe(expected)
  })
})

describe('uncovered words', () => {
  const asked: Asked = {
    stems: [],
    identifiers: [],
    weigh: () => 1,
    isKnown: (stem) => ['jit', 'queu', 'codec'].includes(stem),
    hasForeignName: false,
  }
  const passages = [
    {
      chunk: chunk('a', 'Packets are lost in queues.', ['Network', 'Rotor blades']),
      score: 1,
      foundBy: ['text'] as const,
    },
    { chunk: chunk('b', 'A naïve codec'), score: 0.5, foundBy: ['vector'] as const },
  ]
  const find = (question: string) => findUncovered(question, asked, passages)

  it('are those that no passage has in any form, in text or headings', () => {
    expect(find('Does a packet of the NETWORK queue pass the rotor blade, naive codecs?')).toEqual(['pass'])
  })

  it('stand once, those that the corpus lacks first, each in the order of the question', () => {
    expect(find('jitter of a helicopter, jitter of a zebra')).toEqual(['helicopter', 'zebra', 'jitter'])
  })

  it('are no stop words, and none where nothing is asked', () => {
    expect(find('what is it that they do')).toEqual([])
    expect(find('?')).toEqual([])
  })

  it('are all words where there is no passage', () => {
    expect(findUncovered('codec packet', asked, [])).toEqual(['packet', 'codec'])
  })
})
