import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '../core/progress.ts'
import { defineStatement, type Engine, type Statement } from '../engine/engine.ts'
import { planDays, type SampleDay, toPeriod } from './calendar.ts'
import { compileLogFile } from './logs/log-file.ts'
import { mosMacros } from './mos-macro.ts'
import { randomMacros } from './random-macros.ts'
import { checkSampleOptions, type SampleOptions } from './sample-options.ts'
import { compileSpanFile } from './spans/span-file.ts'
import { listDayStages } from './stages/day-stages.ts'
import { listWorldTables } from './world-tables.ts'

export type { SampleOptions } from './sample-options.ts'

/** What was written: the files in order of time, and how many rows they hold. */
export type SampleSummary = Readonly<{
  files: readonly string[]
  journeys: number
  spans: number
  logs: number
}>

const dropSchema = defineStatement('DROP SCHEMA IF EXISTS samples CASCADE')
const createSchema = defineStatement('CREATE SCHEMA samples')

async function runAll(
  engine: Engine,
  statements: readonly Statement[],
  onDone: () => void = () => {},
): Promise<void> {
  for (const statement of statements) {
    await engine.run(statement)
    onDone()
  }
}

/** COPY answers with the number of rows that it wrote. */
async function writeFile(engine: Engine, statement: Statement): Promise<number> {
  const [row] = await engine.run(statement)
  return Number(row?.Count ?? 0)
}

async function toDayFiles(
  out: string,
  { date }: SampleDay,
): Promise<Readonly<{ traces: string; logs: string }>> {
  const folder = join(out, date.slice(0, 7))
  await mkdir(folder, { recursive: true })
  return {
    traces: join(folder, `otel_traces_${date}.parquet`),
    logs: join(folder, `otel_logs_${date}.parquet`),
  }
}

/**
 * Writes a deterministic sample export: one traces file and one logs file per day, in the layout of the
 * ClickHouse exporter's tables. The same options give the same rows. Works in the schema `samples` of the
 * engine's database, one day at a time, and drops it at the end. Throws `invalid_argument` for options out of range.
 */
export async function generateExports(
  engine: Engine,
  options: SampleOptions,
  progress: Progress,
): Promise<SampleSummary> {
  checkSampleOptions(options)
  const days = planDays(options)
  await runAll(engine, [
    dropSchema,
    createSchema,
    ...randomMacros,
    ...mosMacros,
    ...listWorldTables(toPeriod(options)),
  ])
  const files: string[] = []
  let spans = 0
  let logs = 0
  for (const [index, day] of days.entries()) {
    const stages = listDayStages(day, options.seed)
    const steps = stages.length + 2
    const total = days.length
    let done = 0
    const onDone = () => progress('generating', index + ++done / steps, total)
    const paths = await toDayFiles(options.out, day)
    await runAll(engine, stages, onDone)
    spans += await writeFile(engine, compileSpanFile(paths.traces))
    onDone()
    logs += await writeFile(engine, compileLogFile(paths.logs))
    onDone()
    files.push(paths.traces, paths.logs)
  }
  await engine.run(dropSchema)
  return { files, journeys: options.journeys, spans, logs }
}
