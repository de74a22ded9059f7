import { multiply } from '../embedding/vectors.ts'
import { isStopWord, splitWords, stemWord, stemWords } from '../stem-words.ts'
import type { CorrectedQuestion } from './correct-words.ts'
import { findIdentifiers } from './find-identifiers.ts'
import type { OpenIndex } from './open-index.ts'
import { type RankedChunk, rankPassages, type Weights } from './rank-passages.ts'
import { type Asked, type Candidate, type Found, readSigns, shortlist } from './read-signs.ts'
import { weighEvidence } from './weigh-evidence.ts'

/** Chunks that each of the two searches gives to the ranking. */
const mostFound = 100

/** Which searches take part. */
export type Mode = 'text' | 'vectors' | 'both'

/** How a question is searched: in which way, and whether only in files that have `path` in their names. */
export type SearchOptions = Readonly<{ mode: Mode; path?: string | undefined }>

/** A question as it was understood, with what the searches found for it. */
export type Findings = Readonly<{
  corrected: CorrectedQuestion
  asked: Asked
  found: Found
  candidates: readonly Candidate[]
}>

/** The passages that fit a question, best first, and how much speaks for their answering it (see `weighEvidence`). */
export type Answer = Findings & Readonly<{ ranked: readonly RankedChunk[]; evidence: number }>

/** The model could not make a vector of a question: it can be asked again by full text. */
export class EmbeddingFailed extends Error {}

/** The vector of a question; undefined where it has no content. */
async function embedQuestion({ embedder }: OpenIndex, question: string): Promise<Float32Array | undefined> {
  try {
    const [vector] = await (await embedder).embed([question], 'query')
    return vector?.some((value) => value !== 0) ? vector : undefined
  } catch (error) {
    throw new EmbeddingFailed(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Letters of a word that may name something. */
const shortestName = 3

/** With `mode` text the embedder is not waited for: it may be the reason why there are no vectors. */
async function toAsked({ corpus, embedder }: OpenIndex, question: string, mode: Mode): Promise<Asked> {
  const weigh = (stem: string) => Math.log(1 + corpus.passages / (1 + (corpus.stems.get(stem) ?? 0)))
  const model = mode === 'text' ? undefined : await embedder
  const compare = model?.compare?.(question)
  const isName = (word: string) =>
    model?.isWord?.(word) === false &&
    word.length >= shortestName &&
    !/\d/.test(word) &&
    !isStopWord(word) &&
    !corpus.stems.has(stemWord(word))
  return {
    hasForeignName: splitWords(question).some(isName),
    stems: stemWords(question),
    identifiers: findIdentifiers(question),
    weigh,
    isKnown: (stem) => corpus.stems.has(stem),
    ...(compare && { compare }),
  }
}

/** The question without its stop words, of which the index knows fewer; as it is, where nothing else is left. */
function toSearchWords(question: string): string {
  const words = question
    .split(/\s+/)
    .filter((word) => !isStopWord(word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')))
  return words.length > 0 ? words.join(' ') : question
}

/** What the searches find for a question, in which misspelt words are corrected first. */
export async function search(
  index: OpenIndex,
  question: string,
  { mode, path }: SearchOptions,
): Promise<Findings> {
  const speller = mode === 'text' ? index.plainSpeller : await index.speller
  const corrected = speller.correct(question)
  const vector = mode === 'text' ? undefined : await embedQuestion(index, corrected.text)
  const [text, near] = await Promise.all([
    mode === 'vectors' ? [] : index.table.findByText(toSearchWords(corrected.text), mostFound, path),
    vector ? index.table.findByVector(vector, mostFound, path) : [],
  ])
  const meanCosine = vector ? multiply(vector, index.corpus.background) : 0
  const asked = await toAsked(index, corrected.text, mode)
  const found = { text, vector: near, meanCosine }
  const listed = shortlist(found)
  const chunks = await index.table.read(listed.map(({ row }) => row))
  return { corrected, asked, found, candidates: readSigns(asked, listed, chunks) }
}

/** Answers a question with passages. */
export async function findPassages(
  index: OpenIndex,
  question: string,
  { mode, path, weights }: SearchOptions & Readonly<{ weights?: Weights }>,
): Promise<Answer> {
  const findings = await search(index, question, { mode, path })
  const ranked = rankPassages(findings.asked, findings.candidates, weights)
  return { ...findings, ranked, evidence: weighEvidence(findings, ranked, mode !== 'text') }
}
