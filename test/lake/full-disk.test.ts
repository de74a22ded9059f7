import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifest } from '../../src/lake/manifest.ts'
import { lakeScript } from '../support/lake-child.ts'
import { listLakeFiles, toNamedFiles } from '../support/lake-files.ts'
import { toLegCounts, toLegs } from '../support/lake-legs.ts'
import { countState } from '../support/lake-state.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

const run = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0

const mount = (folder: string, options: string) => run('mount', '-t', 'tmpfs', '-o', options, 'none', folder)

/** Whether this process may mount a small disk. */
async function hasDisks(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'disk-'))
  const isMounted = mount(folder, 'size=64k')
  if (isMounted) run('umount', folder)
  await rm(folder, { recursive: true })
  return isMounted
}

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('full-disk')
})
afterEach(() => world.close())

const legsOf = (first: number) => Array.from({ length: 20 }, (_, i) => toLegs(first + i)).flat()

/** Legs with 2 MB of text that no compression makes much smaller. */
const putBig = () =>
  world.spans('big.parquet', legsOf(10), {
    SpanAttributes: `map_concat(r.attributes, MAP {'noise': list_aggregate(list_transform(range(40), lambda i: sha256(r.spanId || i)), 'string_agg', '')})`,
  })

async function expectState(files: readonly number[]) {
  const manifest = await readManifest(world.lakeDir)
  expect(manifest.rejected).toEqual([])
  expect(await countState(world, { manifest, lakeDir: world.lakeDir })).toEqual(toLegCounts(files, 0))
}

const big = Array.from({ length: 20 }, (_, i) => 10 + i)

describe.skipIf(!(await hasDisks()))('a disk that is full', () => {
  beforeEach(async () => {
    await mkdir(world.lakeDir)
    expect(mount(world.lakeDir, 'size=1500k')).toBe(true)
    await world.spans('0.parquet', toLegs(0))
    await world.sync()
    await putBig()
  })
  afterEach(() => {
    expect(run('umount', '-l', world.lakeDir)).toBe(true)
  })

  it('stops the import, keeps what is published, sets nothing aside, and serves again once it is larger', async () => {
    for (let i = 0; i < 2; i++) await expect(world.sync()).rejects.toThrow('No space is left on the disk of')
    await expectState([0])
    expect(mount(world.lakeDir, 'remount,size=20m')).toBe(true)
    const { state, manifest } = await world.sync()
    expect(state).toBe('updated')
    await expectState([0, ...big])
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
  })

  it('is not filled by what failed imports wrote', async () => {
    await expect(world.sync()).rejects.toThrow('No space is left on the disk of')
    await rm(join(world.exportsDir, 'big.parquet'))
    await world.spans('1.parquet', toLegs(1))
    const { manifest } = await world.sync()
    await expectState([0, 1])
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
  })
})

describe('a process that may write no large file', () => {
  /** An import in a process whose files may have so many KB. */
  const importWithin = (kb: number) =>
    spawnSync(
      'sh',
      [
        '-c',
        `ulimit -f ${kb * 2} && exec "$0" "$@"`,
        process.execPath,
        lakeScript,
        'import',
        world.exportsDir,
        world.lakeDir,
      ],
      { input: 'begin\n', encoding: 'utf8' },
    )

  it('fails, keeps what is published, and sets nothing aside', async () => {
    await world.spans('0.parquet', toLegs(0))
    expect(importWithin(400).status).toBe(0)
    await putBig()
    const failed = importWithin(400)
    expect(failed.stderr).toContain('File too large')
    expect(failed.status).toBe(1)
    await expectState([0])
    expect(await world.sync()).toMatchObject({ state: 'updated' })
    await expectState([0, ...big])
  })
})
