import { execFileSync } from 'node:child_process'
import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import type { Embedders } from '../../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openIndexedKnowledge } from '../../src/knowledge/open-indexed-knowledge.ts'
import type { Knowledge } from '../../src/knowledge/open-knowledge.ts'
import { createFailingEmbedders } from '../support/failing-embedders.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { indexHere } from '../support/index-here.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

const embedders = createHashingEmbedders()
let folder: DocsFolder
let knowledge: Knowledge
let logged: string[]

const log = createLog('info', (line) => logged.push(line))
const open = (maker: Embedders = embedders, docs = folder.docs) => {
  const options = { docs: [{ name: '', folder: docs }], index: folder.index, embedders: maker }
  return openIndexedKnowledge(options, log, indexHere(options))
}
/** The hits alone. */
const find = async (question: string, limit: number, asked = knowledge) =>
  (await asked.search(question, limit)).hits
const runs = () => logged.filter((line) => line.includes('; indexing ')).length
const readCurrent = async () => JSON.parse(await readFile(join(folder.index, 'current.json'), 'utf8'))
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error.details,
  )

beforeEach(async () => {
  logged = []
  folder = await createDocsFolder(callPages)
  knowledge = open()
})
afterEach(async () => {
  await knowledge.close()
  await folder.dispose()
})

describe('without an index', () => {
  it('the first search makes it, and only the first', async () => {
    expect(await knowledge.describe()).toMatchObject({ ready: false })
    expect((await find('choppy audio', 1))[0]?.file).toBe('network/packet-loss.md')
    expect(await knowledge.describe()).toMatchObject({ ready: true, files: 3 })
    await knowledge.search('choppy audio', 1)
    expect(runs()).toBe(1)
    expect(logged.at(-1)).toContain('Indexed 3 files')
  })

  it('searches at the same time wait for one run', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => find('choppy audio', 1)))
    expect(new Set(answers.map(([hit]) => hit?.file))).toEqual(new Set(['network/packet-loss.md']))
    expect(runs()).toBe(1)
  })

  it('the log names what was left out', async () => {
    await folder.write('binary.md', new Uint8Array([0, 1]))
    await knowledge.search('score', 1)
    expect(logged.at(-1)).toMatch(/warn Not indexed: binary\.md: binary/)
  })

  it('a refused question makes none', async () => {
    expect(await failure(knowledge.search(' ', 1))).toMatchObject({ code: 'invalid_argument' })
    expect(await readdir(join(folder.index, '..'))).toEqual(['docs'])
  })
})

describe('an index that is there', () => {
  it('answers at once when the docs have changed, and is then brought up to date', async () => {
    await indexDocs({ docs: folder.corpora, index: folder.index, embedders }, noProgress)
    await folder.write('zebra.md', '# Zebra')
    expect((await find('zebra score', 1))[0]?.file).toBe('mos.md')
    expect(runs()).toBe(0)
    await knowledge.close()
    expect(runs()).toBe(1)
    expect((await find('zebra', 1))[0]?.file).toBe('zebra.md')
    expect(runs()).toBe(1)
  })

  it('is used as it is while the docs are as they were', async () => {
    await indexDocs({ docs: folder.corpora, index: folder.index, embedders }, noProgress)
    const before = await readCurrent()
    await find('score', 1)
    await knowledge.close()
    expect(runs()).toBe(0)
    expect(await readCurrent()).toEqual(before)
  })

  it('but of another embedder is built anew', async () => {
    await knowledge.search('score', 1)
    const other = open(createHashingEmbedders('other/2'))
    expect((await find('score', 1, other)).length).toBe(1)
    expect(await readCurrent()).toMatchObject({ embedder: 'other/2' })
    await other.close()
  })

  /** Overwrites each file of one kind in place, so that all sizes stay as they are. */
  async function scramble(part: string): Promise<void> {
    const root = join(folder.index, (await readCurrent()).directory)
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const chosen = paths.filter((path) => path.includes(part))
    expect(chosen.length).toBeGreaterThan(0)
    for (const path of chosen) {
      const { size } = await stat(path)
      await truncate(path, 0)
      await appendFile(path, new Uint8Array(size).fill(7))
    }
  }

  it.each([
    ['current.json is not JSON', () => writeFile(join(folder.index, 'current.json'), '{')],
    [
      'its directory is gone',
      async () => rm(join(folder.index, (await readCurrent()).directory), { recursive: true }),
    ],
    ['its data is overwritten', () => scramble('/data/')],
    ['its text index is overwritten', () => scramble('/_indices/')],
    ['its versions are overwritten', () => scramble('/_versions/')],
    ['its facts of the corpus are overwritten', () => scramble('/corpus.json')],
  ])('but can not be read is built anew: %s', async (_, damage) => {
    await knowledge.search('score', 1)
    await knowledge.close()
    await damage()
    const other = open()
    expect((await find('choppy audio', 1, other))[0]?.file).toBe('network/packet-loss.md')
    expect(runs()).toBe(2)
    await other.close()
  })
})

