import { stemWords } from '../stem-words.ts'
import type { CorrectedQuestion } from './correct-words.ts'
import { findIdentifiers } from './find-identifiers.ts'
import type { OpenIndex } from './open-index.ts'
import { type RankedChunk, rankPassages, type Weights } from './rank-passages.ts'
import { type Asked, type Candidate, readSigns } from './read-signs.ts'

/** Chunks that each of the two searches gives to the ranking. */
const mostFound = 100

/** Which searches take part. */
export type Mode = 'text' | 'vectors' | 'both'

/** A question as it was understood, with what the searches found for it. */
export type Findings = Readonly<{ corrected: CorrectedQuestion; asked: Asked; candidates: readonly Candidate[] }>

const multiply = (a: Float32Array, b: Float32Array) => {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
}

/** The vector of a question; undefined where it has no content. */
async function embedQuestion({ embedder }: OpenIndex, question: string): Promise<Float32Array | undefined> {
  const [vector] = await (await embedder).embed([question], 'query')
  return vector?.some((value) => value !== 0) ? vector : undefined
}

async function toAsked({ corpus, embedder }: OpenIndex, question: string): Promise<Asked> {
  const weigh = (stem: string) => Math.log(1 + corpus.passages / (1 + (corpus.stems.get(stem) ?? 0)))
  const compare = await embedder.then(
    (loaded) => loaded.compare?.(question),
    () => undefined,
  )
  return {
    stems: stemWords(question),
    identifiers: findIdentifiers(question),
    weigh,
    ...(compare && { compare }),
  }
}

/** What the searches find for a question, in which misspelt words are corrected first. */
export async function search(index: OpenIndex, question: string, mode: Mode): Promise<Findings> {
  const corrected = (await index.speller).correct(question)
  const vector = mode === 'text' ? undefined : await embedQuestion(index, corrected.text)
  const [text, near] = await Promise.all([
    mode === 'vectors' ? [] : index.table.findByText(corrected.text, mostFound),
    vector ? index.table.findByVector(vector, mostFound) : [],
  ])
  const meanCosine = vector ? multiply(vector, index.corpus.background) : 0
  const asked = await toAsked(index, corrected.text)
  return { corrected, asked, candidates: readSigns(asked, { text, vector: near, meanCosine }) }
}

/** The passages that fit a question, best first. */
export async function findPassages(
  index: OpenIndex,
  question: string,
  { mode, weights }: Readonly<{ mode: Mode; weights?: Weights }>,
): Promise<readonly RankedChunk[]> {
  const { asked, candidates } = await search(index, question, mode)
  return rankPassages(asked, candidates, weights)
}
