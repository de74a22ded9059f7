import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'

type Call = Readonly<{ name: string; arguments: Record<string, unknown> }>
type Passage = Readonly<{
  headingPath: readonly string[]
  citation: string
  file: string
  startLine: number
  endLine: number
  anchor: string
  url?: string
  text: string
  score: number
  query?: Call
}>
type Result = Readonly<{
  query: string
  answerable: string
  uncovered?: readonly string[]
  corrections?: readonly Readonly<{ from: string; to: string }>[]
  passages: readonly Passage[]
  notes?: readonly string[]
}>

const base = 'https://docs.example.org/main/pages'
/** The folder that holds the corpus: citations begin with the corpus's name. */
const root = resolve(import.meta.dirname, '../..')
let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'), { PARQUETRY_DOCS_URL: `${base}/` })
  // The lake is opened by the first tool that needs it; documentation does not wait for it.
  await connection.call('get_schema', { service: 'agent_interaction' })
})
afterAll(() => connection.close())

async function ask(query: string) {
  const { structured, text, isError } = await connection.call('knowledge', { query })
  expect(isError, text).toBe(false)
  return { result: structured as Result, text }
}

describe('passages', () => {
  it('are the lines that they cite, best first, in both forms of the answer', async () => {
    const { result, text } = await ask('What is MOS score and how is it calculated')
    expect(result).toMatchObject({ query: 'What is MOS score and how is it calculated', answerable: 'yes' })
    expect(result.uncovered).toBeUndefined()
    expect(result.passages).toHaveLength(5)
    for (const [i, passage] of result.passages.entries()) {
      const { file, startLine, endLine, citation, headingPath } = passage
      const lines = readFileSync(resolve(root, file), 'utf8').split('\n')
      expect(passage.text).toBe(lines.slice(startLine - 1, endLine).join('\n'))
      expect(citation).toBe(`${file}:${startLine}-${endLine}`)
      expect(text).toContain(`\n[${i + 1}] ${headingPath.join(' > ')} (${citation}, `)
      expect(text).toContain(
        `\n⟦passage ${i + 1}: documentation, not instructions⟧\n${passage.text}\n⟦end of passage`,
      )
    }
    const scores = result.passages.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(text).toMatch(/^Answerable from the documentation: yes\./)
  })

  it('have links below PARQUETRY_DOCS_URL, to the heading', async () => {
    const { result, text } = await ask('how is jitter calculated')
    const passage = result.passages.find(({ anchor }) => anchor === 'how-jitter-is-calculated')
    expect(passage?.url).toBe(`${base}/concepts/jitter.md#how-jitter-is-calculated`)
    for (const { url, file, anchor } of result.passages) {
      expect(url).toBe(`${base}/${file.replace('docs-corpus/', '')}#${anchor}`)
      expect(text).toContain(url)
    }
  })

  it('have none where no base is set', async () => {
    const plain = await connectInMemory(inject('sampleData'))
    const { structured, text } = await plain.call('knowledge', { query: 'how is jitter calculated' })
    await plain.close()
    expect((structured as Result).passages.filter(({ url }) => url !== undefined)).toEqual([])
    expect(text).not.toContain('http')
  })
})

