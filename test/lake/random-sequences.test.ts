import { copyFile, mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storedServices as services } from '../../src/catalog/catalog.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { type ExportContent, exportContent } from '../support/lake-arbitraries.ts'
import { findDifferences, type LakeState } from '../support/lake-compare.ts'
import { importUnion, toFileName, writeExport, writeMapping } from '../support/lake-exports.ts'
import { createLakeWorld, type LakeWorld, toSnapshot } from '../support/lake-world.ts'

/** A drop folder under change, with what each of its files holds. */
type Folder = Readonly<{
  world: LakeWorld
  content: Map<string, ExportContent>
  removed: Map<string, ExportContent>
}>

const plainActs = ['rename', 'copy', 'remove', 'bring back', 'sync', 'interrupt'] as const

/** A step acts on the file that `pick` (0 to 1) points at among those there are. */
type Step = Readonly<
  | { act: 'drop' | 'overwrite'; content: ExportContent; pick: number; stem: string }
  | { act: (typeof plainActs)[number]; pick: number; stem: string }
>

const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

const choose = (paths: Iterable<string>, pick: number): string | undefined => {
  const sorted = [...paths].sort()
  return sorted[Math.min(Math.floor(pick * sorted.length), sorted.length - 1)]
}

async function drop({ world, content }: Folder, path: string, dropped: ExportContent) {
  await writeExport(world, world.exportsDir, path, dropped)
  content.set(path, dropped)
}

const whole = ({ world }: Folder, path: string) => join(world.exportsDir, path)
const kept = ({ world }: Folder, path: string) => join(world.root, 'removed', path)

async function take(folder: Folder, path: string) {
  const content = folder.content.get(path) as ExportContent
  await mkdir(dirname(kept(folder, path)), { recursive: true })
  await rename(whole(folder, path), kept(folder, path))
  folder.content.delete(path)
  folder.removed.set(path, content)
}

/** A copy or a new name, which may be one that another file had. */
async function move(folder: Folder, path: string, stem: string, keeps: boolean) {
  const content = folder.content.get(path) as ExportContent
  const target = toFileName(stem, content)
  if (target === path) return
  await (keeps ? copyFile : rename)(whole(folder, path), whole(folder, target))
  if (!keeps) folder.content.delete(path)
  folder.content.set(target, content)
}

/** A sync that is stopped at one of its first twenty steps, if it has so many. */
async function interrupt({ world: { exportsDir, lakeDir } }: Folder, pick: number) {
  const stop = new AbortController()
  let left = Math.floor(pick * 20)
  const progress = () => {
    left -= 1
    if (left < 0) stop.abort()
  }
  const folders = { exportsDir, lakeDir, memoryLimitMb: 1000 }
  await syncLake(folders, { log, progress, signal: stop.signal }).catch((error: unknown) => {
    expect(error).toMatchObject({ details: { code: 'timeout' } })
  })
}

async function bringBack(folder: Folder, pick: number) {
  const path = choose(folder.removed.keys(), pick)
  if (path === undefined) return
  await copyFile(kept(folder, path), whole(folder, path))
  folder.content.set(path, folder.removed.get(path) as ExportContent)
}

/** Other rows under a name that stands for their format. */
async function overwrite(folder: Folder, pick: number, content: ExportContent) {
  const alike = [...folder.content].filter(([, { format }]) => format === content.format)
  const path = choose(
    alike.map(([name]) => name),
    pick,
  )
  if (path !== undefined) await drop(folder, path, content)
}

async function run(folder: Folder, step: Step): Promise<void> {
  if (step.act === 'sync') return void (await folder.world.sync())
  if (step.act === 'interrupt') return interrupt(folder, step.pick)
  if (step.act === 'drop') return drop(folder, toFileName(step.stem, step.content), step.content)
  if (step.act === 'overwrite') return overwrite(folder, step.pick, step.content)
  if (step.act === 'bring back') return bringBack(folder, step.pick)
  const path = choose(folder.content.keys(), step.pick)
  if (path === undefined) return
  if (step.act === 'remove') return take(folder, path)
  return move(folder, path, step.stem, step.act === 'copy')
}

const place = {
  pick: fc.double({ min: 0, max: 1, noNaN: true }),
  stem: fc.constantFrom('1', '2', '3', 'sub/4', 'ü 5'),
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    act: fc.constantFrom('drop' as const, 'overwrite' as const),
    content: exportContent,
    ...place,
  }),
  fc.record({ act: fc.constantFrom(...plainActs), ...place }),
)

const schemaOf = ({ manifest, lakeDir }: LakeState) => {
  const snapshot = toSnapshot(manifest, lakeDir)
  return services.map((service) => [service.name, snapshot.schema(service)])
}

async function expectPure(first: readonly ExportContent[], steps: readonly Step[]) {
  const world = await createLakeWorld('random-sequences')
  try {
    for (const path of ['', 'sub']) await writeMapping(join(world.exportsDir, path))
    const folder: Folder = { world, content: new Map(), removed: new Map() }
    for (const [i, content] of first.entries()) await drop(folder, toFileName(`first ${i}`, content), content)
    await world.sync()
    for (const each of steps) await run(folder, each)
    const { manifest } = await world.sync()
    const rejected = manifest.rejected.filter(({ path }) => !path.endsWith('.mapping.yaml'))
    expect(rejected).toEqual([])
    const exports = [...folder.content.values()]
    expect(manifest.sources.map(({ path }) => path)).toEqual([...folder.content.keys()].sort())
    const union = await importUnion(world, 'union', exports)
    const state = { manifest, lakeDir: world.lakeDir }
    expect(await findDifferences(world, state, union)).toEqual([])
    expect(schemaOf(state)).toEqual(schemaOf(union))
  } finally {
    await world.close()
  }
}

describe('any sequence of drops, overwrites, copies, renames, removals, syncs and interruptions', () => {
  it.each([1, 2])(
    'ends with the tables of one import of all rows that are left (seed %i)',
    { timeout: 120_000 },
    async (seed) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(exportContent, { minLength: 1, maxLength: 4 }),
          fc.array(step, { minLength: 1, maxLength: 8 }),
          expectPure,
        ),
        { seed, numRuns: 8, endOnFailure: true },
      )
    },
  )
})
