import { chmod, mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import { hasChanged, isAsIndexed } from '../../src/knowledge/indexing/has-changed.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openIndexedKnowledge } from '../../src/knowledge/open-indexed-knowledge.ts'
import { findCurrentIndex } from '../../src/knowledge/store/current-index.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { indexHere } from '../support/index-here.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

const embedders = createHashingEmbedders()
let folder: DocsFolder
let logged: string[]

const log = createLog('info', (line) => logged.push(line))
const runIndexing = () => indexDocs({ docs: folder.corpora, index: folder.index, embedders }, noProgress)
const runs = () => logged.filter((line) => line.includes('; indexing ')).length
const open = (docs = folder.corpora) => {
  const options = { docs, index: folder.index, embedders }
  return openIndexedKnowledge(options, log, indexHere(options))
}

async function readCurrent() {
  const current = await findCurrentIndex(folder.index)
  if (!current) throw new Error('There is no index.')
  return current
}

const look = async () => hasChanged(folder.corpora, await readCurrent())
const touch = (file: string) =>
  utimes(join(folder.docs, file), new Date(), new Date('2026-01-02T03:04:05.678Z'))

/** One search of a server that has just been started, and what it does afterwards. */
async function ask(question: string, limit = 5) {
  const knowledge = open()
  const answer = await knowledge.search(question, limit)
  await knowledge.close()
  return answer
}

beforeEach(async () => {
  logged = []
  folder = await createDocsFolder(callPages)
  await runIndexing()
})
afterEach(() => folder.dispose())

describe('a docs folder', () => {
  it('is as it was indexed until somebody changes it', async () => {
    expect(await look()).toBe(false)
    await readFile(join(folder.docs, 'mos.md'))
    await folder.write('notes.txt', 'No Markdown.')
    await folder.write('.hidden/page.md', '# Hidden')
    await mkdir(join(folder.docs, 'empty'))
    expect(await look()).toBe(false)
  })

  it.each<readonly [string, () => Promise<unknown>]>([
    ['a file is added', () => folder.write('deep/new.md', '# New')],
    ['a file is removed', () => folder.remove('mos.md')],
    ['a file has other text of another length', () => folder.write('mos.md', '# Short')],
    [
      'a file has other text of the same length',
      () => folder.write('mos.md', callPages['mos.md'].replace('3.1', '3.2')),
    ],
    ['a file is touched', () => touch('network/ice.md')],
    [
      'a file has other text of the same length and the same time',
      async () => {
        const { atime, mtime } = await stat(join(folder.docs, 'mos.md'))
        await folder.write('mos.md', callPages['mos.md'].replace('3.1', '3.2'))
        await utimes(join(folder.docs, 'mos.md'), atime, mtime)
      },
    ],
    ['a file has another name', () => rename(join(folder.docs, 'mos.md'), join(folder.docs, 'mean.md'))],
    [
      'two files have changed places',
      async () => {
        await rename(join(folder.docs, 'mos.md'), join(folder.docs, 'spare.tmp'))
        await rename(join(folder.docs, 'network/ice.md'), join(folder.docs, 'mos.md'))
        await rename(join(folder.docs, 'spare.tmp'), join(folder.docs, 'network/ice.md'))
      },
    ],
  ])('has changed when %s', async (_, change) => {
    await change()
    expect(await look()).toBe(true)
  })

  it('of many files is looked at whole', async () => {
    for (let i = 0; i < 70; i++) await folder.write(`many/page-${i}.md`, `# Page ${i}`)
    await runIndexing()
    expect(await look()).toBe(false)
    await touch('many/page-69.md')
    expect(await look()).toBe(true)
  })

  it('rejects when it is gone', async () => {
    const current = await readCurrent()
    await expect(hasChanged([{ name: '', folder: join(folder.docs, 'gone') }], current)).rejects.toThrow(
      'ENOENT',
    )
  })
})

describe('one file', () => {
  it('is as indexed by its size and time, to the millisecond', async () => {
    const path = join(folder.docs, 'mos.md')
    const { size, mtime } = await stat(path)
    const known = { size, changedAt: mtime.toISOString() }
    expect(await isAsIndexed(path, known)).toBe(true)
    expect(await isAsIndexed(path, { ...known, size: size + 1 })).toBe(false)
    expect(
      await isAsIndexed(path, { ...known, changedAt: new Date(mtime.getTime() + 1).toISOString() }),
    ).toBe(false)
    expect(await isAsIndexed(`${path}x`, known)).toBe(false)
  })
})

describe('a file that can not be read as text', () => {
  const binary = new Uint8Array([35, 32, 0, 1])

  it('that was there when the index was made is no change', async () => {
    await folder.write('binary.md', binary)
    await folder.write('other.md', '# Other')
    expect(await runIndexing()).toMatchObject({ files: 4, skipped: [{ file: 'binary.md' }] })
    expect(await look()).toBe(false)
  })

  it('that came later is a change once, not after each search', async () => {
    // The index stays in force as it is, with its former list of skipped files.
    await folder.write('binary.md', binary)
    expect(await look()).toBe(true)
    await runIndexing()
    expect(await look()).toBe(false)
  })

  it.skipIf(process.getuid?.() === 0)('is a change when it may be read at last', async () => {
    await folder.write('secret.md', '# Zebra')
    await chmod(join(folder.docs, 'secret.md'), 0)
    expect(await runIndexing()).toMatchObject({ skipped: [{ file: 'secret.md' }] })
    expect(await look()).toBe(false)
    await chmod(join(folder.docs, 'secret.md'), 0o644)
    expect(await look()).toBe(true)
  })

  it('is a change when it has become text', async () => {
    await folder.write('binary.md', binary)
    await folder.write('other.md', '# Other')
    await runIndexing()
    await folder.write('binary.md', '# Zebra\n\nNow it is text.')
    expect(await look()).toBe(true)
  })
})

describe('a file that was only touched', () => {
  it('looks changed, and is current again after one run that builds nothing', async () => {
    await touch('mos.md')
    const before = await readCurrent()
    expect(await look()).toBe(true)
    expect(await runIndexing()).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 3 })
    expect(await look()).toBe(false)
    const after = await readCurrent()
    expect(after.files['mos.md']).toEqual({
      ...before.files['mos.md'],
      changedAt: '2026-01-02T03:04:05.678Z',
      touchedAt: (await stat(join(folder.docs, 'mos.md'))).ctime.toISOString(),
    })
    expect({ ...after, files: {} }).toEqual({ ...before, files: {} })
  })

  it('is marked in answers until then', async () => {
    await touch('mos.md')
    const first = await ask('mean opinion score')
    expect(first.isOutdated).toBe(true)
    expect(first.hits.filter(({ isOutdated }) => isOutdated).map(({ file }) => file)).toContain('mos.md')
    expect(first.hits.filter(({ file }) => file !== 'mos.md').some(({ isOutdated }) => isOutdated)).toBe(
      false,
    )
    expect(runs()).toBe(1)
    const second = await ask('mean opinion score')
    expect(second.isOutdated).toBe(false)
    expect(second.hits[0]).toMatchObject({
      file: 'mos.md',
      isOutdated: false,
      changedAt: '2026-01-02T03:04:05.678Z',
    })
    expect(runs()).toBe(1)
  })
})

