import type { AppError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { buildDay } from './build-day.ts'
import { DamagedFiles, toDamagedFile } from './damaged-files.ts'
import type { Partition, Source } from './manifest.ts'
import type { ReadSource } from './read-sources.ts'
import { hasStagedDay, loadDayLogs, loadDaySpans, stagedSources } from './stage-rows.ts'
import type { StaleDays } from './stale-days.ts'
import { logTables, spanTables } from './tables/tables.ts'
import type { WorkSpace } from './work-space.ts'

const steps = {
  spans: { tables: spanTables, load: loadDaySpans },
  logs: { tables: logTables, load: loadDayLogs },
} as const

type Kind = Source['kind']

async function loadAndBuild(space: WorkSpace, kind: Kind, day: string, only?: number) {
  await steps[kind].load(space, day, only)
  return buildDay(space, steps[kind].tables, day)
}

/**
 * The newly read files that keep a day from being built: those with which alone it fails, or else all of them.
 * Without any the day's failure is not theirs, and rises.
 */
async function findGuilty(
  space: WorkSpace,
  kind: Kind,
  day: string,
  { sources }: StaleDays,
  read: readonly ReadSource[],
  cause: unknown,
): Promise<DamagedFiles['files']> {
  const fresh = new Set(read.map(({ source }) => source.path))
  const suspects = stagedSources(space, kind, day, sources).filter(({ path }) => fresh.has(path))
  if (suspects.length === 0) throw cause
  const toEntry = (path: string, error: unknown) => [path, toDamagedFile(space, path, error, day)] as const
  const all = new Map(suspects.map(({ path }) => toEntry(path, cause)))
  const guilty = new Map<string, AppError>()
  for (const source of suspects) {
    await loadAndBuild(space, kind, day, sources.indexOf(source)).catch((error: unknown) =>
      guilty.set(...toEntry(source.path, error)),
    )
  }
  return guilty.size > 0 ? guilty : all
}

/**
 * Builds the stale days of one kind again from what is staged.
 * Throws `DamagedFiles` with the newly read files (`read`) that keep days from being built.
 */
export async function buildDays(
  space: WorkSpace,
  kind: Kind,
  stale: StaleDays,
  read: readonly ReadSource[],
  progress: Progress,
): Promise<readonly Partition[]> {
  const partitions: Partition[] = []
  const damaged = new Map<string, AppError>()
  for (const [i, day] of stale.days.entries()) {
    progress(`building ${kind}`, i, stale.days.length)
    if (!hasStagedDay(space, kind, day)) continue
    const built = await loadAndBuild(space, kind, day).catch(async (error: unknown) => {
      const guilty = await findGuilty(space, kind, day, stale, read, error)
      for (const [path, reason] of guilty) damaged.set(path, reason)
      return []
    })
    partitions.push(...built)
  }
  progress(`building ${kind}`, stale.days.length, stale.days.length)
  if (damaged.size > 0) throw new DamagedFiles(damaged)
  return partitions
}