describe('failures', () => {
  it('a missing docs folder is named with the way to set it, and found once it is there', async () => {
    const docs = join(folder.docs, 'later')
    const later = open(embedders, docs)
    const details = await failure(later.search('score', 1))
    expect(details).toMatchObject({ code: 'not_found', path: 'docs', actual: docs })
    expect(details.next).toMatch(/PARQUETRY_DOCS.*--docs/)
    await folder.write('later/page.md', '# Score')
    expect((await find('score', 1, later))[0]?.file).toBe('page.md')
    await later.close()
  })

  it('an empty docs folder is named', async () => {
    for (const file of Object.keys(callPages)) await folder.remove(file)
    const details = await failure(knowledge.search('score', 1))
    expect(details).toMatchObject({ code: 'no_data' })
    expect(details.message).toContain(folder.docs)
  })

  it('an unknown cause goes to the log, the folder and the next step to the caller', async () => {
    await writeFile(folder.index, 'a file in the place of the folder')
    const details = await failure(knowledge.search('score', 1))
    expect(details).toMatchObject({ code: 'no_data', path: 'docs', actual: folder.docs })
    expect(details.message).toContain(folder.docs)
    expect(details.message).not.toContain('EEXIST')
    expect(logged.join('')).toContain('EEXIST')
  })

  it('a failing embedder is not taken for a missing index', async () => {
    await knowledge.search('score', 1)
    const failing = open(createFailingEmbedders('model is gone'))
    const { hits, withoutVectors } = await failing.search('score', 1)
    expect(hits).toHaveLength(1)
    expect(withoutVectors).toContain('model is gone')
    await failing.close()
    expect(runs()).toBe(1)
  })
})

it('loads the native module for the first search, and the parser never', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    const { openIndexedKnowledge } = await import('./src/knowledge/open-indexed-knowledge.ts')
    const { indexApart } = await import('./src/knowledge/indexing/index-apart.ts')
    const { createEmbedders } = await import('./src/knowledge/embedding/embedders.ts')
    const [folder, index] = process.argv.slice(1)
    const docs = [{ name: '', folder }]
    const quiet = { error() {}, warn() {}, info() {}, debug() {} }
    const indexer = (signal) => indexApart({ docs, index, embedder: 'bundled', modelsDir: 'models' }, { log: quiet, progress() {}, signal })
    const knowledge = openIndexedKnowledge({ docs, index, embedders: createEmbedders('bundled', 'models') }, quiet, indexer)
    await knowledge.describe()
    const before = loaded.filter((url) => /remark|lancedb|index-docs/.test(url))
    const { hits } = await knowledge.search('score', 1)
    const parsers = loaded.filter((url) => /remark|index-docs/.test(url))
    process.stdout.write(JSON.stringify({ before, parsers, hits: hits.length }))
    await knowledge.close()`
  const args = ['--input-type=module', '-e', script, folder.docs, folder.index]
  const output = execFileSync(process.execPath, args, {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
  })
  expect(JSON.parse(output)).toEqual({ before: [], parsers: [], hits: 1 })
})
