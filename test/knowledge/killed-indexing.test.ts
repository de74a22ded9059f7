import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { createEmbedders } from '../../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { createDocsFolder, type DocsFolder } from './docs-folder.ts'

const rounds = 20
const script = `
  import { createEmbedders } from './src/knowledge/embedding/embedders.ts'
  import { indexDocs } from './src/knowledge/indexing/index-docs.ts'
  const [folder, index] = process.argv.slice(1)
  const embedders = createEmbedders('bundled', index + '-models')
  await import('@lancedb/lancedb')
  process.stdout.write('ready')
  await indexDocs({ docs: [{ name: '', folder }], index, embedders }, () => {})`

let folder: DocsFolder
beforeEach(async () => {
  folder = await createDocsFolder()
})
afterEach(() => folder.dispose())

const subjects = ['echo', 'jitter', 'codec', 'queue', 'transfer', 'greeting', 'recording']
/** Enough pages for the model to learn them; each says which state of the documentation it belongs to. */
const putState = async (state: string) => {
  for (let i = 0; i < 220; i++) {
    const subject = subjects[i % subjects.length]
    await folder.write(
      `${i}.md`,
      `# The ${subject} of site ${i}\n\nSite ${i} was last checked in ${state}. Its ${subject} was found to be in order by the technician, and the next visit is due in a year.\n`,
    )
  }
}

const options = () => ({
  docs: folder.corpora,
  index: folder.index,
  embedders: createEmbedders('bundled', `${folder.index}-models`),
})

async function start() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder.docs, folder.index], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  return { child, ended }
}

it('an indexing that is killed at any moment leaves the former index or the new one, and the next run ends it', async () => {
  const states = ['autumn', 'spring']
  await putState('autumn')
  await indexDocs(options(), noProgress)
  await putState('spring')
  const whole = await start()
  const started = performance.now()
  await whole.ended
  const took = performance.now() - started
  const seen = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    const [former, later] = [states[(round + 1) % 2] as string, states[round % 2] as string]
    await putState(later)
    const { child, ended } = await start()
    await delay((took * (round + 1)) / rounds)
    child.kill('SIGKILL')
    await ended
    const knowledge = openKnowledge(options())
    const { hits } = await knowledge.search('echo of site 7', 3)
    await knowledge.close()
    const said = new Set(hits.map(({ text }) => states.find((state) => text.includes(state))))
    expect(said.size).toBe(1)
    const [state] = said
    expect([former, later]).toContain(state)
    seen.add(state === former ? 'former' : 'later')
    await indexDocs(options(), noProgress)
    const directories = await readdir(folder.index)
    expect(directories.filter((name) => /^build-|\.tmp$|\.lock/.test(name))).toEqual([])
    const again = openKnowledge(options())
    expect((await again.search('echo of site 7', 1)).hits[0]?.text).toContain(later)
    await again.close()
    expect(await indexDocs(options(), noProgress)).toMatchObject({ unchanged: 220, chunks: 220 })
  }
  expect(seen).toContain('former')
  expect(await readdir(join(folder.index))).toContain('current.json')
}, 300_000)
