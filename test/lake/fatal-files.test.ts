import { afterEach, beforeEach, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { readManifest } from '../../src/lake/manifest.ts'
import { syncApart } from '../../src/lake/sync/sync-apart.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

/** A native library that falls over a file can't be had for a test, so the process is felled while it says that it reads it. */
const preload = `--import=${new URL('../support/crash-at-file.ts', import.meta.url).href}`

let world: LakeWorld
let lines: string[]

beforeEach(async () => {
  world = await createLakeWorld('fatal')
  lines = []
  process.env['NODE_OPTIONS'] = preload
})
afterEach(async () => {
  for (const name of ['NODE_OPTIONS', 'CRASH_PHASE', 'CRASH_FILE']) delete process.env[name]
  await world.close()
})

const note = (line: string) => lines.push(line)
const log = { error: note, warn: note, info: note, debug: note }

const sync = () =>
  syncApart(
    { exportsDir: world.exportsDir, lakeDir: world.lakeDir, memoryLimitMb: 500 },
    { log, progress: noProgress, signal: new AbortController().signal },
  )

const drop = (name: string, n: number) =>
  world.spans(name, [{ traceId: traceId(n), spanId: spanId(n), ns: at('2026-05-01T10:00:00Z') }])

async function listFiles() {
  const { sources, rejected } = await readManifest(world.lakeDir)
  return { sources: sources.map(({ path }) => path), rejected }
}

it.each(['reading exports', 'staging spans'])(
  'a file over which the process falls twice while %s is set aside, and the others are imported',
  async (phase) => {
    for (const [n, name] of ['a.parquet', 'b.parquet', 'c.parquet'].entries()) await drop(name, n + 1)
    Object.assign(process.env, { CRASH_PHASE: phase, CRASH_FILE: 'b.parquet' })
    expect(await sync()).toBe('updated')
    const { sources, rejected } = await listFiles()
    expect(sources).toEqual(['a.parquet', 'c.parquet'])
    expect(rejected).toMatchObject([
      {
        path: 'b.parquet',
        reason: 'Twice the process that imports fell over it.',
        next: 'Export or copy it again.',
      },
    ])
    expect(lines.filter((line) => line.includes(`fell (SIGSEGV) while ${phase}, at b.parquet`))).toHaveLength(
      2,
    )
    expect(await sync()).toBe('current')
    // Another file of that name is read anew.
    for (const name of ['NODE_OPTIONS', 'CRASH_PHASE', 'CRASH_FILE']) delete process.env[name]
    await drop('b.parquet', 12)
    expect(await sync()).toBe('updated')
    expect(await listFiles()).toEqual({ sources: ['a.parquet', 'b.parquet', 'c.parquet'], rejected: [] })
  },
)

it('a fall while something is built of the only new file is its fault', async () => {
  await drop('a.parquet', 1)
  expect(await sync()).toBe('updated')
  await drop('b.parquet', 2)
  process.env['CRASH_PHASE'] = 'building spans'
  expect(await sync()).toBe('updated')
  const { sources, rejected } = await listFiles()
  expect(sources).toEqual(['a.parquet'])
  expect(rejected).toMatchObject([{ path: 'b.parquet' }])
})

it('where several files may be to blame none is, and all stay to be tried again', async () => {
  await drop('a.parquet', 1)
  await drop('b.parquet', 2)
  process.env['CRASH_PHASE'] = 'building spans'
  await expect(sync()).rejects.toMatchObject({
    details: {
      code: 'unreadable_file',
      message: 'The process that imports exports fell (SIGSEGV) while building spans.',
      next: 'Move the files that came last out of the folder, and put them back one by one.',
    },
  })
  expect(await listFiles()).toEqual({ sources: [], rejected: [] })
  delete process.env['CRASH_PHASE']
  expect(await sync()).toBe('updated')
  expect((await listFiles()).sources).toEqual(['a.parquet', 'b.parquet'])
})
