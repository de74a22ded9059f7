import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { readManifest } from '../../src/lake/manifest.ts'
import { type Check, isRight } from '../../src/lake/verify/check.ts'
import { compareKeys } from '../../src/lake/verify/compare-keys.ts'
import { verifyLake } from '../../src/lake/verify/verify-lake.ts'
import { openVerifySpace } from '../../src/lake/verify/verify-space.ts'
import { writeOtlpSpans } from '../support/lake-formats.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'
import { save } from './verify/damage.ts'
import { fileHarms } from './verify/file-harms.ts'
import { rowHarms } from './verify/row-harms.ts'
import { numbers, spansOf, writeExports, writeSmallExports } from './verify/verify-exports.ts'

/** Holds many formats; what is harmed are copies of a smaller one, which takes less long to verify. */
let world: LakeWorld
let small: LakeWorld
let scratch: string

beforeAll(async () => {
  small = await createLakeWorld('verify-small')
  await writeSmallExports(small)
  world = await createLakeWorld('verify')
  scratch = join(world.root, 'scratch')
  await mkdir(scratch)
  await writeExports(world)
  await world.sync()
  await world.spans('late.parquet', spansOf(numbers(0, 6), [0]))
  await writeFile(join(world.exportsDir, 'notes.txt'), 'no export')
  await world.sync()
})
afterAll(async () => {
  await world.close()
  await small.close()
})

const verify = async ({ exportsDir }: LakeWorld, lakeDir: string) => {
  const folders = { exportsDir, lakeDir, memoryLimitMb: 1000 }
  return (await verifyLake(folders, scratch, noProgress)).checks
}

/** Every check, in the order in which they are told. */
const checkNames = [
  'files',
  'partitions',
  'order',
  'sources',
  'spans',
  'repeats',
  'contents',
  'logs',
  'days',
  'index',
  'agent_interaction',
  'node_interaction',
  'ai_interaction',
  'journey_interaction',
  'traces',
]

const namesOf = (checks: readonly Check[]) => checks.map(({ name }) => name)
const findCheck = (checks: readonly Check[], name: string) =>
  checks.find((check) => check.name === name) as Check

const harms = [...fileHarms, ...rowHarms]

describe('a lake that is right', () => {
  let checks: readonly Check[]
  beforeAll(async () => {
    checks = await verify(world, world.lakeDir)
  })

  it('verifies right over several layouts and formats, with copies, late roots and logs', () => {
    expect(checks.filter((check) => !isRight(check))).toEqual([])
    expect(namesOf(checks)).toEqual(checkNames)
  })

  it('counts what the exports were written to hold', () => {
    const ids = new Set(
      [
        ...spansOf(numbers(0, 8), [1, 2, 3, 4]),
        ...spansOf(numbers(4, 14), [4, 5, 6, 7]),
        ...spansOf(numbers(8, 20), [0, 1, 2, 3, 4, 5]),
        ...spansOf(numbers(18, 22), [0, 3, 5, 7]),
        ...spansOf([22], [0, 1]),
        ...spansOf(numbers(0, 6), [0]),
      ].map((span) => `${span.traceId} ${span.spanId}`),
    )
    expect(findCheck(checks, 'spans').figures).toMatchObject({ exported: ids.size, inLake: ids.size })
    expect(findCheck(checks, 'contents').figures).toEqual({ compared: ids.size, different: 0 })
    expect(findCheck(checks, 'logs').figures).toMatchObject({ exported: 33, inLake: 33, missing: 0 })
    expect(findCheck(checks, 'days').figures).toMatchObject({ traces: 23 })
    expect(findCheck(checks, 'traces').figures).toMatchObject({ expected: 23, inLake: 23 })
    expect(findCheck(checks, 'sources').figures).toEqual({
      sources: 10,
      rows: 33 + 40 + 72 + 16 + 20 + 15 + 3 + 5 + 6,
      withoutPlace: 1,
      unreadable: 0,
      otherRows: 0,
    })
  })

  it('is left as it was, and nothing stays behind', async () => {
    const list = async () => {
      const files = (await readdir(world.root, { recursive: true })).sort()
      return Promise.all(files.map(async (file) => [file, (await stat(join(world.root, file))).mtimeMs]))
    }
    await rm(join(scratch, 'spill'), { recursive: true, force: true })
    const below = async () => (await list()).filter(([file]) => !String(file).startsWith('scratch'))
    const before = await below()
    await verify(world, world.lakeDir)
    expect(await below()).toEqual(before)
    expect((await readdir(scratch)).filter((name) => name.startsWith('decoded'))).toEqual([])
  })

  it('verifies right when nothing is left in it', async () => {
    const [exportsDir, lakeDir] = [join(world.root, 'gone-exports'), join(world.root, 'gone-lake')]
    const other = await createLakeWorld('verify-empty')
    try {
      const path = await other.spans('a.parquet', spansOf([1], [0, 1]))
      await other.sync()
      await rm(path)
      await other.sync()
      const folders = { exportsDir: other.exportsDir, lakeDir: other.lakeDir, memoryLimitMb: 1000 }
      const { checks } = await verifyLake(folders, scratch, noProgress)
      expect(checks.filter((check) => !isRight(check))).toEqual([])
      expect(findCheck(checks, 'spans').figures).toMatchObject({ exported: 0, inLake: 0 })
    } finally {
      await other.close()
    }
    expect([exportsDir, lakeDir].some(existsSync)).toBe(false)
  })
})

