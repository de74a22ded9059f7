import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/**
 * What a person waits for on a fresh machine, in one run, as ratios against a baseline on the same machine:
 * DuckDB writing as many rows of four made-up columns as the sample has spans, as zstd Parquet.
 */
const entry = resolve(import.meta.dirname, '../src/main.ts')
const spans = 1_000_000
const spansPerJourney = 14.3

async function time(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

function parquetry(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

async function writeBaseline(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT i, md5(i::VARCHAR) AS id, make_timestamp_ns(i * 1000) AS t, MAP {'a': i::VARCHAR, 'b': 'x'} AS m FROM range(${spans}) AS r(i))
     TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
  )
  connection.closeSync()
  instance.closeSync()
}

const folder = await mkdtemp(join(tmpdir(), 'parquetry-bench-'))
try {
  const baseline = await time(() => writeBaseline(join(folder, 'baseline.parquet')))
  const data = join(folder, 'data')
  const journeys = String(Math.round(spans / spansPerJourney))
  const summaries: string[] = []
  const run = (args: readonly string[]) => time(() => summaries.push(parquetry(args)))
  const generate = await run(['generate-exports', '--out', join(data, 'exports'), '--journeys', journeys])
  const load = await run(['import', '--data', data])
  const demo = await run(['demo', '--data', join(folder, 'demo')])
  const row = (name: string, seconds: number) =>
    `${name.padEnd(40)} ${seconds.toFixed(1).padStart(7)} s ${(seconds / baseline).toFixed(1).padStart(7)} x`
  const lines = [
    `${cpus().length} x ${cpus()[0]?.model}, Node.js ${process.version}`,
    summaries[0]?.split('\n').findLast((line) => line.startsWith('Wrote')) ?? '',
    row('baseline: DuckDB writes 1 M rows', baseline),
    row('generate-exports, 1 M spans', generate),
    row('import, 1 M spans', load),
    row('demo on an empty folder', demo),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
