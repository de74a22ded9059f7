import { mkdir } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type AppError, toErrorDetails } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Progress } from '../core/progress.ts'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement } from '../engine/engine.ts'
import type { ExportUnit } from '../exports/find-units.ts'
import { isUsableTime } from '../exports/values/times.ts'
import { type RecognisedExport, recogniseExport } from '../exports/recognise.ts'
import { isOutOfMemory, isOutsideFile, toDamagedFile } from './damaged-files.ts'
import type { RejectedFile, Source } from './manifest.ts'
import { toReadingPlace, type WorkSpace } from './work-space.ts'

/** A source whose rows can be read, with the relation that gives them. */
export type ReadSource = Readonly<{ source: Source; sql: string }>

export type ReadResult = Readonly<{ read: readonly ReadSource[]; rejected: readonly RejectedFile[] }>

const hasTime = isUsableTime('"timestamp"')

/** Rows that can be placed: spans need both ids and a time, log records a time. */
export const placeable = {
  spans: `trace_id IS NOT NULL AND span_id IS NOT NULL AND ${hasTime}`,
  logs: hasTime,
} as const

const dayOf = (time: string) => `strftime(${time}, '%Y-%m-%d')`

/** Counts a source's rows and notes which traces, or for logs which days, it touches. Reads the whole columns, so damage shows here. */
async function readSource(
  space: WorkSpace,
  { unit: { path, size, mtimeMs, stamp }, layout }: RecognisedExport,
  { kind, sql }: RecognisedExport['relations'][number],
): Promise<Source> {
  const counts = `SELECT count(*) AS "rows", count(*) FILTER (NOT (${placeable[kind]})) AS skipped FROM (${sql})`
  const [row] = await space.engine.run(defineStatement(counts))
  const base = {
    path,
    size,
    mtimeMs,
    stamp,
    layout,
    kind,
    rows: Number(row?.['rows']),
    skippedRows: Number(row?.['skipped']),
  }
  if (kind === 'logs') {
    const days = await space.engine.run(
      defineStatement(
        `SELECT DISTINCT ${dayOf('"timestamp"')} AS day FROM (${sql}) WHERE ${placeable.logs} ORDER BY day`,
      ),
    )
    return { ...base, days: days.map(({ day }) => String(day)) }
  }
  const index = `index/${randomUUID()}.parquet`
  await mkdir(join(space.lakeDir, 'index'), { recursive: true })
  await space.engine.run(
    defineStatement(`COPY (
  SELECT trace_id, min("timestamp") AS "start"
  FROM (${sql})
  WHERE ${placeable.spans}
  GROUP BY trace_id
  ORDER BY trace_id
) TO ${quoteText(join(space.lakeDir, index))} (FORMAT parquet, COMPRESSION zstd)`),
  )
  return { ...base, index, days: [] }
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

/**
 * Recognises and reads each file; one that fails is set aside with its reason and the others go on.
 * `damaged` names files that failed later in an earlier pass, with that error.
 */
export async function readSources(
  space: WorkSpace,
  files: readonly ExportUnit[],
  damaged: ReadonlyMap<string, AppError>,
  log: Log,
  progress: Progress,
): Promise<ReadResult> {
  const read: ReadSource[] = []
  const rejected: RejectedFile[] = []
  for (const [i, file] of files.entries()) {
    progress('reading exports', i, files.length)
    try {
      const known = damaged.get(file.path)
      if (known) throw known
      const recognised = await recogniseExport(toReadingPlace(space), file)
      const found: ReadSource[] = []
      for (const relation of recognised.relations) {
        const source = await readSource(space, recognised, relation).catch((error: unknown) => {
          throw toDamagedFile(space, file.path, error)
        })
        found.push({ source, sql: relation.sql })
      }
      read.push(...found)
    } catch (error) {
      if (isOutsideFile(error)) throw error
      const cause = error instanceof Error && error.cause ? String(error.cause) : ''
      log.info(`set aside ${file.path}: ${toErrorDetails(error).message} ${cause}`)
      rejected.push(toRejectedFile(space, file, error))
    }
  }
  progress('reading exports', files.length, files.length)
  return { read, rejected }
}
