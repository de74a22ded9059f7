import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSoundManifest } from '../../src/lake/sync/sound-manifest.ts'
import { planSync } from '../../src/lake/sync/sync-plan.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

const start = BigInt(Date.parse('2026-05-01T10:00:00Z')) * 1_000_000n
const hex = (n: number, length: number) => n.toString(16).padStart(length, '0')
const span = (n: number, attributes: Record<string, string> = {}) => ({
  traceId: hex(n, 32),
  spanId: hex(n, 16),
  ns: start + BigInt(n),
  name: 'step',
  attributes,
})

let world: LakeWorld
beforeEach(async () => {
  world = await createLakeWorld('repair')
  await world.spans('a.parquet', [span(1), span(2)])
})
afterEach(() => world.close())

const countSpans = async () => {
  const pattern = join(world.lakeDir, 'spans/**/*.parquet')
  return (await world.query(`SELECT count(*) AS n FROM read_parquet('${pattern}')`))[0]?.['n']
}

describe('a lake that lost a file', () => {
  it.each([
    ['is gone', (path: string) => rm(path)],
    ['is cut short', (path: string) => truncate(path, 100)],
  ])('that %s is built anew by the next sync', async (_, harm) => {
    const { manifest } = await world.sync()
    const partition = manifest.partitions.find(({ table }) => table === 'spans')
    await harm(join(world.lakeDir, partition?.file ?? ''))
    expect((await world.sync()).state).toBe('updated')
    expect(await countSpans()).toBe(2)
    expect((await world.sync()).state).toBe('current')
  })
})

describe('files that were set aside', () => {
  it('are looked at again when other layouts are known', async () => {
    await writeFile(join(world.exportsDir, 'notes.txt'), 'hello')
    const { manifest } = await world.sync()
    expect(manifest.rejected).toHaveLength(1)
    const units = [...manifest.sources, ...manifest.rejected]
    expect(planSync(units, manifest, 1000)).toEqual({ arrived: [], isStale: false })
    expect(await readSoundManifest(world.lakeDir, manifest.recogniser)).toEqual(manifest)
    const later = await readSoundManifest(world.lakeDir, `${manifest.recogniser} another`)
    expect(later).toMatchObject({ generation: manifest.generation, sources: [], partitions: [] })
    expect(planSync(units, later, 1000).arrived.map(({ path }) => path)).toContain('notes.txt')
  })
})

describe('values that a type would change', () => {
  it('stay text, such as versions', async () => {
    const rows = ['1.1', '1.10'].map((version, i) => span(10 + i, { version, plain: `${i}.5` }))
    await world.spans('b.parquet', rows)
    const { manifest } = await world.sync()
    const found = manifest.partitions.find(({ table }) => table === 'spans')?.attributes ?? []
    expect(found.find(({ path }) => path === 'Attributes.version')?.type).toBe('string')
    expect(found.find(({ path }) => path === 'Attributes.plain')?.type).toBe('double')
  })

  it('are found among many, however rare', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) =>
      span(100 + i, { result: i === 2_345 ? 'timeout' : '200' }),
    )
    await world.spans('c.parquet', rows)
    const { manifest } = await world.sync()
    const found = manifest.partitions.find(({ table }) => table === 'spans')?.attributes ?? []
    expect(found.find(({ path }) => path === 'Attributes.result')?.type).toBe('string')
  })
})

it('never writes to what it was given', async () => {
  const before = await readFile(join(world.exportsDir, 'a.parquet'))
  await world.sync()
  expect(await readFile(join(world.exportsDir, 'a.parquet'))).toEqual(before)
})
