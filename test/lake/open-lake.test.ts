import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { copyFileSync } from 'node:fs'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spans } from '../../src/catalog/services/telemetry.ts'
import { noProgress } from '../../src/core/progress.ts'
import { type Lake, type LakeOptions, openLake } from '../../src/lake/open-lake.ts'
import { acquireLakeLock } from '../../src/lake/sync/lake-lock.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { at, type SpanRow, spanId, traceId, writeSpanFile } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld
let lakes: Lake[]
let lines: string[]

const log = {
  error: (line: string) => lines.push(line),
  warn: (line: string) => lines.push(line),
  info: () => {},
  debug: () => {},
}

beforeEach(async () => {
  world = await createLakeWorld('open-lake')
  lakes = []
  lines = []
})
afterEach(async () => {
  for (const lake of lakes) await lake.close()
  await world.close()
})

function open(options: Partial<LakeOptions> = {}): Lake {
  const { exportsDir, lakeDir } = world
  const lake = openLake({ exportsDir, lakeDir, memoryLimitMb: 500, importWaitMs: 30_000, ...options }, log)
  lakes.push(lake)
  return lake
}

const span = (n: number, more: Partial<SpanRow> = {}): SpanRow => ({
  traceId: traceId(n),
  spanId: spanId(n),
  ns: at('2026-05-01T10:00:00Z'),
  ...more,
})

const untilImported = async (lake: Lake) => {
  for (let i = 0; i < 300; i++) {
    const snapshot = await lake.snapshot()
    if (!snapshot.importState.isImporting) return snapshot
    await delay(20)
  }
  throw new Error('the import does not end')
}

describe('an open lake', () => {
  it('imports at the first look and waits for it', async () => {
    await world.spans('a.parquet', [span(1), span(2)])
    const snapshot = await open().snapshot()
    expect(snapshot.importState).toEqual({ isImporting: false, failure: undefined })
    expect(snapshot.countRows(spans)).toBe(2)
  })

  it('does not wait longer than it is told, and says that an import runs', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open({ importWaitMs: 0 })
    const first = await lake.snapshot()
    expect(first.importState.isImporting).toBe(true)
    expect(first.countRows(spans)).toBe(0)
    expect((await untilImported(lake)).countRows(spans)).toBe(1)
    expect(first.countRows(spans)).toBe(0)
  })

  it('sees files that come and go', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open()
    expect((await lake.snapshot()).countRows(spans)).toBe(1)
    await world.spans('b.parquet', [span(2)])
    await delay(1_050)
    expect((await lake.snapshot()).countRows(spans)).toBe(2)
    await rm(join(world.exportsDir, 'a.parquet'))
    await delay(1_050)
    expect((await lake.snapshot()).countRows(spans)).toBe(1)
  })

  it('sees what another process published', async () => {
    const lake = open()
    expect((await lake.snapshot()).countRows(spans)).toBe(0)
    await world.spans('a.parquet', [span(1)])
    await world.sync()
    expect((await lake.snapshot()).countRows(spans)).toBe(1)
  })

  it('answers many calls at once with one import', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open()
    const snapshots = await Promise.all(Array.from({ length: 8 }, () => lake.snapshot()))
    expect(snapshots.map((snapshot) => snapshot.countRows(spans))).toEqual(Array(8).fill(1))
    expect(snapshots.map(({ manifest }) => manifest.generation)).toEqual(Array(8).fill(1))
  })

  it('without a drop folder is empty, not broken', async () => {
    await rm(world.exportsDir, { recursive: true })
    const snapshot = await open().snapshot()
    expect(snapshot.importState).toEqual({ isImporting: false, failure: undefined })
    expect(snapshot.countRows(spans)).toBe(0)
  })

  it('tells of a failure without its inner words, logs it, and recovers', async () => {
    await rm(world.exportsDir, { recursive: true })
    await writeFile(world.exportsDir, 'a file in the place of the folder')
    const lake = open()
    expect((await lake.snapshot()).importState).toEqual({
      isImporting: false,
      failure: `Cannot read ${world.exportsDir}: a part of the path is not a folder. Check the path.`,
    })
    expect(lines.join('\n')).toMatch(/import failed: .*ENOTDIR/)
    await rm(world.exportsDir)
    await world.spans('a.parquet', [span(1)])
    await delay(1_050)
    const snapshot = await lake.snapshot()
    expect(snapshot.importState.failure).toBeUndefined()
    expect(snapshot.countRows(spans)).toBe(1)
  })

  it('closed in the middle of an import publishes nothing and fails nobody', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open({ importWaitMs: 0 })
    await lake.snapshot()
    await lake.close()
    expect((await lake.snapshot()).countRows(spans)).toBe(0)
    expect(lines).toEqual([])
    expect((await open().snapshot()).countRows(spans)).toBe(1)
  })
})

