import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import { type CanonicalRows, mergeRows } from '../../exports/canonical-rows.ts'
import type { ExportUnit } from '../../exports/find-units.ts'
import { recogniseExport } from '../../exports/recognise.ts'
import type { Source } from '../manifest.ts'
import type { Chunk } from './chunks.ts'
import { toDamagedFile } from './damaged-files.ts'
import { kindSteps, prepareChunks } from './kinds.ts'
import { openRows, type ReadSource } from './read-sources.ts'
import { toReadingPlace, type WorkSpace } from './work-space.ts'

/** A source ready to give the rows of any chunk. */
export type StagedSource = Readonly<{
  source: Source
  /** All its rows, where those of a chunk are picked out of them. */
  rows?: CanonicalRows
  /** Where its rows lie by chunk. */
  folder?: string
}>

/** The rows of a source that an earlier sync read. */
async function openAgain(space: WorkSpace, units: readonly ExportUnit[], { path, kind, id }: Source) {
  const unit = units.find((candidate) => candidate.path === path)
  if (!unit) throw new Error(`${path} is not in the drop folder`)
  const { relations } = await recogniseExport(toReadingPlace(space), unit)
  const relation = relations.find((candidate) => candidate.kind === kind)
  if (!relation) throw new Error(`${path} gives no ${kind}`)
  return openRows(space, id, relation)
}

/** A source that touches more chunks than these is laid out by chunk once, in place of being read for each. */
const mostReads = 3

/** Chunks laid out in one go: each has buffers of its own while a source is read. */
const chunksAtOnce = 50

/** Lays a source's rows out by chunk in the scratch folder. */
async function layOut(space: WorkSpace, { kind, id }: Source, sql: string, chunks: readonly number[]) {
  const folder = join(space.folder, `staged_${kind}_${id}`)
  for (let i = 0; i < chunks.length; i += chunksAtOnce) {
    const some = chunks.slice(i, i + chunksAtOnce)
    const [first = 0, last = first] = [some.at(0), some.at(-1)]
    await prepareChunks(space, kind, first, last)
    await space.engine.run(
      defineStatement(`COPY (
  SELECT * FROM (${kindSteps[kind].place(sql)})
  WHERE chunk BETWEEN ${first} AND ${last}
) TO ${quoteText(folder)} (
  FORMAT parquet,
  COMPRESSION snappy,
  PARTITION_BY (chunk),
  FILENAME_PATTERN 'b${i}_{i}',
  OVERWRITE_OR_IGNORE
)`),
    )
  }
  return folder
}

async function stageSource(
  space: WorkSpace,
  source: Source,
  rows: CanonicalRows,
  chunks: readonly number[],
): Promise<StagedSource> {
  if (chunks.length <= mostReads) return { source, rows }
  return { source, folder: await layOut(space, source, rows.sql, chunks) }
}

/** The SELECTs that together give the rows of one chunk, with their days, once `prepareChunks` has been called for it. */
export function selectChunk(kind: Kind, chunk: number, staged: readonly StagedSource[]): readonly string[] {
  const direct = mergeRows(staged.flatMap(({ rows }) => rows ?? [])).map(
    (sql) => `SELECT * EXCLUDE (chunk) FROM (${kindSteps[kind].place(sql)}) WHERE chunk = ${chunk}`,
  )
  const folders = staged
    .flatMap(({ folder }) => (folder ? [join(folder, `chunk=${chunk}`)] : []))
    .filter((folder) => existsSync(folder))
    .map((folder) => quoteText(join(folder, '*.parquet')))
  return folders.length > 0
    ? [...direct, `SELECT * FROM read_parquet([${folders.join(', ')}], hive_partitioning = false)`]
    : direct
}

export type Staged = Readonly<{
  sources: ReadonlyMap<number, StagedSource>
  /** Units that cannot be read, by path. */
  damaged: ReadonlyMap<string, AppError>
}>

/**
 * Makes the sources of the chunks ready. `read` has those just read; older ones are recognised again.
 */
export async function stageSources(
  space: WorkSpace,
  kind: Kind,
  chunks: readonly Chunk[],
  {
    sources,
    read,
    units,
  }: Readonly<{
    sources: readonly Source[]
    read: readonly ReadSource[]
    units: readonly ExportUnit[]
  }>,
  progress: Progress,
): Promise<Staged> {
  const fresh = new Map(read.map(({ source, rows }) => [source.id, rows]))
  const touched = new Map<number, number[]>()
  for (const { number, sources: ids } of chunks)
    for (const id of ids) touched.set(id, [...(touched.get(id) ?? []), number])
  const needed = sources.filter(({ id }) => touched.has(id))
  const staged = new Map<number, StagedSource>()
  const damaged = new Map<string, AppError>()
  for (const [i, source] of needed.entries()) {
    progress(`staging ${kind}`, i, needed.length, source.path)
    try {
      const rows = fresh.get(source.id) ?? (await openAgain(space, units, source))
      staged.set(source.id, await stageSource(space, source, rows, touched.get(source.id) ?? []))
    } catch (error) {
      damaged.set(source.path, toDamagedFile(space, source.path, error))
    }
  }
  progress(`staging ${kind}`, needed.length, needed.length)
  return { sources: staged, damaged }
}
