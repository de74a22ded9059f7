import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifest } from '../../src/lake/manifest.ts'
import { type LakeChild, startLakeChild } from '../support/lake-child.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { listLakeFiles, toNamedFiles } from '../support/lake-files.ts'
import { toLegCounts, toLegLogs, toLegs } from '../support/lake-legs.ts'
import { countState } from '../support/lake-state.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('killed-imports')
})
afterEach(() => world.close())

const rounds = 50

const names = (file: number) => [`${file}.parquet`, `logs-${file}.parquet`] as const

async function put(file: number) {
  const [legs, logs] = names(file)
  await world.spans(legs, toLegs(file))
  await world.logs(logs, toLegLogs(file))
}

async function take(file: number) {
  for (const name of names(file)) await rm(join(world.exportsDir, name))
}

const readState = async () => ({
  manifest: await readManifest(world.lakeDir),
  lakeDir: world.lakeDir,
})

const toCounts = (files: readonly number[]) => toLegCounts(files, files.length)

/** How long an import takes in a process that is loaded, in milliseconds. */
async function time(child: LakeChild): Promise<number> {
  const started = performance.now()
  child.begin()
  expect(await child.ended).toBe(0)
  return performance.now() - started
}

/** Begins an import and kills it after a while. */
async function killAfter(child: LakeChild, ms: number): Promise<'killed' | 'ended'> {
  child.begin()
  await delay(ms)
  child.kill()
  return (await child.ended) === null ? 'killed' : 'ended'
}

/** What readers see after a kill: whole, and as it was before the import or after it. */
async function findState(before: readonly number[], after: readonly number[]): Promise<'before' | 'after'> {
  const state = await readState()
  const counts = await countState(world, state)
  const found = counts.spans === toCounts(before).spans ? 'before' : 'after'
  expect(counts).toEqual(toCounts(found === 'before' ? before : after))
  const present = new Set(await listLakeFiles(world.lakeDir))
  expect(toNamedFiles(state.manifest).filter((file) => !present.has(file))).toEqual([])
  return found
}

/** The import after a kill finishes what the killed one did not publish, and leaves no file that the state does not name. */
async function expectCompletes(found: 'before' | 'after', files: readonly number[]) {
  const { state, manifest } = await world.sync()
  expect(state).toBe(found === 'before' ? 'updated' : 'current')
  expect(await countState(world, await readState())).toEqual(toCounts(files))
  expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
  expect(existsSync(join(world.lakeDir, 'work'))).toBe(false)
}

describe('an import that is killed', () => {
  it(`at any of ${rounds} moments leaves the last published state, and the next import completes it`, {
    timeout: 300_000,
  }, async () => {
    const start = () => startLakeChild('import', world)
    await put(0)
    await time(await start())
    await put(1)
    const timed = await start()
    let waiting = start()
    const wholeMs = await time(timed)
    const outcomes: string[] = []
    for (let round = 1; round <= rounds; round++) {
      await put(round + 1)
      await take(round)
      const child = await waiting
      waiting = start()
      const moment = wholeMs * 1.1 * ((round - Math.random()) / rounds)
      const ended = await killAfter(child, moment)
      const found = await findState([0, round], [0, round + 1])
      outcomes.push(`${ended} ${found}`)
      await expectCompletes(found, [0, round + 1])
    }
    ;(await waiting).kill()
    expect(outcomes.filter((outcome) => outcome === 'killed before').length).toBeGreaterThan(rounds / 4)
    const cleanDir = join(world.root, 'clean')
    const clean = await world.sync(cleanDir)
    const state = await readState()
    expect(await findDifferences(world, state, { manifest: clean.manifest, lakeDir: cleanDir })).toEqual([])
  })
})
