import { stemWords } from '../stem-words.ts'
import type { FoundRow, StoredChunk } from '../store/chunk-table.ts'

export type FoundBy = 'text' | 'vector'

/** Both lists, best first, and the mean cosine of the corpus with the question. */
export type Found = Readonly<{
  text: readonly FoundRow[]
  vector: readonly FoundRow[]
  meanCosine: number
}>

/** What a question asks for. */
export type Asked = Readonly<{
  /** Its stems without stop words, in order. */
  stems: readonly string[]
  identifiers: readonly string[]
  /** How much a stem says: little where half of the corpus has it. */
  weigh(stem: string): number
  /** Whether the corpus has a stem. */
  isKnown(stem: string): boolean
  /** Whether it names something that neither the corpus nor the language has: a product, a person, a method of others. */
  hasForeignName: boolean
  /** How near each part of the question is to something in a text, in [0, 1]; undefined where the model can't say. */
  compare?: (text: string) => number
}>

/** What speaks for a chunk. All signs lie in [0, 1]. */
export type Signs = Readonly<{
  /** BM25, as a share of the best. */
  text: number
  /** Cosine, as a share of the way from the corpus's mean to the best. */
  vector: number
  /** Likeness of the chunk's own heading with the question, as bags of words, rare words counting more. */
  heading: number
  /** Share of the question's words that the heading path has, rare words counting more. */
  path: number
  /** Share of the question's words that the chunk has, rare words counting more. */
  cover: number
  /** Share of the question's neighbouring words that are neighbours in the chunk. */
  order: number
  /** The same as `cover` for the best line of the chunk. */
  sentence: number
  /** How near each token of the question is to its nearest token in the chunk, by the model. */
  soft: number
  /** Share of the question's identifiers that the chunk has whole. */
  identifier: number
  /** 1 for what stands above a page's first heading below its title: it names what the page then says. */
  opening: number
}>

export type Candidate = Readonly<{ chunk: StoredChunk; signs: Signs; foundBy: readonly FoundBy[] }>

/** Rows that are worth a closer look: the best by the two searches alone. */
const closelyRead = 30

/** A row with the signs that the two searches give it. */
export type Shortlisted = Readonly<{
  row: number
  text: number
  vector: number
  foundBy: readonly FoundBy[]
}>

/** The rows of both lists that are to be read, the best by the two searches first. */
export function shortlist({ text, vector, meanCosine }: Found): readonly Shortlisted[] {
  const bestText = text[0]?.score ?? 1
  const range = Math.max((vector[0]?.score ?? 1) - meanCosine, 1e-6)
  const candidates = new Map<number, { row: number; text: number; vector: number; foundBy: FoundBy[] }>()
  const add = ({ row }: FoundRow, by: FoundBy, share: number) => {
    const known = candidates.get(row) ?? { row, text: 0, vector: 0, foundBy: [] }
    known[by] = Math.max(share, 0)
    known.foundBy.push(by)
    candidates.set(row, known)
  }
  for (const found of text) add(found, 'text', found.score / bestText)
  for (const found of vector) add(found, 'vector', (found.score - meanCosine) / range)
  return [...candidates.values()]
    .sort((a, b) => b.text + b.vector - a.text - a.vector || a.row - b.row)
    .slice(0, closelyRead)
}

type Weigh = (word: string) => number

const weighAll = (words: Iterable<string>, weigh: Weigh) => {
  let sum = 0
  for (const word of words) sum += weigh(word)
  return sum
}

const shareOf = (words: ReadonlySet<string>, among: ReadonlySet<string>, weigh: Weigh) => {
  const all = weighAll(words, weigh)
  return all > 0
    ? weighAll(
        [...words].filter((word) => among.has(word)),
        weigh,
      ) / all
    : 0
}

/** Cosine of two sets of words as vectors of their weights. */
function likenessOf(a: ReadonlySet<string>, b: ReadonlySet<string>, weigh: Weigh): number {
  const square: Weigh = (word) => weigh(word) ** 2
  const length = Math.sqrt(weighAll(a, square) * weighAll(b, square))
  return length > 0
    ? weighAll(
        [...a].filter((word) => b.has(word)),
        square,
      ) / length
    : 0
}

const listNeighbours = (words: readonly string[]) =>
  new Set(words.slice(1).map((word, i) => `${words[i]} ${word}`))

type CloseSigns = Omit<Signs, 'text' | 'vector'>

function readClosely(chunk: StoredChunk, { stems, identifiers, weigh, compare }: Asked): CloseSigns {
  const asked = new Set(stems)
  const whole = chunk.searchText
  const path = new Set(stemWords(chunk.headingPath.join(' ')))
  const lines = whole
    .slice(whole.indexOf('\n') + 1)
    .split(/\n+|(?<=[.!?])\s+/)
    .map(stemWords)
  const body = lines.flat()
  const lower = whole.toLowerCase()
  const held = identifiers.filter((name) => lower.includes(name)).length
  return {
    heading: likenessOf(new Set(stemWords(chunk.headingPath.at(-1) ?? '')), asked, weigh),
    path: shareOf(asked, path, weigh),
    cover: shareOf(asked, new Set([...path, ...body]), weigh),
    order: shareOf(listNeighbours(stems), listNeighbours(body), () => 1),
    sentence: Math.max(0, ...lines.map((line) => shareOf(asked, new Set(line), weigh))),
    soft: compare?.(whole) ?? 0,
    identifier: identifiers.length > 0 ? held / identifiers.length : 0,
    opening: chunk.headingPath.length > 1 ? 0 : 1,
  }
}

/** The chunks of a shortlist, in its order, with their signs. */
export const readSigns = (
  asked: Asked,
  listed: readonly Shortlisted[],
  chunks: readonly StoredChunk[],
): readonly Candidate[] =>
  chunks.map((chunk, i) => {
    const { text, vector, foundBy } = listed[i] as Shortlisted
    return { chunk, signs: { text, vector, ...readClosely(chunk, asked) }, foundBy }
  })