describe('a lake where', () => {
  it.each(harms)('%s is found out', async (_, harm, seenBy, says) => {
    const lakeDir = join(world.root, 'harmed')
    await rm(lakeDir, { recursive: true, force: true })
    await cp(small.lakeDir, lakeDir, { recursive: true })
    await harm({ world, lakeDir, manifest: await readManifest(lakeDir) })
    const wrong = (await verify(small, lakeDir)).filter((check) => !isRight(check))
    expect(namesOf(wrong)).toEqual(seenBy)
    expect(wrong[0]?.differences[0]).toMatch(says)
  })

  it('every check is proved to fail', () => {
    const proved = new Set(harms.flatMap(([, , seenBy]) => seenBy))
    expect(checkNames.filter((name) => !proved.has(name))).toEqual([])
  })
})

describe('what cannot be compared', () => {
  it('is a lake that was never built', async () => {
    await expect(verify(small, join(world.root, 'nowhere'))).rejects.toMatchObject({
      details: { code: 'no_data' },
    })
  })

  it('is a lake of another recogniser', async () => {
    const lakeDir = join(world.root, 'older')
    await cp(small.lakeDir, lakeDir, { recursive: true })
    const manifest = await readManifest(lakeDir)
    await save({ lakeDir }, { ...manifest, recogniser: 'older' })
    await expect(verify(small, lakeDir)).rejects.toMatchObject({ details: { code: 'stale' } })
  })

  it('is a drop folder that has changed since', async () => {
    const path = join(small.exportsDir, 'new.jsonl')
    await writeOtlpSpans(path, spansOf([30], [0]))
    await expect(verify(small, small.lakeDir)).rejects.toMatchObject({ details: { code: 'stale' } })
    await rm(path)
    expect((await verify(small, small.lakeDir)).every(isRight)).toBe(true)
  })

  it('is a lake that changes meanwhile', async () => {
    const lakeDir = join(world.root, 'changing')
    await cp(small.lakeDir, lakeDir, { recursive: true })
    const manifest = await readManifest(lakeDir)
    const folders = { exportsDir: small.exportsDir, lakeDir, memoryLimitMb: 1000 }
    let isChanged: Promise<void> | undefined
    const change = () => {
      isChanged ??= save({ lakeDir }, { ...manifest, generation: manifest.generation + 1 })
    }
    await expect(verifyLake(folders, scratch, change)).rejects.toMatchObject({ details: { code: 'busy' } })
    await isChanged
  })
})

describe('comparing in parts', () => {
  it('gives the same as comparing in one go', async () => {
    const folders = { exportsDir: world.exportsDir, lakeDir: world.lakeDir, memoryLimitMb: 1000 }
    const space = await openVerifySpace(folders, scratch)
    const sets = {
      expected: 'SELECT hash(i) AS trace, i AS span, i % 3 AS place FROM range(0, 10000) AS r(i)',
      found: `SELECT hash(i) AS trace, i AS span, i % 5 AS place FROM range(10, 10020) AS r(i)
UNION ALL SELECT hash(50), 50, 4`,
      keys: ['trace', 'span'],
    } as const
    try {
      const [whole, parts] = [await compareKeys(space, 1, sets), await compareKeys(space, 6_000_000, sets)]
      expect(parts).toEqual(whole)
      expect(whole).toMatchObject({ expected: 10_000, found: 10_010 })
      expect([...whole.missing].sort()).toEqual([
        [0, 4],
        [1, 3],
        [2, 3],
      ])
      expect([...whole.extra.values()].reduce((a, b) => a + b)).toBe(20)
      expect([...whole.repeated]).toEqual([[0, 1]])
      expect(whole.expectedSum).not.toBe(whole.foundSum)
    } finally {
      await space.close()
    }
    expect(dirname(scratch)).toBe(world.root)
  })
})
