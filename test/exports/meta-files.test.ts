import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld } from './layout-world.ts'

let world: LayoutWorld
const at = (path: string) => join(world.exportsDir, path)

beforeAll(async () => {
  world = await createLayoutWorld('meta-files')
})
beforeEach(async () => {
  await rm(at('block'), { recursive: true, force: true })
  await mkdir(at('block'))
  await world.parquet('block/data.parquet', 'SELECT 1 AS a')
})
afterAll(() => world.close())

const metaOf = async () => (await world.open('block/data.parquet')).meta

it('reads the description beside a file', async () => {
  await world.write('block/meta.json', '{"format": "vParquet4"}')
  expect(await metaOf()).toEqual({ format: 'vParquet4' })
})

it('reads a description that is a link within the drop folder', async () => {
  await world.write('elsewhere.json', '[7]')
  await symlink(at('elsewhere.json'), at('block/meta.json'))
  expect(await metaOf()).toEqual([7])
})

it.each(['', 'no JSON', '{"a":', ' '.repeat(10_000_001)])(
  'takes one that says nothing for none',
  async (text) => {
    await world.write('block/meta.json', text)
    expect(await metaOf()).toBeUndefined()
  },
)

it('does not follow a link that leads out of the drop folder', async () => {
  const outside = join(world.exportsDir, '..', 'secret.json')
  await writeFile(outside, '{"dedicatedColumns": []}')
  await symlink(outside, at('block/meta.json'))
  expect(await world.refusal('block/data.parquet')).toMatchObject({
    code: 'unreadable_file',
    message: 'It is a link to a file outside the drop folder.',
  })
})
