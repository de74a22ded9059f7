import { rm } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { ExportUnit } from '../../exports/find-units.ts'
import { type RecognisedExport, recogniseExport } from '../../exports/recognise.ts'
import { kindSteps } from '../build/kinds.ts'
import type { Manifest, Source } from '../manifest.ts'
import { copyWeight, toContent } from './fingerprint.ts'
import { assertOfFile, type VerifySpace } from './verify-space.ts'

/** What a source's rows are, read anew. */
export type SourceFacts = Readonly<{
  source: Source
  rows: number
  skippedRows: number
  /** Why it can't be read any more, if so. */
  failure?: string
}>

type Relation = RecognisedExport['relations'][number]

/** Placeable rows as hashes; the others as rows of NULL, to be counted. */
const inserts: Readonly<Record<Kind, (id: number, sql: string) => string>> = {
  spans: (id, sql) => `INSERT INTO exported_spans
SELECT ${id}, CASE WHEN ${kindSteps.spans.placeable} THEN hash(trace_id) END, hash(span_id), epoch_ns("timestamp"), ${copyWeight}, ${toContent('spans')}
FROM (${sql})`,
  logs: (id, sql) => `INSERT INTO exported_logs
SELECT ${id}, CASE WHEN trace_id IS NOT NULL THEN hash(trace_id) END, epoch_ns("timestamp"), CASE WHEN ${kindSteps.logs.placeable} THEN ${toContent('logs')} END
FROM (${sql})`,
}

const keys: Readonly<Record<Kind, string>> = { spans: 'trace', logs: 'content' }

async function readRelation(space: VerifySpace, source: Source, relation: Relation): Promise<SourceFacts> {
  const { kind, id } = source
  const table = `exported_${kind}`
  await space.run(inserts[kind](id, relation.sql))
  const [row] = await space.run(
    `SELECT count(*) AS "rows", count(*) FILTER (${keys[kind]} IS NULL) AS skipped FROM ${table} WHERE source = ${id}`,
  )
  await space.run(`DELETE FROM ${table} WHERE ${keys[kind]} IS NULL`)
  return { source, rows: Number(row?.['rows']), skippedRows: Number(row?.['skipped']) }
}

const toFailure = (error: unknown): string => {
  assertOfFile(error)
  return error instanceof AppError ? error.details.message : 'Its rows cannot be read.'
}

async function readSource(space: VerifySpace, source: Source, relations: readonly Relation[]) {
  const relation = relations.find(({ kind }) => kind === source.kind)
  const failed = (failure: string) => ({ source, rows: 0, skippedRows: 0, failure })
  if (!relation) return failed(`It gives no ${source.kind}.`)
  return readRelation(space, source, relation).catch((error: unknown) => failed(toFailure(error)))
}

/** Relations of a unit that have rows, and of which the manifest doesn't know. */
async function findUnnamed(
  space: VerifySpace,
  sources: readonly Source[],
  relations: readonly Relation[],
): Promise<readonly SourceFacts[]> {
  const unnamed = relations.filter((relation) => sources.every(({ kind }) => kind !== relation.kind))
  const facts: SourceFacts[] = []
  for (const { kind, sql } of unnamed) {
    const [row] = await space.run(`SELECT count(*) AS "rows" FROM (${sql})`)
    const failure = `its ${row?.['rows']} ${kind} are unknown to the manifest.`
    for (const source of Number(row?.['rows']) > 0 ? sources.slice(0, 1) : [])
      facts.push({ source, rows: 0, skippedRows: 0, failure })
  }
  return facts
}

/** Recognises a unit again and reads the sources that the manifest has of it. */
async function readUnit(
  space: VerifySpace,
  unit: ExportUnit,
  number: number,
  sources: readonly Source[],
): Promise<readonly SourceFacts[]> {
  const place = space.toPlace(number)
  try {
    const { relations } = await recogniseExport(place, unit)
    const facts: SourceFacts[] = []
    for (const source of sources) facts.push(await readSource(space, source, relations))
    return [...facts, ...(await findUnnamed(space, sources, relations))]
  } catch (error) {
    const failure = toFailure(error)
    return sources.map((source) => ({ source, rows: 0, skippedRows: 0, failure }))
  } finally {
    await rm(place.scratchDir, { recursive: true, force: true })
  }
}

/** Reads the exports that the manifest names as sources, each once and anew. */
export async function readExports(
  space: VerifySpace,
  manifest: Manifest,
  units: readonly ExportUnit[],
  progress: Progress,
): Promise<readonly SourceFacts[]> {
  const byPath = Map.groupBy(manifest.sources, ({ path }) => path)
  const wanted = units.filter(({ path }) => byPath.has(path))
  const facts: SourceFacts[] = []
  for (const [i, unit] of wanted.entries()) {
    progress('reading exports', i, wanted.length)
    facts.push(...(await readUnit(space, unit, i, byPath.get(unit.path) ?? [])))
  }
  progress('reading exports', wanted.length, wanted.length)
  return facts
}
