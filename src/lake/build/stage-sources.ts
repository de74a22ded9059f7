import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { ExportUnit } from '../../exports/find-units.ts'
import { recogniseExport } from '../../exports/recognise.ts'
import type { Source } from '../manifest.ts'
import type { Chunk } from './chunks.ts'
import { toDamagedFile } from './damaged-files.ts'
import { kindSteps } from './kinds.ts'
import { openRelation, type ReadSource } from './read-sources.ts'
import { toReadingPlace, type WorkSpace } from './work-space.ts'

/** A source ready to give the rows of any chunk. */
export type StagedSource = Readonly<{ source: Source; selectChunk(chunk: number): string }>

/** The SELECT of a source that an earlier sync read. */
async function openAgain(space: WorkSpace, units: readonly ExportUnit[], { path, kind, id }: Source) {
  const unit = units.find((candidate) => candidate.path === path)
  if (!unit) throw new Error(`${path} is not in the drop folder`)
  const { relations } = await recogniseExport(toReadingPlace(space), unit)
  const relation = relations.find((candidate) => candidate.kind === kind)
  if (!relation) throw new Error(`${path} gives no ${kind}`)
  return openRelation(space, id, relation)
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
    await space.engine.run(
      defineStatement(`COPY (
  SELECT * FROM (${kindSteps[kind].place(sql)})
  WHERE chunk BETWEEN ${some.at(0)} AND ${some.at(-1)}
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
  sql: string,
  chunks: readonly number[],
): Promise<StagedSource> {
  const place = kindSteps[source.kind].place(sql)
  if (chunks.length <= mostReads) {
    return {
      source,
      selectChunk: (chunk) => `SELECT * EXCLUDE (chunk) FROM (${place}) WHERE chunk = ${chunk}`,
    }
  }
  const folder = await layOut(space, source, sql, chunks)
  return {
    source,
    selectChunk: (chunk) => {
      const own = join(folder, `chunk=${chunk}`)
      const files = quoteText(join(own, '*.parquet'))
      return existsSync(own)
        ? `SELECT * FROM read_parquet(${files}, hive_partitioning = false)`
        : `SELECT * EXCLUDE (chunk) FROM (${place}) WHERE FALSE`
    },
  }
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
  const fresh = new Map(read.map(({ source, sql }) => [source.id, sql]))
  const touched = new Map<number, number[]>()
  for (const { number, sources: ids } of chunks)
    for (const id of ids) touched.set(id, [...(touched.get(id) ?? []), number])
  const needed = sources.filter(({ id }) => touched.has(id))
  const staged = new Map<number, StagedSource>()
  const damaged = new Map<string, AppError>()
  for (const [i, source] of needed.entries()) {
    progress(`staging ${kind}`, i, needed.length)
    try {
      const sql = fresh.get(source.id) ?? (await openAgain(space, units, source))
      staged.set(source.id, await stageSource(space, source, sql, touched.get(source.id) ?? []))
    } catch (error) {
      damaged.set(source.path, toDamagedFile(space, source.path, error))
    }
  }
  progress(`staging ${kind}`, needed.length, needed.length)
  return { sources: staged, damaged }
}
