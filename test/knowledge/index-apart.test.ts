import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import { createEmbedders } from '../../src/knowledge/embedding/embedders.ts'
import { indexApart } from '../../src/knowledge/indexing/index-apart.ts'
import { openKnowledge } from '../../src/knowledge/open-knowledge.ts'

const root = resolve(import.meta.dirname, '../..')
const modelsDir = join(root, 'models')

let folder: string
let index: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquetry-apart-'))
  index = join(folder, 'knowledge')
  await cp(join(root, 'docs-corpus/concepts'), join(folder, 'docs'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const request = (docs = join(folder, 'docs')) => ({
  docs: [{ name: 'docs', folder: docs, url: undefined }],
  index,
  embedder: 'bundled',
  modelsDir,
})

const quiet = () => ({
  log: createLog('error'),
  progress: noProgress,
  signal: new AbortController().signal,
})

/** Processes that index for a process. */
async function listProcesses(parent = process.pid): Promise<readonly string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc').catch(() => [])) {
    const [line, status] = await Promise.all(
      ['cmdline', 'status'].map((name) => readFile(join('/proc', pid, name), 'utf8').catch(() => '')),
    )
    if (line?.includes('index-process') && status?.includes(`PPid:\t${parent}\n`)) found.push(pid)
  }
  return found
}

it('a process of its own makes the index that is then searched, and is gone', async () => {
  const summary = await indexApart(request(), quiet())
  const pages = (await readdir(join(folder, 'docs'))).filter((name) => name.endsWith('.md'))
  expect(summary).toMatchObject({ files: pages.length, added: pages.length, changed: 0, skipped: [] })
  const { docs } = request()
  const knowledge = openKnowledge({ docs, index, embedders: createEmbedders('bundled', modelsDir) })
  const { hits } = await knowledge.search('What is a good MOS?', 3)
  expect(hits[0]?.file).toBe('docs/mos.md')
  await knowledge.close()
  await pause(300)
  expect(await listProcesses()).toEqual([])
})

it('what is wrong there is said here, with the way out', async () => {
  await expect(indexApart(request(join(folder, 'nowhere')), quiet())).rejects.toMatchObject({
    details: { code: 'not_found', path: 'docs', next: /PARQUETRY_DOCS/ },
  })
  await expect(indexApart({ ...request(), embedder: 'no-such-folder/' }, quiet())).rejects.toThrow(
    /no-such-folder|model/,
  )
})

it.skipIf(process.platform !== 'linux')(
  'it ends with the signal, and the next run makes the index',
  async () => {
    const stop = new AbortController()
    const run = indexApart(request(), { ...quiet(), signal: stop.signal })
    while ((await listProcesses()).length === 0) await pause(20)
    stop.abort()
    await expect(run).rejects.toThrow(/abort/)
    await pause(300)
    expect(await listProcesses()).toEqual([])
    expect((await indexApart(request(), quiet())).files).toBeGreaterThan(0)
  },
)

it.skipIf(process.platform !== 'linux')('it ends when who asked is killed', async () => {
  const module = new URL('../../src/knowledge/indexing/index-apart.ts', import.meta.url).href
  const script = `
    import { indexApart } from ${JSON.stringify(module)}
    await indexApart(${JSON.stringify(request())}, { log: {}, progress: () => {}, signal: new AbortController().signal })`
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: 'ignore',
  })
  const find = async () => (await listProcesses(parent.pid))[0]
  let pid = await find()
  for (; !pid; pid = await find()) await pause(20)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  // Nobody may be there to take note of its end: a zombie has ended as well.
  const runs = async () =>
    /^State:\s+[^ZX\s]/m.test(await readFile(join('/proc', pid, 'status'), 'utf8').catch(() => ''))
  for (let i = 0; i < 100 && (await runs()); i++) await pause(100)
  expect(await runs()).toBe(false)
})
