import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Progress } from '../../core/progress.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { ChunkRow } from '../store/chunk-table.ts'
import type { Drafts } from './chunk-docs.ts'

/** Rows that are embedded and written in one go. */
const batch = 2_048

/** Texts of a batch that have no vector yet, each once. */
async function embedMissing(
  rows: readonly Omit<ChunkRow, 'vector'>[],
  known: ReadonlyMap<string, Float32Array>,
  embedder: Embedder,
): Promise<ReadonlyMap<string, Float32Array>> {
  const missing = new Map(
    rows.filter(({ hash }) => !known.has(hash)).map(({ hash, searchText }) => [hash, searchText]),
  )
  if (missing.size === 0) return new Map()
  const vectors = await embedder.embed([...missing.values()], 'passage')
  return new Map([...missing.keys()].map((hash, i) => [hash, vectors[i] ?? new Float32Array()]))
}

/** The rows with their vectors, batch by batch: known ones by hash, the rest from the embedder. */
export async function* embedRows(
  { rows: drafts, toSearchText }: Drafts,
  known: ReadonlyMap<string, Float32Array>,
  embedder: Embedder,
  progress: Progress,
): AsyncGenerator<readonly ChunkRow[]> {
  for (let start = 0; start < drafts.length; start += batch) {
    const rows = drafts
      .slice(start, start + batch)
      .map((draft) => ({ ...draft, searchText: toSearchText(draft) }))
    const fresh = await embedMissing(rows, known, embedder)
    progress('embed', start + rows.length, drafts.length)
    yield rows.map((row) => ({
      ...row,
      vector: known.get(row.hash) ?? fresh.get(row.hash) ?? new Float32Array(),
    }))
    await nextTurn()
  }
}
