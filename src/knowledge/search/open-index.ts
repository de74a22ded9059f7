import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toCommand } from '../../core/command.ts'
import { AppError } from '../../core/errors.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Embedders } from '../embedding/embedders.ts'
import { type ChunkTable, openChunkTable } from '../store/chunk-table.ts'
import { type CorpusFacts, readCorpusFacts } from '../store/corpus-facts.ts'
import { type CurrentIndex, findCurrentIndex, modelFolder } from '../store/current-index.ts'
import { createSpeller, type Speller } from './correct-words.ts'

/** An index that can be asked. The embedder loads by itself and is there when its promise is settled. */
export type OpenIndex = Readonly<{
  corpus: CorpusFacts
  table: ChunkTable
  embedder: Promise<Embedder>
  speller: Promise<Speller>
  /** The speller to use as long as the embedder is not there: it takes no word for well spelt that the corpus lacks. */
  plainSpeller: Speller
  close(): Promise<void>
}>

/** What to say when there is no index that can be asked, with the command that makes one. */
export const noIndex = (message: string, cause?: unknown): AppError =>
  new AppError({ code: 'no_data', message, next: `Run \`${toCommand('index-docs')}\`.` }, { cause })

/** Opens the tables of an index directory for the model that they were made with, which stays the caller's to close. */
export async function openDirectory(directory: string, embedder: Promise<Embedder>): Promise<OpenIndex> {
  const [table, corpus] = await Promise.all([openChunkTable(directory), readCorpusFacts(directory)])
  const plainSpeller = createSpeller(corpus, () => false)
  return {
    corpus,
    table,
    embedder,
    plainSpeller,
    speller: embedder.then(
      ({ isWord }) => (isWord ? createSpeller(corpus, isWord) : plainSpeller),
      () => plainSpeller,
    ),
    close: async () => table.close(),
  }
}

/** Opens the index in force. Throws `no_data` when there is none, it is damaged or was made with another model. */
export async function openIndex(
  index: string,
  embedders: Embedders,
): Promise<Readonly<{ facts: CurrentIndex; open: OpenIndex }>> {
  const facts = await findCurrentIndex(index)
  if (!facts) throw noIndex('The documentation index can not be read.')
  const fingerprint = await embedders.fingerprint()
  if (facts.embedder !== fingerprint)
    throw noIndex(
      `The documentation index was built with ${facts.embedder}, this server uses ${fingerprint}.`,
    )
  const directory = join(index, facts.directory)
  const adapted = facts.adaptation.state === 'adapted' ? join(directory, modelFolder) : undefined
  if (adapted && !existsSync(adapted)) throw noIndex('The documentation index is incomplete.')
  const embedder = embedders.open(adapted)
  const closeEmbedder = () => embedder.then((loaded) => loaded.close()).catch(() => {})
  // Whoever needs it sees the failure; until then it must not end the process.
  embedder.catch(() => {})
  const tables = await openDirectory(directory, embedder).catch(async (error: unknown) => {
    await closeEmbedder()
    throw error
  })
  const open: OpenIndex = {
    ...tables,
    close: async () => {
      await tables.close()
      await closeEmbedder()
    },
  }
  if ((await open.table.count()) === facts.chunks) return { facts, open }
  await open.close()
  throw noIndex('The documentation index is incomplete.')
}