describe('an import under way', () => {
  let children: ChildProcess[]
  const onChild = (message: unknown) => children.push((message as { process: ChildProcess }).process)
  beforeEach(() => {
    children = []
    subscribe('child_process', onChild)
  })
  afterEach(() => unsubscribe('child_process', onChild))

  it('is a process of its own, started only when there is something to do', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open()
    await lake.snapshot()
    expect(children.map(({ spawnargs }) => spawnargs.at(-1)?.replace(/.*\//, ''))).toEqual([
      'sync-process.ts',
    ])
    await delay(1_050)
    await lake.snapshot()
    expect(children).toHaveLength(1)
  })

  it('that is killed loses nothing: what was there answers, the failure is told, the next one mends it', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open()
    await lake.snapshot()
    await world.spans('b.parquet', [span(2)])
    await delay(1_050)
    const waiting = lake.snapshot()
    while (children.length < 2) await delay(5)
    children[1]?.kill('SIGKILL')
    const { countRows, importState } = await waiting
    expect(countRows(spans)).toBe(1)
    expect(importState).toEqual({
      isImporting: false,
      failure: 'The process that imports was ended (SIGKILL); it will be started again.',
    })
    expect(lines.join('\n')).toContain('import failed: SuddenEnd: sync-process.ts ended (SIGKILL)')
    await delay(1_050)
    const mended = await lake.snapshot()
    expect(mended.importState.failure).toBeUndefined()
    expect(mended.countRows(spans)).toBe(2)
  })

  it('that only tidies up holds nothing back that comes right after', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open()
    await lake.snapshot()
    await mkdir(join(world.lakeDir, 'work'))
    await delay(1_050)
    await lake.snapshot()
    expect(children).toHaveLength(2)
    await world.spans('b.parquet', [span(2)])
    await delay(1_050)
    const { countRows, importState } = await lake.snapshot()
    expect([countRows(spans), importState.isImporting]).toEqual([2, false])
  })

  it('ends before the lake is closed', async () => {
    await world.spans('a.parquet', [span(1)])
    const lake = open({ importWaitMs: 0 })
    await lake.snapshot()
    while (children.length === 0) await delay(5)
    await lake.close()
    expect(children.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).not.toContain(null)
  })

  it('of another process is waited for, without a process for each look', async () => {
    await world.spans('a.parquet', [span(1)])
    const lock = await acquireLakeLock(world.lakeDir)
    const lake = open()
    expect((await lake.snapshot()).importState.isImporting).toBe(true)
    for (let i = 0; i < 5; i++) {
      await delay(300)
      expect((await lake.snapshot()).importState.isImporting).toBe(true)
    }
    expect(children).toHaveLength(1)
    await lock?.release()
    await world.sync()
    await delay(1_050)
    const snapshot = await lake.snapshot()
    expect(snapshot.importState.isImporting).toBe(false)
    expect(snapshot.countRows(spans)).toBe(1)
  })
})

