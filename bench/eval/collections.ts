import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A question with the documents that answer it, by file, and how well; `sources` are files that quote the question. */
export type Query = Readonly<{
  text: string
  relevant: ReadonlyMap<string, number>
  sources: ReadonlySet<string>
}>

export type Collection = Readonly<{ name: string; queries: readonly Query[] }>

type Doc = Readonly<{ id: string; title: string; text: string }>
type RawQuery = Readonly<{ id: string; text: string; sources?: readonly string[] }>

const readLines = <T>(path: string): readonly T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)

/** More questions of one collection than these make a run longer, not surer. */
const mostQueries = 800

const takeSpread = <T>(items: readonly T[]): readonly T[] => {
  const every = Math.max(items.length / mostQueries, 1)
  return items.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every))
}

/** A document as its writer would have saved it: its title is the first heading, unless its text begins with one. */
const toMarkdown = ({ title, text }: Doc) =>
  title === '' || /^\s*# /.test(text) ? text : `# ${title}\n\n${text}`

/**
 * Writes each document of a collection (`corpus.jsonl`, `queries.jsonl`, `qrels.tsv`) as a Markdown file to `docs` and gives
 * its judged questions. Undefined where the folder is absent.
 */
export async function openCollection(
  root: string,
  name: string,
  docs: string,
): Promise<Collection | undefined> {
  const folder = join(root, name)
  if (!existsSync(join(folder, 'corpus.jsonl'))) return undefined
  const files = new Map<string, string>()
  await mkdir(docs, { recursive: true })
  for (const [i, doc] of readLines<Doc>(join(folder, 'corpus.jsonl')).entries()) {
    const file = `${String(i).padStart(5, '0')}.md`
    files.set(doc.id, file)
    await writeFile(join(docs, file), toMarkdown(doc))
  }
  const judged = new Map<string, Map<string, number>>()
  for (const line of readFileSync(join(folder, 'qrels.tsv'), 'utf8').split('\n').slice(1)) {
    const [query = '', doc = '', score] = line.split('\t')
    const file = files.get(doc)
    if (!file || Number(score) <= 0) continue
    judged.set(query, (judged.get(query) ?? new Map()).set(file, Number(score)))
  }
  const queries = readLines<RawQuery>(join(folder, 'queries.jsonl')).flatMap(({ id, text, sources = [] }) => {
    const relevant = judged.get(id)
    return relevant
      ? [{ text, relevant, sources: new Set(sources.flatMap((doc) => files.get(doc) ?? [])) }]
      : []
  })
  return { name, queries: takeSpread(queries) }
}
