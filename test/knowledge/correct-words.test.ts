import { describe, expect, it } from 'vitest'
import { createSpeller } from '../../src/knowledge/search/correct-words.ts'
import { findIdentifiers } from '../../src/knowledge/search/find-identifiers.ts'
import { splitWords, stemWord } from '../../src/knowledge/stem-words.ts'
import type { CorpusFacts } from '../../src/knowledge/store/corpus-facts.ts'

/** In how many texts each name occurs. */
function countTexts(texts: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const names of texts) for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

const toCorpus = (...texts: readonly string[]): CorpusFacts => ({
  passages: texts.length,
  background: new Float32Array(2),
  words: countTexts(texts.map(splitWords)),
  stems: countTexts(texts.map((text) => splitWords(text).map(stemWord))),
})

const corpus = toCorpus(
  'Jitter and latency of packets, with the price of a codec',
  'Jitter makes the disconnect reason of a queue wait_ms',
  'Attributes.cx.queue.jitter_ms',
)
const speller = createSpeller(corpus, (word) => word === 'rice' || word === 'priced')
const correct = (question: string) => speller.correct(question)

describe('misspelt words', () => {
  it.each([
    ['what is latncy', 'what is latency', 'latncy', 'latency'],
    ['JITTTER!', 'jitter!', 'jittter', 'jitter'],
    ['jtiter', 'jitter', 'jtiter', 'jitter'],
    // From eight letters on two errors are allowed.
    ['disconect raeson', 'disconnect reason', 'disconect', 'disconnect'],
    ['dsiconect', 'disconnect', 'dsiconect', 'disconnect'],
    // Four letters: only where they stand in another order.
    ['wiat', 'wait', 'wiat', 'wait'],
    // A part of an identifier is a word too.
    ['Attributes.cx.queue.jtiter_ms', 'Attributes.cx.queue.jitter_ms', 'jtiter', 'jitter'],
  ])('%j is read as %j', (question, text, from, to) => {
    const corrected = correct(question)
    expect(corrected.text).toBe(text)
    expect(corrected.corrections).toContainEqual({ from, to })
  })

  it('are corrected in all their places, and each is named once', () => {
    expect(correct('jtiter, Jtiter and (jtiter)')).toEqual({
      text: 'jitter, jitter and (jitter)',
      corrections: [{ from: 'jtiter', to: 'jitter' }],
    })
  })

  it.fails('are not taken for known because their stem is that of another word', () => {
    // "jiter" and "jitter" both lose "er", and a doubled letter: "jit".
    expect(speller.isKnown('jiter')).toBe(false)
    expect(correct('what is jiter').text).toBe('what is jitter')
  })

  it('become the word of more passages among those that are as near', () => {
    const names = createSpeller(toCorpus('banker', 'banter', 'banter'), () => false)
    expect(names.correct('banxer').text).toBe('banter')
    expect(names.correct('bankerr').text).toBe('banker')
  })

  it('that were meant as stop words are corrected without a word about it', () => {
    expect(correct('jitter wiht packets')).toEqual({ text: 'jitter with packets', corrections: [] })
  })
})

describe('words that stay', () => {
  it.each([
    ['those of the corpus, in any form', 'packet packets codecs queued'],
    ['those of the language that the corpus lacks', 'the rice is priced'],
    ['those with two errors and less than eight letters', 'jjiterr'],
    ['those with three errors', 'dscnect'],
    ['short ones', 'cdc jit'],
    ['four letters with another letter', 'wain'],
    ['those with digits', 'jitt3r codec1 g711'],
    ['those like nothing at all', 'xylophone'],
    ['none at all', '???'],
  ])('%s', (_, question) => {
    expect(correct(question)).toEqual({ text: question, corrections: [] })
  })

  it('include those that only look like a pattern', () => {
    for (const question of ['(jitter', '[codec]$& \\latency', '.*packets+?'])
      expect(correct(question).text).toBe(question)
  })
})

it('a speller knows forms of words and stop words', () => {
  expect(['jitter', 'packet', 'with'].map(speller.isKnown)).toEqual([true, true, true])
  expect(['jtiter', 'rice'].map(speller.isKnown)).toEqual([false, false])
})

describe('identifiers of a question', () => {
  it.each([
    ['what is cx.queue.name for', ['cx.queue.name']],
    ['the mos_score column', ['mos_score']],
    ['set --data to a folder', ['--data']],
    ['call getUserMedia() first', ['getusermedia']],
    ['PARQUETRY_DOCS is set', ['parquetry_docs']],
    ['error E404 after G.107', ['e404', 'g.107']],
    ['Attributes.cx.queue.name and Attributes.cx.queue.name', ['attributes.cx.queue.name']],
    ['std::vector in src/main.ts', ['std::vector', 'src/main.ts']],
  ])('%j', (question, names) => {
    expect(findIdentifiers(question).toSorted()).toEqual(names.toSorted())
  })

  it.each([
    'What is jitter?',
    'round-trip time of after-call work',
    'MOS and RTT',
    'It ends. Then it begins',
    '3.5 of 100',
    '',
  ])('%j has none', (question) => {
    expect(findIdentifiers(question)).toEqual([])
  })

  it.each(['Wi-Fi drops', 'After-call work', 'the E-model'])('%j has none: it is a word', (question) => {
    // A capital beside the hyphen makes the word pass for a name.
    expect(findIdentifiers(question)).toEqual([])
  })
})