describe('a sync', () => {
  const folders = () => ({ exportsDir: world.exportsDir, lakeDir: world.lakeDir, memoryLimitMb: 500 })

  it('tells how far it is, phase by phase', async () => {
    await world.spans('a.parquet', [span(1)])
    await world.logs('l.parquet', [{ ns: at('2026-05-01T10:00:00Z'), body: 'x' }])
    const ends = new Set<string>()
    const progress = (phase: string, done: number, total: number) => {
      expect(done).toBeLessThanOrEqual(total)
      if (done === total) ends.add(phase)
    }
    await syncLake(folders(), { log, progress })
    expect([...ends].sort()).toEqual([
      'building logs',
      'building spans',
      'reading exports',
      'staging logs',
      'staging spans',
    ])
  })

  it('takes up files that are added or replaced while it runs', async () => {
    await world.spans('a.parquet', [span(1)])
    const later = join(world.root, 'later.parquet')
    await writeSpanFile(world.engine, later, [span(2), span(3)])
    let changed = false
    const progress = (phase: string) => {
      if (phase !== 'building spans' || changed) return
      changed = true
      for (const name of ['a.parquet', 'b.parquet']) copyFileSync(later, join(world.exportsDir, name))
    }
    const { manifest } = await syncLake(folders(), { log, progress })
    expect(manifest.sources.map(({ path, rows }) => [path, rows])).toEqual([
      ['a.parquet', 2],
      ['b.parquet', 2],
    ])
    expect(manifest.partitions.find(({ table }) => table === 'spans')?.rows).toBe(2)
    expect(await world.sync()).toMatchObject({ state: 'current' })
  })

  it('stopped by its signal throws, publishes nothing and sets nothing aside', async () => {
    await world.spans('a.parquet', [span(1)])
    const stop = new AbortController()
    const progress = (phase: string) => phase === 'staging spans' && stop.abort()
    await expect(syncLake(folders(), { log, progress, signal: stop.signal })).rejects.toMatchObject({
      details: { code: 'timeout' },
    })
    expect(await world.sync()).toMatchObject({ state: 'updated', manifest: { generation: 1, rejected: [] } })
  })

  it('sets a file aside that needs more memory than the limit, and takes it when the limit is higher', async () => {
    const noise = () => Array.from({ length: 30_000 }, () => Math.random().toString(36)).join('')
    await world.spans(
      'big.parquet',
      Array.from({ length: 60 }, (_, i) => span(i, { attributes: { noise: noise() } })),
    )
    const limited = () => syncLake({ ...folders(), memoryLimitMb: 12 }, { log, progress: noProgress })
    expect(await limited()).toMatchObject({
      state: 'updated',
      manifest: {
        rejected: [
          {
            path: 'big.parquet',
            reason: 'It needs more memory than the limit of 12 MB.',
            next: 'Set PARQUETRY_MEMORY_MB higher, or split the file.',
          },
        ],
      },
    })
    expect(await limited()).toMatchObject({ state: 'current' })
    const { manifest } = await world.sync()
    expect(manifest).toMatchObject({ rejected: [], sources: [{ path: 'big.parquet', rows: 60 }] })
  })

  it('works in folders with names of any kind', async () => {
    await world.spans('a.parquet', [span(1)])
    await mkdir(join(world.root, 'exp [1] ü*'))
    const kind = {
      exportsDir: join(world.root, 'exp [1] ü*'),
      lakeDir: join(world.root, "it's [the] *lake? {a,b} ä"),
    }
    const sync = () => syncLake({ ...folders(), ...kind }, { log, progress: noProgress })
    await copyFile(join(world.exportsDir, 'a.parquet'), join(kind.exportsDir, 'a.parquet'))
    await sync()
    await world.spans('b.parquet', [span(2)])
    await copyFile(join(world.exportsDir, 'b.parquet'), join(kind.exportsDir, 'b.parquet'))
    const { manifest } = await sync()
    expect(manifest.rejected).toEqual([])
    expect(manifest.partitions.find(({ table }) => table === 'traces')?.rows).toBe(2)
  })
})
