import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { type Knowledge, openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

const embedders = createHashingEmbedders()
let folder: DocsFolder
let knowledge: Knowledge
const options = () => ({
  docs: [
    { name: 'calls', folder: join(folder.docs, 'one'), url: 'https://calls.example.org' },
    { name: "o'wiki", folder: join(folder.docs, 'two') },
  ],
  index: folder.index,
  embedders,
})

beforeEach(async () => {
  folder = await createDocsFolder({
    'one/mos.md': callPages['mos.md'],
    'one/network/ice.md': callPages['network/ice.md'],
    'two/mos.md': '# Score of a wine\n\nTasters give a score of up to 100 points to a wine.',
    'two/100%_safe.md': '# Cellar\n\nA cellar keeps a wine, whatever its score.',
  })
  await indexDocs(options(), noProgress)
  knowledge = openKnowledge(options())
})
afterEach(async () => {
  await knowledge.close()
  await folder.dispose()
})

const everything = ['calls/mos.md', 'calls/network/ice.md', "o'wiki/100%_safe.md", "o'wiki/mos.md"]

const filesOf = async (question: string, path?: string) => [
  ...new Set((await knowledge.search(question, 10, path)).hits.map(({ file }) => file)),
]

describe('several corpora', () => {
  it('are searched together; names tell their files apart, and each has its own links', async () => {
    expect((await filesOf('score')).sort()).toEqual(everything)
    const { hits } = await knowledge.search('how is the score calculated', 10)
    for (const { file, url } of hits)
      expect(url?.startsWith('https://calls.example.org/mos.md') ?? false).toBe(file === 'calls/mos.md')
  })

  it.each([
    ['calls', ['calls/mos.md', 'calls/network/ice.md']],
    ["o'wiki/", ["o'wiki/100%_safe.md", "o'wiki/mos.md"]],
    ["./O'WIKI/*.md", ["o'wiki/100%_safe.md", "o'wiki/mos.md"]],
    ['100%_', ["o'wiki/100%_safe.md"]],
    ['mos.md', ['calls/mos.md', "o'wiki/mos.md"]],
    ['', everything],
  ])('are searched below the path %j alone', async (path, files) => {
    expect((await filesOf('score', path)).sort()).toEqual(files)
  })

  it.each(["x' OR 'a' = 'a", '_alls', '%%', 'network/mos.md', 'x'.repeat(2_000)])(
    'have no file with %s in its path: refused, with the nearest',
    async (path) => {
      const details = await knowledge.search('score', 5, path).catch((error) => error.details)
      expect(details).toMatchObject({ code: 'invalid_argument', path: 'path' })
      if (path === 'network/mos.md') expect(details.nearest).toContain('calls/network/')
    },
  )

  it('are not taken for removed when one of their folders is not there', async () => {
    await rename(join(folder.docs, 'two'), join(folder.docs, 'away'))
    await expect(indexDocs(options(), noProgress)).rejects.toThrow(
      `There is no folder ${join(folder.docs, 'two')}.`,
    )
    await rename(join(folder.docs, 'away'), join(folder.docs, 'two'))
    expect(await filesOf('wine')).toContain("o'wiki/mos.md")
    expect(await indexDocs(options(), noProgress)).toMatchObject({ unchanged: 4, removed: 0 })
  })

  it('count what changes in any of them', async () => {
    await folder.write('two/new.md', '# New\n\nA new page on corks.')
    await folder.remove('one/mos.md')
    expect(await indexDocs(options(), noProgress)).toMatchObject({ added: 1, removed: 1, unchanged: 3 })
    expect(await filesOf('corks')).toContain("o'wiki/new.md")
  })
})
