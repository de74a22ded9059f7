import { mkdir } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runChild } from './lake/child.ts'
import { compareImport } from './lake/compare-import.ts'
import { compareQueries } from './lake/compare-queries.ts'
import { compareSharing } from './lake/compare-sharing.ts'
import { compareWindows } from './lake/compare-windows.ts'
import { makeData, makeExport } from './lake/exports.ts'
import { measureReads } from './lake/measure-reads.ts'
import { measureIdleSync } from './lake/measure-syncs.ts'

/**
 * How fast the lake is made and answers, in one run, as ratios against DuckDB on the same machine:
 * `node bench/lake-speed.ts --sizes 1,10,50 --raw 10 --year --files 10000 --dir /somewhere/roomy`. Exports that were made before are used again.
 */
const { values } = parseArgs({
  options: {
    /** Millions of spans. */
    sizes: { type: 'string', default: '1' },
    /** Sizes at which questions are put to the raw export too. */
    raw: { type: 'string', default: '1' },
    /** Whether a year is compared with a month. */
    year: { type: 'boolean', default: false },
    /** Numbers of files for which a sync with nothing new is timed. */
    files: { type: 'string', default: '' },
    dir: { type: 'string', default: join(tmpdir(), 'parquetry-lake-speed') },
  },
})

const say = (text = '') => process.stdout.write(`${text}\n`)
const toNumbers = (text: string) => text.split(',').filter(Boolean).map(Number)
const row = (...cells: readonly (string | number)[]) =>
  say(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell)).join(' | ')} |`)
const header = (...names: readonly string[]) => {
  say()
  row(...names)
  row(...names.map(() => '---'))
}

const month = { days: 31, start: '2026-05-01T00:00:00Z' }
const window = { startTime: '2026-05-01T00:00:00Z', endTime: '2026-06-01T00:00:00Z' }
const turns = (millions: number) => (millions > 1 ? 1 : 3)

async function measure(millions: number): Promise<void> {
  const data = await makeData(
    join(values.dir, `data-${millions}m`),
    await makeExport(values.dir, { millions, ...month }),
  )
  say(`\n## ${millions} M spans`)
  const { baseline, parquetry, wallRatio, cpuRatio } = await compareImport(data, turns(millions))
  header('import', 'wall [s]', 'CPU [s]', 'peak memory [MB]')
  row('DuckDB: sort by trace id and write', baseline.wallS, baseline.cpuS, baseline.rssMb)
  row('parquetry import', parquetry.wallS, parquetry.cpuS, parquetry.rssMb)
  row('ratio', wallRatio, cpuRatio, '')
  header('traces_query', 'tool [ms]', 'SQL on the lake [ms]', 'tool / SQL', 'raw export [ms]', 'raw / tool')
  for (const { name, toolMs, handMs, rawMs } of await compareQueries(
    data,
    window,
    toNumbers(values.raw).includes(millions),
  ))
    row(name, toolMs, handMs, toolMs / handMs, rawMs ?? '', rawMs === undefined ? '' : rawMs / toolMs)
  const { togetherMs, apartMs } = await compareSharing(data, window)
  header('six queries of one service', 'one call [ms]', 'six calls [ms]', 'ratio')
  row('weekly report', togetherMs, apartMs, togetherMs / apartMs)
  header('reading', 'median [ms]', 'p90 [ms]')
  for (const { name, medianMs, p90Ms } of await measureReads(data)) row(name, medianMs, p90Ms)
}

/** The same number of spans a day for a month and for a year. */
async function measureYear(): Promise<void> {
  const [small, large] = [
    { millions: 0.31, days: 31, start: '2026-05-01T00:00:00Z' },
    { millions: 3.65, days: 365, start: '2025-06-01T00:00:00Z' },
  ] as const
  const folders = []
  for (const size of [small, large]) {
    const data = await makeData(join(values.dir, `data-${size.days}d`), await makeExport(values.dir, size))
    runChild('run-import.ts', [data])
    folders.push(data)
  }
  header('one day, 10,000 spans', 'of a month [ms]', 'of a year [ms]', 'ratio')
  for (const { name, monthMs, yearMs } of await compareWindows(folders[0] ?? '', folders[1] ?? ''))
    row(name, monthMs, yearMs, yearMs / monthMs)
}

async function measureFiles(count: number): Promise<void> {
  header('a sync with nothing new', 'median [ms]')
  row(`${count} files`, await measureIdleSync(join(values.dir, `files-${count}`), count))
}

await mkdir(values.dir, { recursive: true })
say(`${cpus().length} x ${cpus()[0]?.model}, Node.js ${process.version}`)
if (values.year) await measureYear()
for (const count of toNumbers(values.files)) await measureFiles(count)
for (const millions of toNumbers(values.sizes)) await measure(millions)
