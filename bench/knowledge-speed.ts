import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createEmbedders } from '../src/knowledge/embedding/embedders.ts'
import { findDocs } from '../src/knowledge/indexing/find-docs.ts'
import { indexDocs } from '../src/knowledge/indexing/index-docs.ts'
import { chunkDocument } from '../src/knowledge/markdown/chunk-document.ts'
import { findPassages } from '../src/knowledge/search/find-passages.ts'
import { openIndex } from '../src/knowledge/search/open-index.ts'
import { findCurrentIndex } from '../src/knowledge/store/current-index.ts'
import { measureDirectory } from '../src/knowledge/store/publish-index.ts'
import { percentile } from './eval/metrics.ts'

/**
 * How fast documentation is indexed and searched: `node bench/knowledge-speed.ts --docs FOLDER`. The baseline is a bare loop
 * in one thread: read each file, cut it, embed the passages, keep nothing.
 */
const { values } = parseArgs({
  options: {
    docs: { type: 'string', default: resolve(import.meta.dirname, '../docs-corpus') },
    embedder: { type: 'string', default: 'bundled' },
    questions: { type: 'string', default: '300' },
    /** Where an index was made and its questions lie; only searches are measured then. */
    search: { type: 'string' },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)
const seconds = async (work: () => Promise<unknown>) => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}

const folder = await mkdtemp(join(tmpdir(), 'parquetry-knowledge-speed-'))
const embedders = createEmbedders(values.embedder, join(folder, 'models'))
const docs = [{ name: '', folder: values.docs }]
const options = { docs, index: join(folder, 'index'), embedders }

async function runBareLoop(): Promise<readonly string[]> {
  const embedder = await embedders.open()
  const headings: string[] = []
  for (const file of (await findDocs(docs)).files) {
    const chunks = chunkDocument(await readFile(join(values.docs, file), 'utf8'), file)
    headings.push(...chunks.map(({ headingPath }) => headingPath.slice(-2).join(' ')))
    await embedder.embed(
      chunks.map(({ headingPath, text }) => `${headingPath.join(' > ')}\n${text}`),
      'passage',
    )
  }
  await embedder.close()
  return headings
}

const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1024)

/** Asks the headings of an index in this process, which has done nothing else, and says how long it took. */
async function measureSearch(index: string, headings: readonly string[]): Promise<void> {
  const { open } = await openIndex(index, embedders)
  await open.embedder
  for (const question of headings.slice(0, 20)) await findPassages(open, question, { mode: 'both' })
  const times: number[] = []
  for (const question of headings)
    times.push(1_000 * (await seconds(() => findPassages(open, question, { mode: 'both' }))))
  await open.close()
  say(
    `search                       p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
  )
  say(`memory, searching            ${peakMb()} MB at most`)
}

async function measureAll(): Promise<void> {
  say(`${cpus().length} x ${cpus()[0]?.model}, Node.js ${process.version}, ${await embedders.fingerprint()}`)
  let headings: readonly string[] = []
  const bareS = await seconds(async () => {
    headings = await runBareLoop()
  })
  const stages = new Map<string, number>()
  let last = { stage: 'read', at: performance.now() }
  const indexS = await seconds(() =>
    indexDocs(options, (stage) => {
      if (stage === last.stage) return
      stages.set(last.stage, (performance.now() - last.at) / 1_000)
      last = { stage, at: performance.now() }
    }),
  )
  const againS = await seconds(() => indexDocs(options, () => {}))
  const facts = await findCurrentIndex(options.index)
  if (!facts) throw new Error('there is no index')
  const bytes = await measureDirectory(join(options.index, facts.directory))
  say(`passages                     ${facts.chunks}`)
  say(`bare loop                    ${bareS.toFixed(1)} s`)
  say(
    `index-docs                   ${indexS.toFixed(1)} s, ${(indexS / bareS).toFixed(2)} of the loop (${[...stages].map(([stage, took]) => `${stage} ${took.toFixed(1)}`).join(', ')})`,
  )
  say(`index-docs, nothing changed  ${againS.toFixed(2)} s`)
  say(`index                        ${Math.round(bytes / facts.chunks)} bytes a passage`)
  say(`memory, indexing             ${peakMb()} MB at most`)
  const every = Math.max(Math.floor(headings.length / Number(values.questions)), 1)
  const asked = headings.filter((_, i) => i % every === 0).slice(0, Number(values.questions))
  await writeFile(join(folder, 'questions.json'), JSON.stringify(asked))
  execFileSync(process.execPath, [import.meta.filename, '--search', folder, '--embedder', values.embedder], {
    stdio: 'inherit',
  })
}

try {
  if (values.search === undefined) await measureAll()
  else
    await measureSearch(
      join(values.search, 'index'),
      JSON.parse(await readFile(join(values.search, 'questions.json'), 'utf8')) as readonly string[],
    )
} finally {
  await rm(folder, { recursive: true, force: true })
}
