import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { quoteText } from '../../src/core/sql-text.ts'
import { runParquetry } from '../http/data-folder.ts'
import { createTimeline, type Timeline } from './timeline.ts'

/** An export that can be dropped, and how many spans it adds. */
export type ExportFile = Readonly<{ name: string; path: string; spans: number }>

/** A group, and all that may be told of it. */
export type Group = Readonly<{
  name: string
  dir: string
  /** Exports that come and go; one more is always there. */
  files: readonly ExportFile[]
  /** Spans of the export that is always there. */
  base: number
  traceIds: ReadonlySet<string>
  /** A trace of the export that is always there. */
  trace: Readonly<{ id: string; spans: number }>
  /** The number of spans over time. */
  spans: Timeline<number>
}>

const start = '2026-05-01T00:00:00Z'

/** All that was ever exported lies in it. */
export const window = { startTime: '2026-04-01T00:00:00Z', endTime: '2026-07-01T00:00:00Z' } as const

type Sample = Readonly<{ journeys: number; days: number; seed: number }>

function generate(out: string, { journeys, days, seed }: Sample): void {
  const numbers = Object.entries({ journeys, days, seed }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])
  runParquetry(['generate-exports', '--out', out, '--start', start, ...numbers])
}

type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

async function withDatabase<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson())
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const read = (...paths: readonly string[]) => `read_parquet([${paths.map(quoteText).join(', ')}])`

async function countSpans(query: Query, path: string): Promise<number> {
  const [row] = await query(`SELECT count(*) AS n FROM ${read(path)}`)
  return Number(row?.['n'])
}

/** The trace with most spans of a file, none of which lie in another. */
async function findTrace(query: Query, path: string, others: readonly string[]): Promise<Group['trace']> {
  const [row] = await query(
    `SELECT "TraceId" AS id, count(*) AS n FROM ${read(path)} WHERE "TraceId" NOT IN (SELECT "TraceId" FROM ${read(...others)}) GROUP BY id ORDER BY n DESC, id LIMIT 1`,
  )
  return { id: String(row?.['id']), spans: Number(row?.['n']) }
}

/** Makes a group's folder with one export in it, and the others beside it. */
export async function makeGroup(name: string, dir: string, pool: string, sample: Sample): Promise<Group> {
  generate(pool, sample)
  const names = (await readdir(pool, { recursive: true }))
    .filter((path) => path.includes('otel_traces'))
    .sort()
  return withDatabase(async (query) => {
    const files: ExportFile[] = []
    for (const path of names)
      files.push({
        name: path.split('/').at(-1) ?? path,
        path: join(pool, path),
        spans: await countSpans(query, join(pool, path)),
      })
    const [first, ...others] = files
    if (!first) throw new Error('no exports were made')
    const ids = await query(`SELECT DISTINCT "TraceId" AS id FROM ${read(...files.map(({ path }) => path))}`)
    await mkdir(join(dir, 'exports'), { recursive: true })
    await cp(first.path, join(dir, 'exports', first.name))
    return {
      name,
      dir,
      files: others,
      base: first.spans,
      traceIds: new Set(ids.map(({ id }) => String(id))),
      trace: await findTrace(
        query,
        first.path,
        others.map(({ path }) => path),
      ),
      spans: createTimeline(`spans of ${name}`, first.spans),
    }
  })
}

/** Whether the lake of a group is what its exports say, by Parquetry's own recount; what it found otherwise. */
export function findLakeFault(entry: string, { dir }: Group): string | undefined {
  const args = [entry, 'lake', 'verify', '--data', dir]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return status === 0 ? undefined : `${stderr}${stdout}`
}
