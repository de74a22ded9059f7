import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { quoteText } from '../../src/core/sql-text.ts'
import { openDatabase } from './database.ts'

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const spansPerJourney = 14.35
/** A larger export is copies of one of this size, each with ids of its own: the generator would take most of the time. */
const mostGenerated = 10

export type SampleSize = Readonly<{ millions: number; days: number; start: string }>

function generate(folder: string, { millions, days, start }: SampleSize): void {
  const journeys = String(Math.round((millions * 1e6) / spansPerJourney))
  const args = [
    'generate-exports',
    '--out',
    folder,
    '--journeys',
    journeys,
    '--days',
    String(days),
    '--start',
    start,
  ]
  const { status, stderr } = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

/** Span files only: what is compared is spans. */
async function dropLogs(folder: string): Promise<void> {
  for (const path of await readdir(folder, { recursive: true }))
    if (path.includes('otel_logs')) await rm(join(folder, path))
}

const otherId = (column: string, copy: number, length: number) =>
  `CASE WHEN ${column} = '' THEN '' ELSE substr(md5(${column} || '${copy}'), 1, ${length}) END AS ${column}`

/** Copies an export several times; each copy's traces are other traces. */
async function multiply(from: string, folder: string, copies: number): Promise<void> {
  const database = await openDatabase(folder)
  for (const path of await readdir(from, { recursive: true })) {
    if (!path.endsWith('.parquet')) continue
    for (let copy = 0; copy < copies; copy++) {
      const file = join(folder, `copy-${copy}-${path.replaceAll('/', '-')}`)
      const ids = [
        otherId('TraceId', copy, 32),
        otherId('SpanId', copy, 16),
        otherId('ParentSpanId', copy, 16),
      ]
      await database.run(
        `COPY (SELECT * REPLACE (${ids.join(', ')}) FROM read_parquet(${quoteText(join(from, path))})) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`,
      )
    }
  }
  database.close()
}

/** Makes an export of about so many million spans in layout A below `folder`, unless it is there already. Gives its folder. */
export async function makeExport(folder: string, size: SampleSize): Promise<string> {
  const name = `spans-${size.millions}m-${size.days}d`
  const target = join(folder, name)
  if (existsSync(target)) return target
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  if (size.millions <= mostGenerated) {
    generate(unfinished, size)
    await dropLogs(unfinished)
  } else {
    const from = await makeExport(folder, { ...size, millions: mostGenerated })
    await multiply(from, unfinished, Math.round(size.millions / mostGenerated))
  }
  await rename(unfinished, target)
  return target
}

/** A data folder whose drop folder holds an export. */
export async function makeData(folder: string, exported: string): Promise<string> {
  await rm(folder, { recursive: true, force: true })
  await cp(exported, join(folder, 'exports'), { recursive: true, preserveTimestamps: true })
  return folder
}
