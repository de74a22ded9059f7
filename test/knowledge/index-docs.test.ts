import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import type { Embedders } from '../../src/knowledge/embedding/embedders.ts'
import { type IndexOptions, indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openChunkTable } from '../../src/knowledge/store/chunk-table.ts'
import { createFailingEmbedders } from '../support/failing-embedders.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

let folder: DocsFolder
afterEach(() => folder.dispose())

/** Real embedders that also tell which passages they were given. */
function createCountingEmbedders(fingerprint?: string): Embedders & { readonly embedded: string[] } {
  const inner = createHashingEmbedders(fingerprint)
  const embedded: string[] = []
  return {
    ...inner,
    embedded,
    open: async (adapted) => {
      const embedder = await inner.open(adapted)
      return {
        ...embedder,
        embed: async (texts, kind) => {
          if (kind === 'passage') embedded.push(...texts)
          return embedder.embed(texts, kind)
        },
      }
    },
  }
}

async function embedOne(text: string, kind: 'query' | 'passage'): Promise<Float32Array> {
  const [vector] = await (await createHashingEmbedders().open()).embed([text], kind)
  return vector ?? new Float32Array()
}

const options = (embedders: Embedders = createHashingEmbedders()): IndexOptions => ({
  docs: folder.corpora,
  index: folder.index,
  embedders,
})
const run = (embedders?: Embedders) => indexDocs(options(embedders), noProgress)
const readCurrent = async () => JSON.parse(await readFile(join(folder.index, 'current.json'), 'utf8'))
const directories = async () => (await readdir(folder.index)).filter((name) => /^(index|build)-/.test(name))
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error.details,
  )

describe('what a run counts', () => {
  it('adds, changes and removes by file', async () => {
    folder = await createDocsFolder(callPages)
    expect(await run()).toMatchObject({
      files: 3,
      added: 3,
      changed: 0,
      removed: 0,
      unchanged: 0,
      skipped: [],
    })
    await folder.write('mos.md', `${callPages['mos.md']}\nOne more line.\n`)
    await folder.write('new.md', '# New page')
    await folder.remove('network/ice.md')
    expect(await run()).toMatchObject({ files: 3, added: 1, changed: 1, removed: 1, unchanged: 1 })
  })

  it('a renamed file is one removed and one added, and keeps its vectors', async () => {
    folder = await createDocsFolder(callPages)
    await run()
    await folder.remove('mos.md')
    await folder.write('score.md', callPages['mos.md'])
    const embedders = createCountingEmbedders()
    expect(await run(embedders)).toMatchObject({ added: 1, removed: 1, changed: 0, unchanged: 2 })
    expect(embedders.embedded).toEqual([])
  })

  it('reports what was left out and indexes the rest', async () => {
    folder = await createDocsFolder(callPages)
    await folder.write('binary.md', new Uint8Array([0, 1]))
    await folder.write('deep.md', '> '.repeat(20_000))
    const summary = await run()
    expect(summary.skipped.map(({ file }) => file)).toEqual(['binary.md', 'deep.md'])
    expect(summary.chunks).toBeGreaterThanOrEqual(3)
    expect((await run()).skipped).toEqual(summary.skipped)
  })

  it('shows names of files that were left out without what can not be seen', async () => {
    folder = await createDocsFolder(callPages)
    await folder.write('bin\u202E\n# ary.md', new Uint8Array([0, 1]))
    await folder.write('deep\u0007.md', '> '.repeat(20_000))
    const skipped = [
      { file: 'bin # ary.md', reason: 'binary (it has a NUL byte)' },
      { file: 'deep.md', reason: 'not parsed: nested too deeply' },
    ]
    expect(await run()).toMatchObject({ skipped })
    expect(await run()).toMatchObject({ skipped, unchanged: 4 })
  })

  it('tells its progress by phase, each up to its total', async () => {
    folder = await createDocsFolder(callPages)
    const last = new Map<string, readonly [number, number]>()
    await indexDocs(options(), (phase, done, total) => last.set(phase, [done, total]))
    expect([...last.keys()]).toEqual(['read', 'chunk', 'adapt', 'embed', 'write'])
    for (const [done, total] of last.values()) expect(done).toBe(total)
  })
})

