import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { noProgress } from '../src/core/progress.ts'
import { createEmbedders } from '../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../src/knowledge/indexing/index-docs.ts'
import { type Findings, search } from '../src/knowledge/search/find-passages.ts'
import { openIndex } from '../src/knowledge/search/open-index.ts'
import { pickHits } from '../src/knowledge/search/pick-hits.ts'
import { defaultWeights, rankPassages, type Weights } from '../src/knowledge/search/rank-passages.ts'
import { openCollection } from './eval/collections.ts'
import { mean, scoreRanking } from './eval/metrics.ts'
import { isRight, readQuestions } from './eval/question-set.ts'

/**
 * Finds weights for the ranking: `node bench/tune-ranking.ts`. It looks at the tuning half of the question set and at the
 * collections of `--sets` only; what the goals are measured on it never sees.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/retrieval' },
    sets: { type: 'string', default: 'otel-links' },
    rounds: { type: 'string', default: '3' },
  },
})

type Measure = (weights: Weights) => number
const root = await mkdtemp(join(tmpdir(), 'parquetry-tune-'))
const embedders = createEmbedders('bundled', join(root, 'models'))

async function openOwn(): Promise<Measure> {
  const docs = resolve(import.meta.dirname, '../docs-corpus')
  const index = join(root, 'own')
  await indexDocs({ docs: [{ name: '', folder: docs }], index, embedders }, noProgress)
  const { open } = await openIndex(index, embedders)
  const questions = readQuestions(docs, 'tuning').filter(({ places }) => places.length > 0)
  const findings: Findings[] = []
  for (const { question } of questions) findings.push(await search(open, question, { mode: 'both' }))
  await open.close()
  return (weights) =>
    mean(
      findings.map(({ asked, candidates }, i) => {
        const hits = pickHits(rankPassages(asked, candidates, weights), 10)
        const rank = hits.findIndex(({ chunk }) => isRight(chunk, questions[i]?.places ?? []))
        return rank === -1 ? 0 : 1 / (rank + 1)
      }),
    )
}

async function openSet(name: string): Promise<Measure> {
  const docs = join(root, name, 'docs')
  const collection = await openCollection(resolve(values.data), name, docs)
  if (!collection) throw new Error(`${name} is not in ${values.data}`)
  const index = join(root, name, 'index')
  await indexDocs({ docs: [{ name: '', folder: docs }], index, embedders }, noProgress)
  const { open } = await openIndex(index, embedders)
  const findings: Findings[] = []
  for (const { text } of collection.queries) findings.push(await search(open, text, { mode: 'both' }))
  await open.close()
  return (weights) =>
    mean(
      findings.map(({ asked, candidates }, i) => {
        const query = collection.queries[i]
        const files = [...new Set(rankPassages(asked, candidates, weights).map(({ chunk }) => chunk.file))]
        return scoreRanking(
          files.filter((file) => !query?.sources.has(file)),
          query?.relevant ?? new Map(),
        ).ndcg
      }),
    )
}

const print = (weights: Weights) =>
  Object.entries(weights)
    .map(([name, weight]) => `${name}: ${Number(weight.toFixed(3))}`)
    .join(', ')

const factors = [0, 0.5, 0.75, 1.33, 2]
/** What a weight of zero is tried with. */
const smallest = 0.05

/** Coordinate ascent: one weight at a time, as long as it helps. */
async function tune(measures: readonly Measure[]): Promise<void> {
  const scoreOf = (weights: Weights) => mean(measures.map((measure) => measure(weights)))
  let best = defaultWeights
  let score = scoreOf(best)
  const show = () =>
    process.stdout.write(
      `${score.toFixed(4)} (${measures.map((measure) => measure(best).toFixed(3)).join(', ')})  ${print(best)}\n`,
    )
  show()
  for (let round = 0; round < Number(values.rounds); round++) {
    const before = score
    for (const name of Object.keys(best) as (keyof Weights)[]) {
      for (const factor of factors) {
        const weight = best[name] === 0 ? smallest * factor : best[name] * factor
        const candidate = { ...best, [name]: weight }
        const found = scoreOf(candidate)
        if (found > score + 1e-4) [best, score] = [candidate, found]
      }
    }
    show()
    if (score - before < 1e-3) break
  }
}

try {
  const measures = [await openOwn()]
  for (const name of values.sets.split(',').filter(Boolean)) measures.push(await openSet(name))
  await tune(measures)
} finally {
  await rm(root, { recursive: true, force: true })
}
