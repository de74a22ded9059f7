import type { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { Partition } from '../manifest.ts'
import { type Chunk, toDayChunks } from './chunks.ts'
import { DamagedFiles, isOutsideFile, toDamagedFile } from './damaged-files.ts'
import { kindSteps, prepareChunks } from './kinds.ts'
import { loadChunk } from './load-chunk.ts'
import type { ReadSource } from './read-sources.ts'
import { type Staged, type StagedSource, selectChunk } from './stage-sources.ts'
import type { WorkSpace } from './work-space.ts'
import { writeTable } from './write-table.ts'

/** Builds the tables of what is loaded in order; later ones may read earlier ones. */
async function writeTables(space: WorkSpace, kind: Kind): Promise<readonly Partition[]> {
  const partitions: Partition[] = []
  for (const table of kindSteps[kind].tables) partitions.push(...(await writeTable(space, table)))
  return partitions
}

/** What becomes of a chunk with the rows of one file alone: nothing, since it has none there; tables; or an error. */
async function tryAlone(
  space: WorkSpace,
  kind: Kind,
  chunk: Chunk,
  suspect: StagedSource,
): Promise<'no rows' | 'built' | AppError> {
  const { path } = suspect.source
  if (selectChunk(kind, chunk.number, [suspect]).length === 0) return 'no rows'
  try {
    await loadChunk(space, kind, chunk, [suspect])
  } catch (error) {
    return toDamagedFile(space, path, error)
  }
  const [found] = await space.engine.run(defineStatement('SELECT count(*) AS "rows" FROM loaded'))
  if (Number(found?.['rows']) === 0) return 'no rows'
  try {
    await writeTables(space, kind)
    return 'built'
  } catch (error) {
    return toDamagedFile(space, path, error, chunk.days)
  }
}

/**
 * The newly read files that keep a chunk from being built: those with which alone it fails, or else all that have rows of it.
 * Without any the failure is not theirs, and rises.
 */
async function findGuilty(
  space: WorkSpace,
  kind: Kind,
  chunk: Chunk,
  suspects: readonly StagedSource[],
  cause: unknown,
): Promise<ReadonlyMap<string, AppError>> {
  const guilty = new Map<string, AppError>()
  const involved = new Map<string, AppError>()
  for (const suspect of suspects) {
    const { path } = suspect.source
    const outcome = await tryAlone(space, kind, chunk, suspect)
    if (outcome === 'built') involved.set(path, toDamagedFile(space, path, cause, chunk.days))
    else if (outcome !== 'no rows') guilty.set(path, outcome)
  }
  if (guilty.size > 0) return guilty
  if (involved.size > 0) return involved
  throw cause
}

/** Whether a source has rows of the chunk; one that can't be read counts as having some. */
async function holdsRows(
  { engine }: WorkSpace,
  kind: Kind,
  { number, days }: Chunk,
  source: StagedSource,
): Promise<boolean> {
  const list = days.map((day) => `DATE ${quoteText(day)}`).join(', ')
  for (const sql of selectChunk(kind, number, [source])) {
    const found = await engine
      .run(defineStatement(`SELECT 1 FROM (${sql}) WHERE day IN (${list}) LIMIT 1`))
      .catch((error: unknown) => {
        if (isOutsideFile(error)) throw error
        return ['unreadable']
      })
    if (found.length > 0) return true
  }
  return false
}

/** The chunk without the sources that have no rows of it. */
async function toHeldChunk(
  space: WorkSpace,
  kind: Kind,
  chunk: Chunk,
  sources: readonly StagedSource[],
): Promise<Chunk> {
  const held: number[] = []
  for (const source of sources) if (await holdsRows(space, kind, chunk, source)) held.push(source.source.id)
  return { ...chunk, sources: held }
}

async function runInTurn<T, R>(items: readonly T[], work: (item: T) => Promise<readonly R[]>) {
  const results: R[] = []
  for (const item of items) results.push(...(await work(item)))
  return results
}

/**
 * Builds the chunks of one kind from what is staged.
 * Throws `DamagedFiles` with the newly read files (`read`) that keep chunks from being built.
 */
export async function buildChunks(
  space: WorkSpace,
  kind: Kind,
  chunks: readonly Chunk[],
  staged: Staged,
  read: readonly ReadSource[],
  progress: Progress,
): Promise<readonly Partition[]> {
  const fresh = new Set(read.map(({ source }) => source.id))
  const partitions: Partition[] = []
  const damaged = new Map<string, AppError>()
  const build = async (chunk: Chunk): Promise<readonly Partition[]> => {
    const sources = chunk.sources.flatMap((id) => staged.sources.get(id) ?? [])
    try {
      await prepareChunks(space, kind, chunk.number, chunk.number)
      await loadChunk(space, kind, chunk, sources)
      return await writeTables(space, kind)
    } catch (error) {
      if (isOutsideFile(error)) throw error
      const days = toDayChunks(chunk)
      if (days.length > 0) return runInTurn(days, build)
      const held = await toHeldChunk(space, kind, chunk, sources)
      if (held.sources.length < sources.length) return build(held)
      const suspects = sources.filter(({ source }) => fresh.has(source.id))
      for (const entry of await findGuilty(space, kind, chunk, suspects, error)) damaged.set(...entry)
      return []
    }
  }
  const total = chunks.reduce((sum, chunk) => sum + chunk.days.length, 0)
  let days = 0
  for (const chunk of chunks) {
    progress(`building ${kind}`, days, total)
    partitions.push(...(await build(chunk)))
    days += chunk.days.length
  }
  progress(`building ${kind}`, total, total)
  if (damaged.size > 0) throw new DamagedFiles(damaged)
  return partitions
}
