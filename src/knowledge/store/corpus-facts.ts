import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { splitWords, stemWord } from '../stem-words.ts'

/** What is known of a corpus as a whole. */
export type CorpusFacts = Readonly<{
  passages: number
  /** Mean of the vectors of all passages: what a question's likeness is compared with. */
  background: Float32Array
  /** In how many passages each word occurs, as it is written, in lower case. */
  words: ReadonlyMap<string, number>
  /** The same by stem. */
  stems: ReadonlyMap<string, number>
}>

const corpusFactsFile = 'corpus.json'

const schema = z.object({
  passages: z.int(),
  background: z.array(z.number()),
  /** Each with its number of passages, as in `CorpusFacts`. */
  words: z.array(z.tuple([z.string(), z.int()])),
  stems: z.array(z.tuple([z.string(), z.int()])),
})

const count = (counts: Map<string, number>, names: Iterable<string>) => {
  for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Longer runs of letters and digits are keys or encoded data, which nobody types. */
const longestWord = 40

/** Counts what is known of a corpus while its rows pass by. */
export function createFactsGatherer(dimensions: number): Readonly<{
  add(rows: readonly Readonly<{ searchText: string; vector: Float32Array }>[]): void
  finish(): CorpusFacts
}> {
  const words = new Map<string, number>()
  const stems = new Map<string, number>()
  const sum = new Float64Array(dimensions)
  let passages = 0
  return {
    add: (rows) => {
      passages += rows.length
      for (const { searchText, vector } of rows) {
        const own = splitWords(searchText).filter(({ length }) => length <= longestWord)
        count(words, own)
        count(stems, own.map(stemWord))
        for (let k = 0; k < dimensions; k++) sum[k] = (sum[k] ?? 0) + (vector[k] ?? 0)
      }
    },
    finish: () => {
      const background = Float32Array.from(sum, (value) => value / Math.max(passages, 1))
      return { passages, background, words, stems }
    },
  }
}

export async function writeCorpusFacts(
  directory: string,
  { passages, background, words, stems }: CorpusFacts,
): Promise<void> {
  const text = JSON.stringify({ passages, background: [...background], words: [...words], stems: [...stems] })
  await writeFile(join(directory, corpusFactsFile), text)
}

/** Throws what the file system or the parser says when the file is missing or damaged. */
export async function readCorpusFacts(directory: string): Promise<CorpusFacts> {
  const text = await readFile(join(directory, corpusFactsFile), 'utf8')
  const { passages, background, words, stems } = schema.parse(JSON.parse(text))
  return { passages, background: Float32Array.from(background), words: new Map(words), stems: new Map(stems) }
}
