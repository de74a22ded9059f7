import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AppError, toErrorDetails } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Progress } from '../../core/progress.ts'
import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { CanonicalRows } from '../../exports/canonical-rows.ts'
import type { ExportUnit } from '../../exports/find-units.ts'
import { type RecognisedExport, type RecognisedRelation, recogniseExport } from '../../exports/recognise.ts'
import type { RejectedFile, Source } from '../manifest.ts'
import { isOutOfMemory, isOutsideFile, toDamagedFile } from './damaged-files.ts'
import { kindSteps, printDay, toDay } from './kinds.ts'
import { toReadingPlace, type WorkSpace } from './work-space.ts'

/** A source whose rows can be read. */
export type ReadSource = Readonly<{ source: Source; rows: CanonicalRows }>

export type ReadResult = Readonly<{ read: readonly ReadSource[]; rejected: readonly RejectedFile[] }>

/**
 * A relation's rows. What is costly to read, since it must be parsed or joined, is written to the scratch folder once and
 * read from there.
 */
export async function openRows(
  space: WorkSpace,
  id: number,
  relation: RecognisedRelation,
): Promise<CanonicalRows> {
  if (relation.straight) return relation
  const folder = join(space.folder, 'parsed')
  await mkdir(folder, { recursive: true })
  const file = quoteText(join(folder, `${id}.parquet`))
  await space.engine.run(
    defineStatement(`COPY (${relation.sql}) TO ${file} (FORMAT parquet, COMPRESSION snappy)`),
  )
  return { sql: `SELECT * FROM read_parquet(${file}, hive_partitioning = false)` }
}

/** What the rows of a source are counted by: its traces, and of logs their days. */
const groups: Readonly<Record<Kind, string>> = {
  spans: 'trace',
  logs: `trace, CASE WHEN ${kindSteps.logs.placeable} THEN ${toDay('"timestamp"')} END`,
}

/** Reads a source's rows once: how many there are of each trace, and from when on. Those that can't be placed have no start. */
const countRows = ({ engine }: WorkSpace, kind: Kind, id: number, sql: string) =>
  engine.run(
    defineStatement(`INSERT INTO arrived_traces
SELECT
  ${id},
  CASE WHEN ${kindSteps[kind].placeable} THEN trace_id END AS trace,
  min("timestamp") FILTER (WHERE ${kindSteps[kind].placeable}),
  count(*)
FROM (${sql})
GROUP BY ${groups[kind]}`),
  )

type Counts = Pick<Source, 'rows' | 'skippedRows' | 'days'>

/** Known when all are read: see `fillCounts`. */
const uncounted: Counts = { rows: 0, skippedRows: 0, days: [] }

/** Fills in how many rows each source has, and forgets those without a trace. */
async function fillCounts(
  { engine }: WorkSpace,
  read: readonly ReadSource[],
): Promise<readonly ReadSource[]> {
  const found = await engine.run(
    defineStatement(`SELECT source, ${printDay(toDay('"start"'))} AS day, sum("rows")::BIGINT AS "rows"
FROM arrived_traces
GROUP BY source, day
ORDER BY source, day`),
  )
  await engine.run(defineStatement('DELETE FROM arrived_traces WHERE trace_id IS NULL'))
  const bySource = Map.groupBy(found, (row) => Number(row['source']))
  return read.map(({ source, rows }) => {
    const counted = (bySource.get(source.id) ?? []).map((row) => ({
      day: row['day'],
      rows: Number(row['rows']),
    }))
    const days = counted.flatMap(({ day, rows: count }) =>
      typeof day === 'string' ? [{ day, rows: count }] : [],
    )
    const counts: Counts = {
      rows: sumRows(counted),
      skippedRows: sumRows(counted) - sumRows(days),
      days: source.kind === 'logs' ? days : [],
    }
    return { source: { ...source, ...counts }, rows }
  })
}

const sumRows = (counted: readonly Readonly<{ rows: number }>[]) =>
  counted.reduce((sum, { rows }) => sum + rows, 0)

/** Notes which traces, or for logs which days, a relation's rows touch. */
async function readRelation(
  space: WorkSpace,
  { unit: { path, size, mtimeMs, stamp }, layout }: RecognisedExport,
  relation: RecognisedRelation,
  id: number,
): Promise<ReadSource> {
  const rows = await openRows(space, id, relation)
  await countRows(space, relation.kind, id, rows.sql)
  return { source: { path, size, mtimeMs, stamp, layout, kind: relation.kind, id, ...uncounted }, rows }
}

async function readUnit(space: WorkSpace, unit: ExportUnit, firstId: number): Promise<readonly ReadSource[]> {
  const recognised = await recogniseExport(toReadingPlace(space), unit)
  const read: ReadSource[] = []
  for (const [i, relation] of recognised.relations.entries()) {
    read.push(
      await readRelation(space, recognised, relation, firstId + i).catch((error: unknown) => {
        throw toDamagedFile(space, unit.path, error)
      }),
    )
  }
  return read
}

/** Of a unit's relations those with rows; one, where none has any, so that it is known to be read. */
function dropEmpty(read: readonly ReadSource[]): readonly ReadSource[] {
  const byPath = Map.groupBy(read, ({ source }) => source.path)
  return [...byPath.values()].flatMap((relations) => {
    const filled = relations.filter(({ source }) => source.rows > 0)
    return filled.length > 0 ? filled : relations.slice(0, 1)
  })
}

function toRejectedFile(
  space: WorkSpace,
  { path, size, mtimeMs, stamp }: ExportUnit,
  error: unknown,
): RejectedFile {
  const { message, next } = toErrorDetails(error)
  const needsMemory = error instanceof Error && isOutOfMemory(error.cause)
  return {
    path,
    size,
    mtimeMs,
    stamp,
    reason: message,
    next: next ?? 'Remove the file.',
    ...(needsMemory && { memoryLimitMb: space.memoryLimitMb }),
  }
}

/** No unit gives more relations than there are kinds. */
export const idsPerUnit = Object.keys(kindSteps).length

/**
 * Recognises and reads each unit; one that fails is set aside with its reason and the others go on.
 * `damaged` names units that failed later in an earlier pass, with that error; `firstId` is the first source id to give.
 */
export async function readSources(
  space: WorkSpace,
  units: readonly ExportUnit[],
  { damaged, firstId }: Readonly<{ damaged: ReadonlyMap<string, AppError>; firstId: number }>,
  log: Log,
  progress: Progress,
): Promise<ReadResult> {
  const read: ReadSource[] = []
  const rejected: RejectedFile[] = []
  for (const [i, unit] of units.entries()) {
    try {
      const known = damaged.get(unit.path)
      if (known) throw known
      progress('reading exports', i, units.length, unit.path)
      read.push(...(await readUnit(space, unit, firstId + i * idsPerUnit)))
    } catch (error) {
      if (isOutsideFile(error)) throw error
      const cause = error instanceof Error && error.cause ? String(error.cause) : ''
      log.info(`set aside ${unit.path}: ${toErrorDetails(error).message} ${cause}`)
      rejected.push(toRejectedFile(space, unit, error))
    }
  }
  progress('reading exports', units.length, units.length)
  return { read: dropEmpty(await fillCounts(space, read)), rejected }
}
