import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import type { AdaptReport } from '../../src/knowledge/embedding/adapt/adapt-model.ts'
import type { Embedders } from '../../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { createDocsFolder, type DocsFolder } from './docs-folder.ts'

type Recorded = Embedders & {
  /** How many passages each adaptation was given. */
  readonly adapted: number[]
  /** The texts of the adapted models that were opened; `none` for the one that is set. */
  readonly opened: Set<string>
  /** Passages, not questions. */
  readonly embedded: string[]
}

/** Hashing embedders whose adapted model is a text with its number; they tell what they were asked. */
function createRecordedEmbedders(state: AdaptReport['state'], fingerprint?: string): Recorded {
  const inner = createHashingEmbedders(fingerprint)
  const adapted: number[] = []
  const opened = new Set<string>()
  const embedded: string[] = []
  return {
    ...inner,
    adapted,
    opened,
    embedded,
    open: async (folder) => {
      opened.add(folder ? await readFile(join(folder, 'model.txt'), 'utf8') : 'none')
      const embedder = await inner.open()
      return {
        ...embedder,
        embed: (texts, kind) => {
          if (kind === 'passage') embedded.push(...texts)
          return embedder.embed(texts, kind)
        },
      }
    },
    adapt: async (out, passages) => {
      adapted.push(passages.length)
      if (state === 'too small' || state === 'not static') return { state }
      if (state === 'adapted') {
        await mkdir(out)
        await writeFile(join(out, 'model.txt'), `model ${adapted.length}`)
      }
      return { state, before: 0.4, after: state === 'adapted' ? 0.6 : 0.4 }
    },
  }
}

const words = [
  'zebras',
  'walrus',
  'otters',
  'badger',
  'herons',
  'ibexes',
  'marten',
  'weasel',
  'osprey',
  'pandas',
]
/** Pages of one passage and of 33 characters each. */
const toPages = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${i}.md`,
      `# Page ${10 + i}\n\nThe ${words[i % 10]} of page ${10 + i}.`,
    ]),
  )

let folder: DocsFolder
beforeEach(async () => {
  folder = await createDocsFolder(toPages(10))
})
afterEach(() => folder.dispose())

const run = (embedders: Embedders) =>
  indexDocs({ docs: folder.corpora, index: folder.index, embedders }, noProgress)
const readCurrent = async () => JSON.parse(await readFile(join(folder.index, 'current.json'), 'utf8'))
const modelOf = async () => join(folder.index, (await readCurrent()).directory, 'model')

/** Makes the corpus `count` pages long; those that there were are left as they are. */
async function resize(count: number): Promise<void> {
  for (let i = count; i < 20; i++) await rm(join(folder.docs, `${i}.md`), { force: true })
  for (const [file, text] of Object.entries(toPages(count))) await folder.write(file, text)
}