describe('a server', () => {
  it('answers from the former index, and from the new one as soon as it is there', async () => {
    await folder.write('zebra.md', '# Zebra crossing\n\nA zebra crossing has stripes.')
    expect((await ask('zebra crossing')).hits.map(({ file }) => file)).not.toContain('zebra.md')
    expect((await ask('zebra crossing')).hits[0]?.file).toBe('zebra.md')
    await folder.write('zebra.md', '# Okapi crossing\n\nAn okapi crossing has stripes.')
    const changed = await ask('zebra crossing', 1)
    expect(changed).toMatchObject({ isOutdated: true, hits: [{ file: 'zebra.md', isOutdated: true }] })
    expect(changed.hits[0]?.text).toContain('A zebra crossing')
    expect((await ask('okapi crossing', 1)).hits[0]?.text).toContain('An okapi crossing')
    expect(runs()).toBe(2)
  })

  it('never shows passages of a file that is gone', async () => {
    await folder.remove('mos.md')
    for (const isOutdated of [true, false]) {
      const answer = await ask('mean opinion score')
      expect(answer.hits.map(({ file }) => file)).not.toContain('mos.md')
      expect(answer.isOutdated).toBe(isOutdated)
    }
    expect(runs()).toBe(1)
  })

  it('looks once for many searches at a time', async () => {
    await folder.write('zebra.md', '# Zebra')
    const knowledge = open()
    await Promise.all(Array.from({ length: 6 }, () => knowledge.search('score', 1)))
    await knowledge.close()
    expect(runs()).toBe(1)
  })

  it('goes on answering what it can when its folder is gone', async () => {
    const knowledge = open()
    await folder.remove('')
    expect(await knowledge.search('score', 3)).toMatchObject({ hits: [], answerable: 'no', isOutdated: true })
    await knowledge.close()
  })
})

describe('a server that finds its documentation elsewhere', () => {
  it('indexes another folder before it answers, in place of answering from one that is gone', async () => {
    const other = await createDocsFolder({ 'wine.md': '# Wine\n\nA cellar keeps a wine at twelve degrees.' })
    const knowledge = open(other.corpora)
    const { hits } = await knowledge.search('how is the score calculated', 3)
    expect(hits.map(({ file }) => file)).toEqual(['wine.md'])
    await knowledge.close()
    await other.dispose()
  })

  it('finds a folder by its path at the first question after it came', async () => {
    await folder.write('fresh/wine.md', '# Wine\n\nA cellar keeps a wine.')
    const knowledge = open()
    const { hits } = await knowledge.search('wine cellar', 3, 'fresh/')
    expect(hits.map(({ file }) => file)).toEqual(['fresh/wine.md'])
    await expect(knowledge.search('wine', 3, 'nowhere/')).rejects.toMatchObject({ details: { path: 'path' } })
    await knowledge.close()
  })

  it('brings an index of an older chunker up to date in the background', async () => {
    const current = await readCurrent()
    await writeFile(join(folder.index, 'current.json'), JSON.stringify({ ...current, chunker: 1 }))
    await ask('score')
    expect((await readCurrent()).chunker).toBe(current.chunker)
    expect(current.chunker).toBeGreaterThan(1)
  })
})
