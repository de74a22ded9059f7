import type { Table } from '@lancedb/lancedb'
import type { Table as ArrowTable } from 'apache-arrow'
import { z } from 'zod'
import type { Chunk } from '../markdown/chunk-document.ts'

/** A chunk as it is stored. `searchText` is what is indexed, `hash` its SHA-256: equal hashes mean equal vectors. */
export type ChunkRow = Chunk &
  Readonly<{ id: string; file: string; searchText: string; hash: string; vector: Float32Array }>

export type StoredChunk = Omit<ChunkRow, 'hash' | 'vector'>

/** A row of the table with what the search says of it: BM25, or the cosine. */
export type FoundRow = Readonly<{ row: number; score: number }>

/** The stored chunks of one index directory. Searches give the best first, of files that have `path` in their names only. */
export interface ChunkTable {
  count(): Promise<number>
  findByText(question: string, limit: number, path?: string): Promise<FoundRow[]>
  findByVector(vector: Float32Array, limit: number, path?: string): Promise<FoundRow[]>
  /** The chunks of rows that a search gave, in the same order. */
  read(rows: readonly number[]): Promise<StoredChunk[]>
  readVectors(): Promise<Map<string, Float32Array>>
  close(): void
}

const tableName = 'chunks'

/** Loads the native module at its first use. It logs to standard error at level `warn` unless told before. */
function loadLanceDb() {
  process.env.LANCEDB_LOG ??= 'error'
  return import('@lancedb/lancedb')
}

/** What is stored of a chunk beside what is searched, as one text: to take a row costs by its columns. */
const chunkSchema = z.object({
  id: z.string(),
  file: z.string(),
  title: z.string(),
  headingPath: z.array(z.string()),
  startLine: z.int(),
  endLine: z.int(),
  anchor: z.string(),
  text: z.string(),
})

const toColumns = ({ searchText, hash, vector, ...chunk }: ChunkRow) => ({
  file: chunk.file,
  chunk: JSON.stringify(chunkSchema.parse(chunk)),
  searchText,
  hash,
  vector,
})

/** Best first; equals in the order of the table, so that the same question has the same answer each time. */
function toFound(rows: ArrowTable, column: string, toScore: (value: number) => number): FoundRow[] {
  const ids = rows.getChild('_rowid')
  const values = rows.getChild(column)
  const found = Array.from({ length: rows.numRows }, (_, i) => ({
    row: Number(ids?.get(i)),
    score: toScore(Number(values?.get(i))),
  }))
  return found.sort((a, b) => b.score - a.score || a.row - b.row)
}

/** A condition on the file's name, which the user gives, whatever it holds. */
const toCondition = (path: string) => `contains(lower(file), '${path.toLowerCase().replaceAll("'", "''")}')`

/** From so many vectors on a scan takes longer than a search in their partitions. */
const scannedUpTo = 20_000
/** Partitions that are searched: of 316, at 100,000 vectors. */
const probes = 24

/** Writes a table bit by bit, so that no more than a batch of rows is held. */
export interface ChunkWriter {
  add(rows: readonly ChunkRow[]): Promise<void>
  /** Makes the indices, once all rows are there. */
  finish(): Promise<void>
}

/** A new table in a directory. */
export async function createChunkWriter(directory: string, dimensions: number): Promise<ChunkWriter> {
  const [{ connect, Index, makeArrowTable }, arrow] = await Promise.all([
    loadLanceDb(),
    import('apache-arrow'),
  ])
  const item = new arrow.Field('item', new arrow.Float32(), false)
  const schema = new arrow.Schema([
    ...['file', 'chunk', 'searchText', 'hash'].map((name) => new arrow.Field(name, new arrow.Utf8(), false)),
    new arrow.Field('vector', new arrow.FixedSizeList(dimensions, item), false),
  ])
  const connection = await connect(directory)
  const table = await connection.createEmptyTable(tableName, schema)
  let written = 0
  return {
    add: async (rows) => {
      written += rows.length
      await table.add(makeArrowTable(rows.map(toColumns), { schema }))
    },
    finish: async () => {
      const config = Index.fts({ stem: true, asciiFolding: true, removeStopWords: true, withPosition: true })
      await table.createIndex('searchText', { config })
      if (written >= scannedUpTo) {
        const numPartitions = Math.round(Math.sqrt(written))
        await table.createIndex('vector', { config: Index.ivfFlat({ numPartitions, distanceType: 'dot' }) })
      }
      table.close()
      connection.close()
    },
  }
}

function toChunkTable(table: Table, MatchQuery: typeof import('@lancedb/lancedb').MatchQuery): ChunkTable {
  return {
    count: () => table.countRows(),
    findByText: async (question, limit, path) => {
      const query = table.query().fullTextSearch(new MatchQuery(question, 'searchText'))
      if (path !== undefined) query.where(toCondition(path))
      const rows = await query.select(['_rowid', '_score']).limit(limit).toArrow()
      return toFound(rows, '_score', (score) => score)
    },
    findByVector: async (vector, limit, path) => {
      const query = table.query().nearestTo(vector).column('vector').distanceType('dot').nprobes(probes)
      if (path !== undefined) query.where(toCondition(path))
      const rows = await query.select(['_rowid', '_distance']).limit(limit).toArrow()
      return toFound(rows, '_distance', (distance) => 1 - distance)
    },
    read: async (wanted) => {
      if (wanted.length === 0) return []
      const rows = await table.takeRowIds(wanted).select(['_rowid', 'chunk', 'searchText']).toArrow()
      const [ids, texts, searched] = ['_rowid', 'chunk', 'searchText'].map((name) => rows.getChild(name))
      const chunks = new Map(
        Array.from({ length: rows.numRows }, (_, i): [number, StoredChunk] => [
          Number(ids?.get(i)),
          { ...chunkSchema.parse(JSON.parse(String(texts?.get(i)))), searchText: String(searched?.get(i)) },
        ]),
      )
      return wanted.map((row) => {
        const chunk = chunks.get(row)
        if (!chunk) throw new Error(`row ${row} is missing`)
        return chunk
      })
    },
    readVectors: async () => {
      const rows: { hash: string; vector: Iterable<number> }[] = await table
        .query()
        .select(['hash', 'vector'])
        .toArray()
      return new Map(rows.map(({ hash, vector }) => [hash, Float32Array.from(vector)]))
    },
    close: () => table.close(),
  }
}

/** Opens the chunks of an index directory; rejects when they are missing or damaged. */
export async function openChunkTable(directory: string): Promise<ChunkTable> {
  const { connect, MatchQuery } = await loadLanceDb()
  const connection = await connect(directory)
  return toChunkTable(await connection.openTable(tableName), MatchQuery)
}