describe('an unchanged folder', () => {
  it('writes nothing', async () => {
    folder = await createDocsFolder(callPages)
    const first = await run()
    const before = await stat(join(folder.index, 'current.json'))
    const embedders = createCountingEmbedders()
    expect(await run(embedders)).toMatchObject({
      chunks: first.chunks,
      unchanged: 3,
      added: 0,
      changed: 0,
      removed: 0,
    })
    const after = await stat(join(folder.index, 'current.json'))
    expect([after.mtimeMs, after.ino]).toEqual([before.mtimeMs, before.ino])
    expect(embedders.embedded).toEqual([])
  })

  it('is built anew when another embedder comes, with all its vectors', async () => {
    folder = await createDocsFolder(callPages)
    const { chunks } = await run()
    const other = createCountingEmbedders('other/1')
    expect(await run(other)).toMatchObject({ unchanged: 3, chunks })
    expect(other.embedded.length).toBe(chunks)
    expect((await readCurrent()).embedder).toBe('other/1')
  })

  it.each(['removed', 'damaged'])('is built anew when its index was %s', async (fault) => {
    folder = await createDocsFolder(callPages)
    await run()
    const { directory } = await readCurrent()
    const data = join(folder.index, directory, fault === 'removed' ? '' : 'chunks.lance/data')
    await rm(data, { recursive: true })
    await run()
    const current = await readCurrent()
    const table = await openChunkTable(join(folder.index, current.directory))
    expect((await table.readVectors()).size).toBe(current.chunks)
    expect((await table.findByText('score', 10)).length).toBeGreaterThan(0)
    table.close()
  })

  it.each(['', 'not JSON', '{}', '{"directory":"../../etc"}'])(
    'is built anew when current.json is %j',
    async (text) => {
      folder = await createDocsFolder(callPages)
      await mkdir(folder.index)
      await writeFile(join(folder.index, 'current.json'), text)
      expect(await run()).toMatchObject({ added: 3 })
      expect((await readCurrent()).chunks).toBeGreaterThan(0)
    },
  )
})

describe('vectors', () => {
  it('are made for new and changed chunks only', async () => {
    folder = await createDocsFolder(callPages)
    await run()
    await folder.write('mos.md', callPages['mos.md'].replace('3.1', '3.0'))
    const embedders = createCountingEmbedders()
    await run(embedders)
    expect(embedders.embedded.length).toBe(1)
    expect(embedders.embedded[0]).toContain('Below 3.0')
  })

  it('that are reused equal those made anew', async () => {
    folder = await createDocsFolder(callPages)
    await run()
    await folder.write('extra.md', '# Extra\n\nText.')
    await run()
    const { directory } = await readCurrent()
    const table = await openChunkTable(join(folder.index, directory))
    const page = '# Extra\n\nText.'
    const expected = await embedOne(`Extra\n${page}`, 'passage')
    const stored = [...(await table.readVectors()).values()]
    expect(stored).toContainEqual(expected)
    for (const vector of stored) expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
    table.close()
  })

  it('of text without words are zero, and do no harm', async () => {
    folder = await createDocsFolder({ ...callPages, '!!.md': '***\n\n---' })
    expect(await run()).toMatchObject({ files: 4, skipped: [] })
    const table = await openChunkTable(join(folder.index, (await readCurrent()).directory))
    expect(
      [...(await table.readVectors()).values()].filter((vector) => vector.every((value) => value === 0))
        .length,
    ).toBe(1)
    const found = await table.findByVector(await embedOne('mean opinion score', 'query'), 10)
    const [best] = await table.read(found.map(({ row }) => row))
    expect(best?.file).toBe('mos.md')
    table.close()
  })
})

