import { copyFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findDifferences } from '../support/lake-compare.ts'
import { at, type LogRow, oldestSpanColumns, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
function createRandom(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Random = ReturnType<typeof createRandom>

const below = (random: Random, n: number) => Math.floor(random() * n)
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T

const names = [
  'cx.journey',
  'cx.interaction.agent',
  'cx.ai.conversation',
  'cx.flow.node',
  'cx.queue.wait',
  'other',
]
const midnight = at('2026-05-02T00:00:00Z')

/** Spans of a few traces around midnight; now and then a second version of a span, or a number that became a text. */
function makeSpans(random: Random): readonly SpanRow[] {
  return Array.from({ length: 60 }, () => {
    const trace = below(random, 9)
    const id = below(random, 8)
    return {
      traceId: traceId(trace),
      spanId: spanId(id),
      parent: id === 0 ? '' : spanId(0),
      ns: midnight + BigInt((id === 0 ? 0 : id - 3) * 1_800_000_000_000) - BigInt(below(random, 2) * 1000),
      durationNs: BigInt(below(random, 3) * 1_000_000_000),
      name: pick(random, names),
      status: pick(random, ['Unset', 'Ok', 'Error']),
      service: pick(random, ['a', 'b', 'operata']),
      attributes: {
        'cx.agent.username': `agent ${below(random, 3)}`,
        'cx.ai.escalated': pick(random, ['true', 'false']),
        'cx.webrtc.audio.mos_score': String(2 + below(random, 20) / 8),
        [`free.${below(random, 4)}`]: pick(random, ['1', '2.5', 'true', 'text', '007']),
      },
      events:
        random() < 0.3 ? [{ ns: midnight, name: 'e', attributes: { a: String(below(random, 2)) } }] : [],
    }
  })
}

const makeLogs = (random: Random): readonly LogRow[] =>
  Array.from({ length: 20 }, () => ({
    ns: midnight + BigInt(below(random, 3) - 1) * 1_000_000_000n,
    body: `line ${below(random, 5)}`,
    traceId: traceId(below(random, 4)),
    attributes: { n: String(below(random, 3)) },
  }))

type Step = (world: LakeWorld, random: Random) => Promise<unknown>

const listExports = async (world: LakeWorld) => (await readdir(world.exportsDir)).sort()

const drop: Step = (world, random) => {
  const path = `f${below(random, 6)}.parquet`
  const rows = makeSpans(random)
  return world.spans(
    path,
    rows.slice(0, 1 + below(random, rows.length)),
    random() < 0.3 ? oldestSpanColumns : {},
  )
}
const dropLogs: Step = (world, random) => world.logs(`l${below(random, 3)}.parquet`, makeLogs(random))

/** A step on a file that is there, with a kept copy of what was removed before. */
const onFile =
  (act: (path: string, world: LakeWorld, random: Random) => Promise<unknown>): Step =>
  async (world, random) => {
    const paths = await listExports(world)
    return paths.length > 0 && act(join(world.exportsDir, pick(random, paths)), world, random)
  }

const steps: readonly Step[] = [
  drop,
  drop,
  dropLogs,
  onFile((path, world, random) => rename(path, join(world.exportsDir, `n${below(random, 9)}.parquet`))),
  onFile((path, world, random) => copyFile(path, join(world.exportsDir, `c${below(random, 9)}.parquet`))),
  onFile(async (path, world) => {
    await copyFile(path, join(world.root, 'removed'))
    await rm(path)
  }),
  (world, random) =>
    copyFile(join(world.root, 'removed'), join(world.exportsDir, `r${below(random, 3)}.parquet`)).catch(
      () => {},
    ),
]

describe('any sequence of drops, copies, renames and removals', () => {
  it.each(Array.from({ length: 32 }, (_, i) => i))(
    'ends with the tables of one import of what is left (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      const world = await createLakeWorld('random-sequences')
      try {
        for (const step of [drop, drop, dropLogs]) await step(world, random)
        await world.sync()
        for (let i = 0; i <= seed % 6; i++) await pick(random, steps)(world, random)
        const { manifest } = await world.sync()
        const cleanDir = join(world.root, 'clean')
        const clean = await world.sync(cleanDir)
        expect(clean.manifest.sources.length).toBe((await listExports(world)).length)
        const differences = await findDifferences(
          world,
          { manifest, lakeDir: world.lakeDir },
          { manifest: clean.manifest, lakeDir: cleanDir },
        )
        expect(differences).toEqual([])
      } finally {
        await world.close()
      }
    },
  )
})
