import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifest } from '../../src/lake/manifest.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

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
  return { kill: () => child.kill('SIGKILL'), ended }
}

const days = 2

const legs = (file: number): readonly SpanRow[] =>
  Array.from({ length: 40 }, (_, i) => ({
    traceId: traceId(file * 10 + (i % 10)),
    spanId: spanId(file * 100 + i),
    ns: at('2026-05-01T10:00:00Z') + BigInt(i % days) * 86_400_000_000_000n + BigInt(i),
    name: 'cx.interaction.agent',
    attributes: { file: String(file) },
  }))

/** Rows of the spans table that a reader sees now; fails where the published state names a file that is not whole. */
async function countPublished(): Promise<number> {
  const manifest = await readManifest(world.lakeDir)
  const [row] = await world.query(
    `SELECT count(*) AS n, count(DISTINCT attributes['file']) AS files FROM (${readTable(manifest, world.lakeDir, 'spans')})`,
  )
  expect(row?.['n']).toBe(manifest.sources.length * 40)
  expect(row?.['files']).toBe(manifest.sources.length)
  return manifest.sources.length
}

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

describe('an import that is killed', () => {
  it('at any moment leaves the last published state, and the next one completes it', {
    timeout: 120_000,
  }, async () => {
    await world.spans('0.parquet', legs(0))
    const started = performance.now()
    expect(await startImport().ended).toBe(0)
    const wholeMs = performance.now() - started
    let published = await countPublished()
    let killed = 0
    for (let round = 1; round <= 10; round++) {
      await world.spans(`${round}.parquet`, legs(round))
      const child = startImport()
      await delay(wholeMs * (0.25 + 0.7 * Math.random()))
      child.kill()
      if ((await child.ended) === null) killed += 1
      const now = await countPublished()
      expect([published, round + 1], `round ${round}`).toContain(now)
      published = now
    }
    expect(killed).toBeGreaterThan(0)
    await world.sync()
    expect(await countPublished()).toBe(11)
    await expectCleanState()
  })
})

describe('imports of two processes at once', () => {
  it('end well, with one result', { timeout: 60_000 }, async () => {
    for (let file = 0; file < 4; file++) await world.spans(`${file}.parquet`, legs(file))
    const codes = await Promise.all([startImport(), startImport(), startImport()].map(({ ended }) => ended))
    expect(codes).toContain(0)
    for (const code of codes) expect([0, 1]).toContain(code)
    expect(await countPublished()).toBe(4)
    expect((await readManifest(world.lakeDir)).generation).toBe(1)
    expect(await world.sync()).toMatchObject({ state: 'current' })
    await expectCleanState()
  })

  it('one that finds the lake locked is told so and reads what is published', async () => {
    await world.spans('0.parquet', legs(0))
    await world.sync()
    await world.spans('1.parquet', legs(1))
    const script = `import { acquireLakeLock } from ${JSON.stringify(resolve(main, '../lake/lake-lock.ts'))}
await acquireLakeLock(process.argv[1])
process.stdout.write('held')
setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, world.lakeDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await new Promise((done) => holder.stdout.once('data', done))
      expect(await world.sync()).toMatchObject({ state: 'busy', manifest: { generation: 1 } })
      expect(await countPublished()).toBe(1)
    } finally {
      const gone = new Promise((done) => holder.on('exit', done))
      holder.kill('SIGKILL')
      await gone
    }
    expect(await world.sync()).toMatchObject({ state: 'updated' })
    expect(await countPublished()).toBe(2)
  })
})
