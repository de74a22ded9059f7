import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifest } from '../../src/lake/manifest.ts'
import { startLakeChild } from '../support/lake-child.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { toLegCounts, toLegLogs, toLegs } from '../support/lake-legs.ts'
import { countState, type StateCounts } from '../support/lake-state.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('processes')
})
afterEach(() => world.close())

const main = resolve(import.meta.dirname, '../../src/main.ts')

/** The import of this drop folder in a process of its own. */
function startImport() {
  const child = spawn(process.execPath, [main, 'import'], {
    env: { ...process.env, PARQUETRY_DATA: world.root },
    stdio: 'ignore',
  })
  const ended = new Promise<number | null>((done) => child.on('exit', (code) => done(code)))
  return { ended }
}

async function put(file: number) {
  await world.spans(`${file}.parquet`, toLegs(file))
  await world.logs(`logs-${file}.parquet`, toLegLogs(file))
}

const toCounts = (files: number) =>
  toLegCounts(
    Array.from({ length: files }, (_, file) => file),
    files,
  )

const readCounts = async () =>
  countState(world, { manifest: await readManifest(world.lakeDir), lakeDir: world.lakeDir })

async function expectCleanState() {
  const cleanDir = join(world.root, 'clean')
  const clean = await world.sync(cleanDir)
  const manifest = await readManifest(world.lakeDir)
  expect(
    await findDifferences(
      world,
      { manifest, lakeDir: world.lakeDir },
      { manifest: clean.manifest, lakeDir: cleanDir },
    ),
  ).toEqual([])
}

describe('imports of two processes at once', () => {
  it('end well, with one result', { timeout: 60_000 }, async () => {
    for (let file = 0; file < 4; file++) await put(file)
    const codes = await Promise.all([startImport(), startImport(), startImport()].map(({ ended }) => ended))
    expect(codes).toContain(0)
    for (const code of codes) expect([0, 1]).toContain(code)
    expect(await readCounts()).toEqual(toCounts(4))
    expect((await readManifest(world.lakeDir)).generation).toBe(1)
    expect(await world.sync()).toMatchObject({ state: 'current' })
    await expectCleanState()
  })

  it('one that finds the lake locked is told so and reads what is published', async () => {
    await put(0)
    await world.sync()
    await put(1)
    const script = `import { acquireLakeLock } from ${JSON.stringify(resolve(main, '../lake/sync/lake-lock.ts'))}
await acquireLakeLock(process.argv[1])
process.stdout.write('held')
setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, world.lakeDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await new Promise((done) => holder.stdout.once('data', done))
      expect(await world.sync()).toMatchObject({ state: 'busy', manifest: { generation: 1 } })
      expect(await readCounts()).toEqual(toCounts(1))
    } finally {
      const gone = new Promise((done) => holder.on('exit', done))
      holder.kill('SIGKILL')
      await gone
    }
    expect(await world.sync()).toMatchObject({ state: 'updated' })
    expect(await readCounts()).toEqual(toCounts(2))
  })
})

type Seen = Readonly<{ generation: number; counts: StateCounts } | { stale: number }>

describe('readers in processes of their own', () => {
  const files = 6

  it('see whole states only, each later than the last, while another process writes', {
    timeout: 60_000,
  }, async () => {
    await put(0)
    await world.sync()
    const readers = await Promise.all([1, 2, 3].map(() => startLakeChild('read', world)))
    for (const reader of readers) reader.begin()
    for (let file = 1; file < files; file++) {
      await put(file)
      const writer = await startLakeChild('import', world)
      writer.begin()
      expect(await writer.ended).toBe(0)
      expect(writer.printed).toEqual([{ state: 'updated', generation: file + 1 }])
    }
    for (const reader of readers)
      await expect.poll(() => reader.printed.at(-1), { timeout: 10_000 }).toMatchObject({ generation: files })
    for (const reader of readers) reader.finish()
    expect(await Promise.all(readers.map(({ ended }) => ended))).toEqual([0, 0, 0])
    for (const { printed } of readers) {
      const states = (printed as readonly Seen[]).flatMap((seen) => ('counts' in seen ? [seen] : []))
      for (const { generation, counts } of states) expect(counts).toEqual(toCounts(generation))
      const generations = states.map(({ generation }) => generation)
      expect(generations).toEqual(generations.toSorted((a, b) => a - b))
      expect(new Set(generations).size).toBeGreaterThan(files / 2)
    }
  })
})
