import { cp, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { toFilePattern } from '../../src/exports/file-pattern.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('file-names')
})
afterEach(() => world.close())

const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

/** Writes one span per name; each trace shows which file its row came from. */
async function writeAll(names: readonly string[]) {
  for (const [i, name] of names.entries()) {
    await world.spans('plain.parquet', [
      { traceId: traceId(i), spanId: spanId(i), ns: at('2026-05-01T10:00:00Z') },
    ])
    await rename(join(world.exportsDir, 'plain.parquet'), join(world.exportsDir, name))
  }
}

const names = [
  ...['a*.parquet', 'ab.parquet', 'c?.parquet', 'cd.parquet', 'e[f].parquet', 'ef.parquet', '**.parquet'],
  ...['[.parquet', ']x[.parquet', '{g,h}.parquet', "i'j.parquet", 'k\\l.parquet', 'm\nn.parquet'],
]

describe('a file name', () => {
  it('with the characters of a pattern names that file only', async () => {
    await writeAll(names)
    const { manifest } = await world.sync()
    expect(manifest.rejected).toEqual([])
    expect(manifest.sources.map(({ path, rows }) => [path, rows])).toEqual(
      [...names].sort().map((name) => [name, 1]),
    )
    expect(manifest.partitions.find(({ table }) => table === 'spans')?.rows).toBe(names.length)
  })

  it('with a backslash beside them is set aside', async () => {
    await writeAll(['good.parquet', '\\*.parquet'])
    const { manifest } = await world.sync()
    expect(manifest.sources).toMatchObject([{ path: 'good.parquet' }])
    expect(manifest.rejected).toMatchObject([{ path: '\\*.parquet', next: 'Rename it.' }])
    expect(toFilePattern('/x\\y/[1].parquet')).toBeUndefined()
  })
})

describe('a folder name', () => {
  it.each(['st*r', 'br[a]ck', 'q?m', 'back\\slash', '**', '[', '{a,b}', "it's"])(
    '%s holds exports and the lake like any other, beside one that it matches as a pattern',
    async (name) => {
      await writeAll(['a.parquet', 'b[1].parquet'])
      const folder = join(world.root, name)
      const folders = { exportsDir: join(folder, 'exports'), lakeDir: join(folder, 'lake') }
      await mkdir(folder)
      await cp(world.exportsDir, folders.exportsDir, { recursive: true })
      for (const sibling of ['star', 'brack', 'qxm'])
        await cp(world.exportsDir, join(world.root, sibling, 'exports'), { recursive: true })
      const options = { ...folders, memoryLimitMb: 500 }
      const expected = name.includes('\\') ? ['a.parquet'] : ['a.parquet', 'b[1].parquet']
      for (const state of ['updated', 'current']) {
        const result = await syncLake(options, { log, progress: noProgress })
        expect(result.state).toBe(state)
        expect(result.manifest.sources.map(({ path }) => path)).toEqual(expected)
      }
    },
  )
})
