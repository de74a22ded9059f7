import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { noProgress } from '../src/core/progress.ts'
import { createEmbedders, type Embedders } from '../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../src/knowledge/indexing/index-docs.ts'
import { type Answer, findPassages, type Mode } from '../src/knowledge/search/find-passages.ts'
import { openIndex } from '../src/knowledge/search/open-index.ts'
import { pickHits } from '../src/knowledge/search/pick-hits.ts'
import { type Answerable, toAnswerable } from '../src/knowledge/search/weigh-evidence.ts'
import type { FoundRow } from '../src/knowledge/store/chunk-table.ts'
import { type Collection, openCollection } from './eval/collections.ts'
import { mean, percentile, type Scores, scoreRanking } from './eval/metrics.ts'
import { isRight, type Question, readQuestions } from './eval/question-set.ts'

/**
 * How good the answers of `knowledge` are: `npm run eval -- --embedder bundled --data ../shared/data/retrieval`. Documents go
 * through the whole pipeline: written as Markdown files, indexed, searched.
 */
const { values } = parseArgs({
  options: {
    embedder: { type: 'string', default: 'bundled' },
    /** Folder of test collections; those of `sets` that it lacks are left out. */
    data: { type: 'string', default: '../shared/data/retrieval' },
    sets: {
      type: 'string',
      default: 'anthropic-docs,otel-links,docsmcp-react,docsmcp-fastapi,dtc-faq,cranfield,cisi,med',
    },
    /** Half of the question set over our own corpus. */
    half: { type: 'string', default: 'tuning' },
    /** Whether each missed question is listed. */
    misses: { type: 'boolean', default: false },
  },
})

/** nDCG@10 of plain BM25 on whole documents, as published with the collections. */
const published: Readonly<Record<string, number>> = {
  'anthropic-docs': 0.702,
  'otel-links': 0.442,
  'docsmcp-react': 0.532,
  'docsmcp-fastapi': 0.905,
  'dtc-faq': 0.871,
  cranfield: 0.519,
  cisi: 0.396,
  med: 0.699,
}

type Opened = Awaited<ReturnType<typeof openIndex>>