describe('publishing', () => {
  it('keeps the former index for its readers and removes older ones and abandoned builds', async () => {
    folder = await createDocsFolder(callPages)
    await run()
    const first = await readCurrent()
    await mkdir(join(folder.index, 'build-abandoned'))
    await folder.write('a.md', '# A')
    await run()
    const second = await readCurrent()
    expect(second.previous).toBe(first.directory)
    expect((await directories()).sort()).toEqual([first.directory, second.directory].sort())
    await folder.write('b.md', '# B')
    await run()
    await run()
    const third = await readCurrent()
    expect((await directories()).sort()).toEqual([second.directory, third.directory].sort())
  })

  it('finds a free name when the docs return to an earlier state', async () => {
    folder = await createDocsFolder(callPages)
    await run()
    const first = await readCurrent()
    await folder.write('a.md', '# A')
    await run()
    await folder.remove('a.md')
    await run()
    const third = await readCurrent()
    expect(third.directory).toBe(`${first.directory}-2`)
    expect(third.files).toEqual(first.files)
  })

  it('leaves the index in force when a run fails', async () => {
    folder = await createDocsFolder(callPages)
    await run()
    const before = await readCurrent()
    await folder.write('mos.md', '# changed')
    await expect(run(createFailingEmbedders('no model'))).rejects.toThrow('no model')
    expect(await readCurrent()).toEqual(before)
    expect(existsSync(join(folder.index, 'index.lock'))).toBe(false)
    expect(await run()).toMatchObject({ changed: 1 })
  })

  it('ends well for two runs at once', async () => {
    folder = await createDocsFolder(callPages)
    const [one, two] = await Promise.all([run(), run()])
    expect([one.added, two.added].sort()).toEqual([0, 3])
    expect(await directories()).toEqual([(await readCurrent()).directory])
  })
})

describe('two processes', () => {
  const script = `
    import { indexDocs } from './src/knowledge/indexing/index-docs.ts'
    import { createHashingEmbedders } from './test/support/hashing-embedders.ts'
    const [docs, index] = process.argv.slice(1)
    const summary = await indexDocs({ docs: [{ name: '', folder: docs }], index, embedders: createHashingEmbedders() }, () => {})
    process.stdout.write(JSON.stringify(summary))`
  const start = () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, folder.docs, folder.index], {
      cwd: new URL('../..', import.meta.url),
    })

  it('that start together both end well, and only one builds', async () => {
    folder = await createDocsFolder(callPages)
    const runs = await Promise.all([start(), start(), start()])
    const added = runs.map(({ stdout }) => JSON.parse(stdout).added)
    expect(added.sort()).toEqual([0, 0, 3])
    expect(runs.map(({ stderr }) => stderr)).toEqual(['', '', ''])
    expect((await readdir(folder.index)).length).toBe(2)
  })
})

describe('refusals', () => {
  it('names a folder that does not exist', async () => {
    folder = await createDocsFolder()
    const docs = join(folder.docs, 'none')
    const details = await failure(
      indexDocs({ ...options(), docs: [{ name: '', folder: relative('.', docs) }] }, noProgress),
    )
    expect(details).toMatchObject({ code: 'not_found', path: 'docs', actual: docs })
    expect(details.message).toBe(`There is no folder ${docs}.`)
    expect(details.next).toMatch(/PARQUETRY_DOCS.*--docs/)
    await folder.write('page.md', 'a file in the place of a folder')
    const file = indexDocs(
      { ...options(), docs: [{ name: '', folder: join(folder.docs, 'page.md') }] },
      noProgress,
    )
    expect(await failure(file)).toMatchObject({ code: 'not_found' })
  })

  it('does not publish an index without text', async () => {
    folder = await createDocsFolder({ 'empty.md': '', 'notes.txt': 'text' })
    expect(await failure(run())).toMatchObject({ code: 'no_data', path: 'docs' })
    expect(existsSync(join(folder.index, 'current.json'))).toBe(false)
  })
})
