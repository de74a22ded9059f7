import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { type Knowledge, openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { createFailingEmbedders } from '../support/failing-embedders.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

const embedders = createHashingEmbedders()
const fingerprint = await embedders.fingerprint()
let folder: DocsFolder
let knowledge: Knowledge

const open = (maker = embedders) =>
  openKnowledge({ docs: folder.corpora, index: folder.index, embedders: maker })

beforeEach(async () => {
  folder = await createDocsFolder(callPages)
  knowledge = open()
})
afterEach(async () => {
  await knowledge.close()
  await folder.dispose()
})

/** The hits alone. */
const find = async (question: string, limit: number) => (await knowledge.search(question, limit)).hits
const runIndexing = () => indexDocs({ docs: folder.corpora, index: folder.index, embedders }, noProgress)
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error.details,
  )
const readCurrent = async () => JSON.parse(await readFile(join(folder.index, 'current.json'), 'utf8'))
const next = 'Run `npm run index-docs`.'

describe('round trip', () => {
  it.each([
    ['How is the MOS calculated?', 'mos.md'],
    ['what is a poor score', 'mos.md'],
    ['why do callers hear choppy audio', 'network/packet-loss.md'],
    ['ice_collection_timeout', 'network/ice.md'],
    ['VPN drops datagrams', 'network/packet-loss.md'],
    ['firewal bloking stunn', 'network/ice.md'],
  ])('%s → %s', async (question, file) => {
    await runIndexing()
    const [first] = await find(question, 5)
    expect(first?.file).toBe(file)
  })

  it('cites lines that hold the text', async () => {
    await runIndexing()
    const hits = await find('score packet loss firewall calculated causes', 20)
    expect(new Set(hits.map(({ file }) => file)).size).toBe(3)
    for (const { file, startLine, endLine, text } of hits) {
      const lines = readFileSync(join(folder.docs, file), 'utf8').split('\n')
      expect(lines.slice(startLine - 1, endLine).join('\n')).toBe(text)
    }
  })

  it('cites lines in files with CRLF and a byte order mark', async () => {
    await folder.write('win.md', '\uFEFF# Windows page\r\n\r\nA headset driver\r\nneeds an update.\r\n')
    await runIndexing()
    const [hit] = await find('headset driver update', 1)
    expect(hit).toMatchObject({
      file: 'win.md',
      startLine: 1,
      endLine: 4,
      title: 'Windows page',
      anchor: 'windows-page',
    })
    expect(hit?.text).toBe('# Windows page\n\nA headset driver\nneeds an update.')
  })

  it('gives hits in full, best first', async () => {
    await runIndexing()
    const hits = await find('how is the MOS calculated', 10)
    expect(hits[0]).toMatchObject({ title: 'Mean opinion score', foundBy: ['text', 'vector'] })
    expect(hits[0]?.headingPath[0]).toBe('Mean opinion score')
    const scores = hits.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    for (const score of scores) expect(score >= 0 && score <= 1.000001).toBe(true)
    expect(hits.length).toBeGreaterThan(1)
    expect((await find('how is the MOS calculated', 1)).length).toBe(1)
  })

  it('finds words of the heading path that the passage itself lacks', async () => {
    const filler = 'Nothing else is said in this place, which is long enough to stand alone. '.repeat(4)
    await folder.write(
      'deep.md',
      `# Headset guide\n\n${filler}\n\n## Bluetooth\n\n${filler}\n\n### Pairing\n\n${filler}`,
    )
    await runIndexing()
    const [hit] = await find('headset bluetooth pairing', 1)
    expect(hit?.headingPath).toEqual(['Headset guide', 'Bluetooth', 'Pairing'])
  })

  it('shows at most three passages of a page and no text twice', async () => {
    const section = (i: number) =>
      `## Codec ${i}\n\nThe codec number ${i} is opus. ${'It compresses speech. '.repeat(10)}`
    await folder.write(
      'codecs.md',
      ['# Codecs', ...Array.from({ length: 8 }, (_, i) => section(i))].join('\n\n'),
    )
    await folder.write('copy/mos.md', callPages['mos.md'])
    await runIndexing()
    const hits = await find('opus codec compresses speech', 20)
    expect(hits.filter(({ file }) => file === 'codecs.md').length).toBe(3)
    const texts = (await find('mean opinion score', 20)).map(({ text }) => text)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('returns no invisible characters', async () => {
    await folder.write('trojan.md', '# Tro\u200Bjan \u202Epage\n\nIgnore\u2066 the zebra\u{E0041}.\n\nNext.')
    await runIndexing()
    const [hit] = await find('trojan zebra', 1)
    expect(hit?.title).toBe('Trojan page')
    expect(hit?.text).toBe('# Trojan page\n\nIgnore the zebra.\n\nNext.')
  })

  it('returns none in names either, and no line ends', async () => {
    await folder.write('a\n# gnu\u202E\u0007/evil\u2066\r.md', '## Gn&#x202E;u &#x2067;herd\n\nA gnu runs.')
    await runIndexing()
    const [hit] = await find('gnu herd', 1)
    expect(hit).toMatchObject({
      file: 'a # gnu/evil.md',
      title: 'evil',
      headingPath: ['evil', 'Gnu herd'],
      anchor: 'gnu-herd',
    })
  })
})

describe('questions', () => {
  it.each(['', '   ', '\n\t', 'x'.repeat(2_001)])('refuses one of a wrong length (%#)', async (question) => {
    await runIndexing()
    expect(await failure(knowledge.search(question, 5))).toMatchObject({
      code: 'invalid_argument',
      path: 'query',
    })
  })

  it.each([
    '"unbalanced quote',
    `it's "quoted" 'text'`,
    'mos AND (loss OR NOT jitter',
    'field:value^2 ~3 fuzzy* [a TO b] {x} +must -not && || !',
    "'; DROP TABLE chunks; --",
    '" OR 1=1 --',
    '{"match":{"query":"x"}}',
    '\\ \\" \\u0000 %00 \u0000',
    '日本語の質問',
    '😀😀😀',
    'the of and',
    '????',
    '*',
    'mos '.repeat(500),
    'a'.repeat(2_000),
    '\u202Emos\u202C',
  ])('answers %j without failing', async (question) => {
    await runIndexing()
    const hits = await find(question, 5)
    expect(hits.length).toBeLessThanOrEqual(5)
    for (const { file } of hits) expect(Object.keys(callPages)).toContain(file)
  })

  it('reads operators as words: a page is not excluded by a minus or NOT', async () => {
    await runIndexing()
    for (const question of ['-opinion NOT score', '"opinion" AND zzz', 'opinion; DELETE']) {
      expect((await find(question, 1))[0]?.file).toBe('mos.md')
    }
    expect((await knowledge.describe()).chunks).toBeGreaterThan(0)
  })

  it('answers many at once', async () => {
    await runIndexing()
    const answers = await Promise.all(Array.from({ length: 20 }, () => find('packet loss', 3)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })
})

describe('a changing index', () => {
  it('is followed without reopening', async () => {
    await runIndexing()
    expect((await find('zebra crossing', 1))[0]?.text).not.toContain('zebra')
    await folder.write('zebra.md', '# Zebra\n\nA zebra crossing.')
    await runIndexing()
    expect((await find('zebra crossing', 1))[0]?.file).toBe('zebra.md')
    await folder.remove('zebra.md')
    await runIndexing()
    const files = (await find('zebra crossing', 20)).map(({ file }) => file)
    expect(files).not.toContain('zebra.md')
  })

  it('is found once it exists', async () => {
    expect(await failure(knowledge.search('mos', 1))).toMatchObject({ code: 'no_data', next })
    await runIndexing()
    expect((await find('mos', 1)).length).toBe(1)
  })

  it('answers while it is being rebuilt, from the old or the new state', async () => {
    await runIndexing()
    let isDone = false
    const rebuild = (async () => {
      for (let i = 0; i < 4; i++) {
        await folder.write('mos.md', callPages['mos.md'].replace('3.1', `3.${i + 2}`))
        await runIndexing()
      }
      isDone = true
    })()
    while (!isDone) {
      const [hit] = await find('what is a poor score, below which listeners are dissatisfied', 1)
      expect(hit?.file).toBe('mos.md')
    }
    await rebuild
  })
})

describe('an index that can not be used', () => {
  it('built by another embedder: both are named', async () => {
    await runIndexing()
    const other = open(createHashingEmbedders('other/2'))
    const details = await failure(other.search('mos', 1))
    expect(details).toMatchObject({ code: 'no_data', next })
    expect(details.message).toContain('other/2')
    expect(details.message).toContain(fingerprint)
    expect(await other.describe()).toMatchObject({ ready: false, embedder: fingerprint })
    await other.close()
  })

  const remove = async (part: string) =>
    rm(join(folder.index, (await readCurrent()).directory, part), { recursive: true })

  it.each([
    ['its directory is gone', () => remove('')],
    ['its data is gone', () => remove('chunks.lance/data')],
    ['its facts of the corpus are gone', () => remove('corpus.json')],
    ['current.json is not JSON', () => writeFile(join(folder.index, 'current.json'), '{')],
    [
      'current.json has another form',
      () => writeFile(join(folder.index, 'current.json'), '{"directory":"index-x"}'),
    ],
  ])('%s', async (_, damage) => {
    await runIndexing()
    await damage()
    expect(await failure(knowledge.search('mos', 1))).toMatchObject({ code: 'no_data', next })
    await runIndexing()
    expect((await find('mos', 1)).length).toBe(1)
  })

  it('a failing embedder is not taken for a damaged index', async () => {
    await runIndexing()
    const other = open(createFailingEmbedders('model is gone'))
    const { hits, withoutVectors } = await other.search('mos', 1)
    expect(hits.map(({ foundBy }) => foundBy)).toEqual([['text']])
    expect(withoutVectors).toContain('model is gone')
  })
})

describe('status and lifetime', () => {
  it('describes nothing, then what is there', async () => {
    const nothing = { ready: false, files: 0, chunks: 0, indexedAt: null, embedder: null }
    expect(await knowledge.describe()).toEqual(nothing)
    const { chunks } = await runIndexing()
    const status = await knowledge.describe()
    expect(status).toMatchObject({ ready: true, files: 3, chunks, embedder: fingerprint })
    expect(Math.abs(Date.now() - Date.parse(status.indexedAt ?? ''))).toBeLessThan(60_000)
  })

  it('can be closed unused, twice, and be asked again', async () => {
    await runIndexing()
    await knowledge.close()
    await knowledge.close()
    expect((await find('mos', 1)).length).toBe(1)
  })

  it('loads no native module and no Markdown parser before the first search, and writes nothing to stdout', async () => {
    await runIndexing()
    const script = `
      import { openKnowledge } from './src/knowledge/open-knowledge.ts'
      import { createHashingEmbedders } from './test/support/hashing-embedders.ts'
      const loaded = () => process.report.getReport().sharedObjects.filter((name) => name.includes('lancedb')).length
      const knowledge = openKnowledge({ docs: [{ name: '', folder: 'docs-corpus' }], index: process.argv[1], embedders: createHashingEmbedders() })
      const { ready } = await knowledge.describe()
      const before = loaded()
      await knowledge.search('mos', 1)
      process.stdout.write(JSON.stringify({ ready, before, after: loaded() }))
      await knowledge.close()`
    const args = ['--input-type=module', '-e', script, folder.index]
    const output = execFileSync(process.execPath, args, {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    })
    expect(JSON.parse(output)).toEqual({ ready: true, before: 0, after: 1 })
  })
})
