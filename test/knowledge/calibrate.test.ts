import { afterEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { calibrate } from '../../src/knowledge/indexing/calibrate.ts'
import { foreignQuestions } from '../../src/knowledge/indexing/foreign-questions.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { openIndex } from '../../src/knowledge/search/open-index.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

const embedders = createHashingEmbedders()
let folder: DocsFolder | undefined
afterEach(() => folder?.dispose())

/** The limits as the docs say them: `yes` from 0.1 to 1, `no` below -3 to -1.3. */
const bounds = { yesFrom: [0.1, 1], noBelow: [-3, -1.3] } as const

async function prepare(files: Readonly<Record<string, string>>) {
  folder = await createDocsFolder(files)
  const { corpora: docs, index } = folder
  await indexDocs({ docs, index, embedders }, noProgress)
  const { facts, open } = await openIndex(index, embedders)
  const knowledge = openKnowledge({ docs, index, embedders })
  return {
    limits: facts.limits,
    open,
    knowledge,
    close: () => Promise.all([open.close(), knowledge.close()]),
  }
}

/** Words so long and so strange that no word of a question is near one of them. */
const strange = {
  'a.md': '# Grixolumbervontak\n\nPlimquatchiffenor wuzzlebrixthorpen vontakgrixolumber.',
  'b.md': '# Wuzzlebrixthorpen\n\nGrixolumbervontak plimquatchiffenor quatchiffenorplim.',
}

/** A page that answers each foreign question in its own words. */
const omniscient = Object.fromEntries(
  foreignQuestions.map((question, i) => [
    `page-${i}.md`,
    `# ${question.replace('?', '')}\n\n${question} This page has the answer to it: ${question}`,
  ]),
)

describe('the limits of an index', () => {
  it('stand at their lower bounds where foreign questions find nothing at all', async () => {
    const { limits, close } = await prepare(strange)
    // No word is known and no passage found: 1.6·0 + 2.2·0 - 3.6·1 + 2.3·0 - 1.35 = -4.95, far below both.
    expect(limits).toEqual({ yesFrom: 0.1, noBelow: -3 })
    await close()
  })

  it('stand at their upper bounds where foreign questions are answered', async () => {
    const { limits, knowledge, close } = await prepare(omniscient)
    expect(limits).toEqual({ yesFrom: 1, noBelow: -1.3 })
    for (const question of foreignQuestions.slice(0, 5))
      expect((await knowledge.search(question, 3)).answerable).toBe('yes')
    await close()
  })

  it('never leave their bounds, whatever headings are asked', async () => {
    const { open, limits, close } = await prepare(callPages)
    const lists = [[], [''], ['???'], ['zebra crossing'], ['Mean opinion score'], foreignQuestions]
    const all = [limits, ...(await Promise.all(lists.map((headings) => calibrate(open, headings))))]
    for (const { yesFrom, noBelow } of all) {
      expect(yesFrom >= bounds.yesFrom[0] && yesFrom <= bounds.yesFrom[1]).toBe(true)
      expect(noBelow >= bounds.noBelow[0] && noBelow <= bounds.noBelow[1]).toBe(true)
    }
    await close()
  })

  it('are lowered for headings that would be denied, not raised by those that are answered', async () => {
    const { open, close } = await prepare(omniscient)
    const [withGood, without, withBad] = await Promise.all([
      calibrate(open, foreignQuestions),
      calibrate(open, []),
      calibrate(open, ['grixolumbervontak']),
    ])
    expect(withGood).toEqual(without)
    // A heading of a single unknown word is far below -3; `yes` rests on the foreign questions alone.
    expect(withBad).toEqual({ yesFrom: without.yesFrom, noBelow: -3 })
    await close()
  })

  it('are the same each time', async () => {
    const { open, limits, close } = await prepare(callPages)
    const headings = ['Mean opinion score How MOS is calculated', 'Packet loss Causes of packet loss']
    expect(await calibrate(open, headings)).toEqual(await calibrate(open, headings))
    expect(limits).toEqual(
      expect.objectContaining({ yesFrom: expect.any(Number), noBelow: expect.any(Number) }),
    )
    await close()
  })
})

describe('headings', () => {
  it('are asked in an even choice of at most forty, the first among them', async () => {
    const { open, close } = await prepare(strange)
    const asked: string[] = []
    const plain = open.plainSpeller
    const correct = (text: string) => {
      asked.push(text)
      return plain.correct(text)
    }
    const speller = { ...plain, correct }
    const headings = Array.from({ length: 100 }, (_, i) => `heading ${i}`)
    await calibrate({ ...open, speller: Promise.resolve(speller) }, headings)
    const own = asked.filter((text) => text.startsWith('heading '))
    // Every 2.5th, rounded up: 0, 3, 5, 8, 10, 13 ...
    expect(own).toHaveLength(40)
    expect(own.slice(0, 6)).toEqual([0, 3, 5, 8, 10, 13].map((i) => `heading ${i}`))
    expect(asked.filter((text) => !text.startsWith('heading '))).toEqual([...foreignQuestions])
    await close()
  })
})
