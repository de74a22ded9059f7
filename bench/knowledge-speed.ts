import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createEmbedders } from '../src/knowledge/embedding/embedders.ts'
import { findDocs } from '../src/knowledge/indexing/find-docs.ts'
import { indexDocs } from '../src/knowledge/indexing/index-docs.ts'
import { chunkDocument } from '../src/knowledge/markdown/chunk-document.ts'
import { findPassages } from '../src/knowledge/search/find-passages.ts'
import { openIndex } from '../src/knowledge/search/open-index.ts'
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

try {
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
  const { facts, open } = await openIndex(options.index, embedders)
  await open.embedder
  const every = Math.max(Math.floor(headings.length / Number(values.questions)), 1)
  const questions = headings.filter((_, i) => i % every === 0).slice(0, Number(values.questions))
  for (const question of questions.slice(0, 20)) await findPassages(open, question, { mode: 'both' })
  const times: number[] = []
  for (const question of questions)
    times.push(1_000 * (await seconds(() => findPassages(open, question, { mode: 'both' }))))
  await open.close()
  const bytes = await measureDirectory(join(options.index, facts.directory))
  say(`passages                     ${facts.chunks}`)
  say(`bare loop                    ${bareS.toFixed(1)} s`)
  say(
    `index-docs                   ${indexS.toFixed(1)} s, ${(indexS / bareS).toFixed(2)} of the loop (${[...stages].map(([stage, took]) => `${stage} ${took.toFixed(1)}`).join(', ')})`,
  )
  say(`index-docs, nothing changed  ${againS.toFixed(2)} s`)
  say(
    `search                       p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
  )
  say(`index                        ${Math.round(bytes / facts.chunks)} bytes a passage`)
  say(`memory                       ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