describe('a model that was adapted', () => {
  it('makes all vectors, lies in the index and answers questions', async () => {
    const embedders = createRecordedEmbedders('adapted')
    expect(await run(embedders)).toMatchObject({ chunks: 10 })
    expect(embedders).toMatchObject({ adapted: [10], opened: new Set(['model 1']) })
    expect(embedders.embedded.length).toBe(10)
    expect((await readCurrent()).adaptation).toEqual({
      state: 'adapted',
      before: 0.4,
      after: 0.6,
      characters: 330,
    })
    expect(await readFile(join(await modelOf(), 'model.txt'), 'utf8')).toBe('model 1')
    const knowledge = openKnowledge({ docs: folder.corpora, index: folder.index, embedders })
    expect((await knowledge.search('heron', 1)).hits[0]?.file).toBe('4.md')
    expect(embedders.opened).toEqual(new Set(['model 1']))
    await knowledge.close()
  })

  it.each([8, 9, 11, 12])('stays, with its vectors, when 10 passages become %i', async (count) => {
    await run(createRecordedEmbedders('adapted'))
    await resize(count)
    const later = createRecordedEmbedders('adapted')
    expect(await run(later)).toMatchObject({ chunks: count })
    expect(later).toMatchObject({ adapted: [], opened: new Set(['model 1']) })
    expect(later.embedded.length).toBe(Math.max(count - 10, 0))
    expect((await readCurrent()).adaptation).toMatchObject({ state: 'adapted', characters: 330 })
    expect(await readFile(join(await modelOf(), 'model.txt'), 'utf8')).toBe('model 1')
  })

  it.each([7, 13])('is made anew, with all vectors, when 10 passages become %i', async (count) => {
    await run(createRecordedEmbedders('adapted'))
    await resize(count)
    const later = createRecordedEmbedders('adapted')
    await run(later)
    expect(later).toMatchObject({ adapted: [count], opened: new Set(['model 1']) })
    expect(later.embedded.length).toBe(count)
    expect((await readCurrent()).adaptation).toMatchObject({ characters: 33 * count })
  })

  it('is measured by the passages that it was made of, however many small steps the corpus takes', async () => {
    const embedders = createRecordedEmbedders('adapted')
    for (const count of [10, 12, 14]) {
      await resize(count)
      await run(embedders)
    }
    expect(embedders).toMatchObject({ adapted: [10, 14], opened: new Set(['model 1', 'model 2']) })
  })

  it('is made anew for another model', async () => {
    await run(createRecordedEmbedders('adapted'))
    const other = createRecordedEmbedders('adapted', 'other/1')
    await run(other)
    expect(other.adapted).toEqual([10])
    expect(other.embedded.length).toBe(10)
  })

  it('is made anew when it is gone; until then the index can not be asked', async () => {
    const embedders = createRecordedEmbedders('adapted')
    await run(embedders)
    await rm(await modelOf(), { recursive: true })
    const knowledge = openKnowledge({ docs: folder.corpora, index: folder.index, embedders })
    await expect(knowledge.search('heron', 1)).rejects.toMatchObject({ details: { code: 'no_data' } })
    await run(embedders)
    expect(embedders.adapted).toEqual([10, 10])
    expect((await knowledge.search('heron', 1)).hits[0]?.file).toBe('4.md')
    await knowledge.close()
  })

  it('stays as it is where nothing has changed', async () => {
    await run(createRecordedEmbedders('adapted'))
    const before = await readCurrent()
    const later = createRecordedEmbedders('adapted')
    await run(later)
    expect(later).toMatchObject({ adapted: [], opened: new Set(), embedded: [] })
    expect(await readCurrent()).toEqual(before)
  })
})

describe.each(['no gain', 'too small', 'not static'] as const)(
  'a model that was not adapted: %s',
  (state) => {
    it('is used as it is, and is not tried again while the corpus is much the same', async () => {
      const embedders = createRecordedEmbedders(state)
      await run(embedders)
      expect((await readCurrent()).adaptation).toMatchObject({ state, characters: 330 })
      expect(existsSync(await modelOf())).toBe(false)
      await resize(12)
      await run(embedders)
      expect(embedders).toMatchObject({ adapted: [10], opened: new Set(['none']) })
      expect(embedders.embedded.length).toBe(12)
    })

    it('keeps its vectors when it is tried again in vain', async () => {
      const embedders = createRecordedEmbedders(state)
      await run(embedders)
      await resize(13)
      await run(embedders)
      expect(embedders.adapted).toEqual([10, 13])
      expect(embedders.embedded.length).toBe(13)
    })

    it('makes all vectors anew when it is adapted at last', async () => {
      await run(createRecordedEmbedders(state))
      await resize(13)
      const later = createRecordedEmbedders('adapted')
      await run(later)
      expect(later.opened).toEqual(new Set(['model 1']))
      expect(later.embedded.length).toBe(13)
    })
  },
)

it('a model that was adapted and then no more leaves none of its vectors', async () => {
  await run(createRecordedEmbedders('adapted'))
  await resize(13)
  const later = createRecordedEmbedders('no gain')
  await run(later)
  expect(later).toMatchObject({ adapted: [13], opened: new Set(['none']) })
  expect(later.embedded.length).toBe(13)
  expect(existsSync(await modelOf())).toBe(false)
})

it('an adaptation that fails leaves the index in force', async () => {
  await run(createRecordedEmbedders('adapted'))
  const before = await readCurrent()
  await resize(20)
  const failing = {
    ...createRecordedEmbedders('adapted'),
    adapt: () => Promise.reject(new Error('out of memory')),
  }
  await expect(run(failing)).rejects.toThrow('out of memory')
  expect(await readCurrent()).toEqual(before)
})
