import { join } from 'node:path'
import { quoteText } from '../../src/core/sql-text.ts'
import { type Database, openDatabase } from './database.ts'
import { type Question, questions, within } from './questions.ts'
import { median, time, timePairs } from './timing.ts'
import { type Bench, openBench } from './tools.ts'

export type QueryComparison = Readonly<{
  name: string
  /** Milliseconds of the tool, of SQL on the lake's own files, and of SQL on the raw export where that was asked. */
  toolMs: number
  handMs: number
  rawMs: number | undefined
}>

export type Window = Readonly<{ startTime: string; endTime: string }>

async function ask(bench: Bench, queries: Question['queries'], window: Window): Promise<void> {
  const { results } = await bench.call('traces_query', { ...window, queries })
  const [result] = Object.values(results as Record<string, { rows?: readonly unknown[]; error?: object }>)
  if (!result?.rows?.length) throw new Error(`no rows: ${JSON.stringify(result)}`)
}

async function run(database: Database, sql: string): Promise<void> {
  if ((await database.run(sql)) === 0) throw new Error(`no rows: ${sql}`)
}

const toolTurns = 11
const rawTurns = 3

/** Each question put to the tool and to both kinds of files, in turn in one run. `raw` is slow, so that it is asked if wanted only. */
export async function compareQueries(
  data: string,
  window: Window,
  withRaw: boolean,
): Promise<readonly QueryComparison[]> {
  const bench = openBench(data)
  const database = await openDatabase(data)
  const raw = `read_parquet(${quoteText(join(data, 'exports/**/*.parquet'))})`
  const rawWindow = within('Timestamp', window.startTime, window.endTime)
  const lakeWindow = within('timestamp', window.startTime, window.endTime)
  const comparisons: QueryComparison[] = []
  for (const question of questions) {
    const files = `read_parquet(${quoteText(join(data, `lake/${question.service}/*/*.parquet`))}, hive_partitioning = false)`
    const { a, b } = await timePairs(
      toolTurns,
      () => ask(bench, question.queries, window),
      () => run(database, question.hand(files, lakeWindow)),
    )
    const rawTimes: number[] = []
    for (let turn = 0; withRaw && turn < rawTurns; turn++)
      rawTimes.push(await time(() => run(database, question.raw(raw, rawWindow))))
    comparisons.push({
      name: question.name,
      toolMs: a,
      handMs: b,
      rawMs: withRaw ? median(rawTimes) : undefined,
    })
  }
  database.close()
  await bench.close()
  return comparisons
}