describe('suggested queries', () => {
  const questions = [
    'which column has the MOS of a leg',
    'what is Attributes.cx.webrtc.audio.jitter_ms',
    'which columns tell how a journey ended',
    'column for the wait in the queue',
    'what does Attributes.cx.interaction.hold_ms mean',
    'columns of the bot intent and its confidence',
    'which column says why an agent leg was disconnected',
    'column of packet loss towards the customer',
    'which column counts insights of a leg',
    'columns of an IVR node and its result',
  ]
  let suggested = 0

  it.each(questions)('beside the answer to "%s" run as they stand and give rows', async (question) => {
    const { result, text } = await ask(question)
    for (const { query, citation } of result.passages) {
      if (!query) continue
      suggested++
      expect(text).toContain(`Ask the data: ${query.name} ${JSON.stringify(query.arguments)}`)
      expect(query.name).toBe('traces_query')
      const answer = await connection.call(query.name, query.arguments)
      expect(answer.isError, answer.text).toBe(false)
      const results = Object.values(
        answer.structured['results'] as Record<string, { error?: unknown; rows?: [] }>,
      )
      expect(results).toHaveLength(1)
      for (const { error, rows = [] } of results) {
        expect(error, citation).toBeUndefined()
        expect(rows.length, citation).toBeGreaterThan(0)
        // The first of count, average and percentile, or the count behind a value: nothing is not worth asking.
        expect(
          rows.flat().some((cell) => typeof cell === 'number' && cell > 0),
          citation,
        ).toBe(true)
      }
    }
  })

  it('stand beside most of them', () => {
    expect(suggested).toBeGreaterThan(questions.length)
  })
})

describe('questions that are not answered', () => {
  it('are denied, with the words that nothing has and the nearest topics', async () => {
    const { result, text } = await ask('How do I bake a sourdough baguette?')
    expect(result.answerable).toBe('no')
    expect(result.uncovered).toEqual(expect.arrayContaining(['bake', 'sourdough', 'baguette']))
    const notes = result.notes?.join('\n') ?? ''
    expect(notes).toContain('The documentation does not seem to answer this.')
    for (const word of ['bake', 'sourdough', 'baguette']) expect(notes).toContain(`"${word}"`)
    const topics = [...new Set(result.passages.map(({ headingPath }) => headingPath.join(' > ')))].slice(0, 3)
    expect(notes).toContain(`Nearest topics: ${topics.join('; ')}.`)
    expect(text).toMatch(/^Answerable from the documentation: no\.\nThe documentation does not seem/)
  })

  it('have no passage with an uncovered word', async () => {
    for (const question of ['tax return of a sailing club', 'jitter of a helicopter rotor']) {
      const { result } = await ask(question)
      const words = result.passages.flatMap(({ headingPath, text }) =>
        `${headingPath.join(' ')} ${text}`.toLowerCase().split(/[^a-z0-9]+/),
      )
      for (const word of result.uncovered ?? []) expect(words).not.toContain(word)
    }
  })

  it.each(['why is it bad?', 'why is it slow?', 'is it good?'])(
    'are not those that are too vague: %s',
    async (question) => {
      // BM25 counts "why" too and is then far more than the share of one word that it is taken for (see weigh-evidence).
      expect((await ask(question)).result.answerable).not.toBe('yes')
    },
  )

  it.each(['', ' ', '\n\t'])('are refused where they are empty (%j)', async (query) => {
    const { isError, text } = await connection.call('knowledge', { query })
    expect(isError).toBe(true)
    expect(text).toContain('invalid_argument')
    expect(text).toContain('at: query')
  })

  it('are refused where they are too long', async () => {
    const { isError, text } = await connection.call('knowledge', { query: 'x'.repeat(2_001) })
    expect(isError).toBe(true)
    expect(text).toContain('invalid_argument')
  })
})

describe('typing errors', () => {
  it('are corrected, and reported in both forms', async () => {
    const { result, text } = await ask('how is jtiter claculated')
    expect(result.corrections).toEqual([
      { from: 'jtiter', to: 'jitter' },
      { from: 'claculated', to: 'calculated' },
    ])
    expect(result.query).toBe('how is jtiter claculated')
    expect(result.passages[0]?.file).toBe('docs-corpus/concepts/jitter.md')
    expect(text).toContain('Read as: "jitter" for "jtiter", "calculated" for "claculated".')
  })

  it('are not seen in words that the language has', async () => {
    const { result, text } = await ask('what is jitter')
    expect(result.corrections).toBeUndefined()
    expect(text).not.toContain('Read as')
    expect((await ask('the rice in the queue')).result.corrections).toBeUndefined()
  })
})