const modes: readonly Mode[] = ['text', 'vectors', 'both']
const say = (text = '') => process.stdout.write(`${text}\n`)
const row = (...cells: readonly (string | number)[]) =>
  say(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell)).join(' | ')} |`)

async function withIndex<T>(
  docs: string,
  index: string,
  embedders: Embedders,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  await indexDocs({ docs: [{ name: '', folder: docs }], index, embedders }, noProgress)
  const opened = await openIndex(index, embedders)
  await opened.open.embedder
  return work(opened).finally(() => opened.open.close())
}

/** What our ranking is compared with, from the same two lists: each alone, and both by reciprocal rank (Cormack et al. 2009, k = 60). */
const systems = ['BM25', 'vectors', 'RRF', 'ours'] as const
type System = (typeof systems)[number]

const rrfDamping = 60

function fuseReciprocal(lists: readonly (readonly FoundRow[])[]): readonly FoundRow[] {
  const fused = new Map<number, number>()
  for (const list of lists)
    for (const [i, { row }] of list.entries())
      fused.set(row, (fused.get(row) ?? 0) + 1 / (rrfDamping + i + 1))
  return [...fused].map(([row, score]) => ({ row, score })).sort((a, b) => b.score - a.score)
}

async function listFiles(
  { table }: Opened['open'],
  { found, ranked }: Answer,
): Promise<Record<System, readonly string[]>> {
  const { text, vector } = found
  const toFiles = async (rows: readonly FoundRow[]) => {
    const chunks = await table.read(rows.map(({ row }) => row))
    return [...new Set(chunks.map(({ file }) => file))]
  }
  return {
    BM25: await toFiles(text),
    vectors: await toFiles(vector),
    RRF: await toFiles(fuseReciprocal([text, vector])),
    ours: [...new Set(ranked.map(({ chunk }) => chunk.file))],
  }
}

async function evaluate(
  { facts, open }: Opened,
  { name, queries }: Collection,
): Promise<Record<System, number>> {
  const times: number[] = []
  const scores: Record<System, Scores>[] = []
  for (const { text, relevant, sources } of queries) {
    const started = performance.now()
    const answer = await findPassages(open, text, { mode: 'both' })
    times.push(performance.now() - started)
    const files = await listFiles(open, answer)
    const score = (system: System) =>
      scoreRanking(
        files[system].filter((file) => !sources.has(file)),
        relevant,
      )
    scores.push({
      BM25: score('BM25'),
      vectors: score('vectors'),
      RRF: score('RRF'),
      ours: score('ours'),
    })
  }
  const ndcg = (system: System) => mean(scores.map((own) => own[system].ndcg))
  const { state, before, after } = facts.adaptation
  const gain =
    before === undefined || after === undefined ? '' : ` ${before.toFixed(2)} to ${after.toFixed(2)}`
  row(
    name,
    facts.chunks.toFixed(0),
    `${state}${gain}`,
    published[name] ?? '',
    ...systems.map(ndcg),
    mean(scores.map(({ ours }) => ours.recall)),
    mean(scores.map(({ ours }) => ours.reciprocal)),
    percentile(times, 0.5).toFixed(1),
  )
  return { BM25: ndcg('BM25'), vectors: ndcg('vectors'), RRF: ndcg('RRF'), ours: ndcg('ours') }
}

async function evaluateCollections(folder: string, embedders: Embedders): Promise<void> {
  row('set', 'passages', 'model', 'published BM25', ...systems, 'recall@10', 'MRR', 'p50 [ms]')
  row(...Array.from({ length: 11 }, () => '---'))
  const all: Record<System, number>[] = []
  for (const name of values.sets.split(',')) {
    const docs = join(folder, name, 'docs')
    const collection = await openCollection(resolve(values.data), name, docs)
    if (!collection) {
      say(`| ${name} | skipped: not in ${values.data} |`)
      continue
    }
    const index = join(folder, name, 'index')
    all.push(await withIndex(docs, index, embedders, (opened) => evaluate(opened, collection)))
  }
  row('mean', '', '', '', ...systems.map((system) => mean(all.map((ndcg) => ndcg[system]))))
}

type Outcome = Readonly<{ kind: string; rank: number; answerable: Answerable }>

const shareOf = <T>(items: readonly T[], isMeant: (item: T) => boolean) =>
  items.length > 0 ? items.filter(isMeant).length / items.length : 0

async function ask(
  { facts, open }: Opened,
  { id, kind, question, places }: Question,
  mode: Mode,
): Promise<Outcome> {
  const { ranked, evidence } = await findPassages(open, question, { mode })
  const hits = pickHits(ranked, 5)
  const found = hits.findIndex(({ chunk }) => isRight(chunk, places))
  const answerable = toAnswerable(evidence, facts.limits)
  if (values.misses && mode === 'both' && (places.length > 0 ? found !== 0 : answerable === 'yes'))
    say(
      `${found + 1} ${answerable} ${id} ${kind}: ${question}\n    wanted ${places.map((place) => `${place.file}:${place.startLine}`)}\n    got ${hits.map(({ chunk, score }) => `${chunk.file}:${chunk.startLine} ${score.toFixed(2)}`)}`,
    )
  return { kind, rank: found === -1 ? Infinity : found, answerable }
}

function reportOutcomes(mode: Mode, outcomes: readonly Outcome[]): void {
  const isAnswered = ({ kind }: Outcome) => kind !== 'foreign' && kind !== 'unanswered'
  const first = (own: readonly Outcome[]) => [1, 3, 5].map((most) => shareOf(own, ({ rank }) => rank < most))
  const words = (own: readonly Outcome[]) =>
    (['yes', 'weak', 'no'] as const).map((word) => shareOf(own, ({ answerable }) => answerable === word))
  const answered = outcomes.filter(isAnswered)
  row(mode, 'all with an answer', `${answered.length}`, ...first(answered), ...words(answered))
  if (mode !== 'both') return
  for (const [kind, own] of Map.groupBy(outcomes, (outcome) => outcome.kind)) {
    const ranks = own.some(isAnswered) ? first(own) : ['', '', '']
    row(mode, kind, `${own.length}`, ...ranks, ...words(own))
  }
}

async function evaluateQuestions(
  folder: string,
  embedders: Embedders,
  half: 'tuning' | 'test',
): Promise<void> {
  const docs = resolve(import.meta.dirname, '../docs-corpus')
  const questions = readQuestions(docs, half)
  await withIndex(docs, join(folder, 'own', 'index'), embedders, async (opened) => {
    const { chunks, adaptation, limits } = opened.facts
    say(
      `\nThe ${half} half over docs-corpus, ${chunks} passages, ${JSON.stringify({ adaptation, limits })}\n`,
    )
    say('| search | questions | number | right first | in three | in five | yes | weak | no |')
    say('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
    for (const mode of modes) {
      const outcomes: Outcome[] = []
      for (const question of questions) outcomes.push(await ask(opened, question, mode))
      reportOutcomes(mode, outcomes)
    }
  })
}

const folder = await mkdtemp(join(tmpdir(), 'parquetry-eval-'))
try {
  await mkdir(join(folder, 'own'), { recursive: true })
  const embedders = createEmbedders(values.embedder, join(folder, 'models'))
  say(`embedder ${await embedders.fingerprint()}\n`)
  if (values.sets !== '') await evaluateCollections(folder, embedders)
  if (values.half === 'tuning' || values.half === 'test')
    await evaluateQuestions(folder, embedders, values.half)
} finally {
  await rm(folder, { recursive: true, force: true })
}
