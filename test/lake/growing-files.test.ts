import { appendFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Progress } from '../../src/core/progress.ts'
import { readManifest } from '../../src/lake/manifest.ts'
import { type SyncResult, syncLake } from '../../src/lake/sync/sync-lake.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { syncFolders } from '../support/lake-exports.ts'
import { listLakeFiles, toNamedFiles } from '../support/lake-files.ts'
import { type WholeSpan, writeOtlpLogs, writeOtlpSpans } from '../support/lake-formats.ts'
import { toLegCounts, toLegs } from '../support/lake-legs.ts'
import { at } from '../support/lake-rows.ts'
import { countState } from '../support/lake-state.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('growing-files')
})
afterEach(() => world.close())

const whole: Omit<WholeSpan, 'traceId' | 'spanId' | 'ns'> = {
  durationNs: 0n,
  parent: '',
  name: 'work',
  kind: 'Internal',
  service: 'app',
  status: 'Unset',
  message: '',
  attributes: {},
  resource: { 'service.name': 'app' },
  events: [],
  links: [],
}

/** The lines of an OTLP file with the legs of some files. */
async function toLines(...files: readonly number[]): Promise<string> {
  const path = join(world.root, 'lines.jsonl')
  await writeOtlpSpans(
    path,
    files.flatMap(toLegs).map((row) => ({ ...whole, ...row })),
  )
  return readFile(path, 'utf8')
}

const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

const syncWith = (progress: Progress): Promise<SyncResult> =>
  syncLake({ exportsDir: world.exportsDir, lakeDir: world.lakeDir, memoryLimitMb: 1000 }, { log, progress })

const growing = () => join(world.exportsDir, 'growing.jsonl')

const count = ({ manifest }: SyncResult) => countState(world, { manifest, lakeDir: world.lakeDir })

describe('a file that grows while it is read', () => {
  it.each(['reading exports', 'staging spans', 'building spans', 'building logs'])(
    'in the phase of %s ends whole, and once',
    async (phase) => {
      await writeFile(growing(), await toLines(0))
      const rest = await toLines(1)
      let passes = 0
      let hasGrown = false
      const result = await syncWith((name, done) => {
        if (name === 'reading exports' && done === 0) passes += 1
        if (name !== phase || hasGrown) return
        hasGrown = true
        appendFileSync(growing(), rest)
      })
      expect(passes).toBe(2)
      expect(result).toMatchObject({ state: 'updated', manifest: { generation: 1, rejected: [] } })
      expect(result.manifest.sources).toMatchObject([{ path: 'growing.jsonl', rows: 80 }])
      expect(await count(result)).toEqual(toLegCounts([0, 1], 0))
      expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(result.manifest))
    },
  )

  it('without end leaves what is published as it was, and is read when it rests', async () => {
    const logs = [{ ns: at('2026-05-01T10:00:00Z'), body: 'a' }]
    await writeOtlpLogs(growing(), logs)
    const published = (await world.sync()).manifest
    await writeOtlpLogs(growing(), [...logs, { ns: at('2026-05-01T10:00:01Z'), body: 'b' }])
    const line = await readFile(growing())
    expect(
      await syncWith((name, done) => {
        if (name === 'reading exports' && done === 0) appendFileSync(growing(), line)
      }),
    ).toEqual({ state: 'busy', manifest: published })
    expect(await readManifest(world.lakeDir)).toEqual(published)
    const { state, manifest } = await world.sync()
    expect(state).toBe('updated')
    expect(manifest.partitions).toMatchObject([{ table: 'logs', rows: 2 }])
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
  })

  it('and is looked at again and again, at lines and in the middle of them, ends as one import of the whole', async () => {
    const text = await toLines(0, 1)
    const lines = text.split('\n').map((line) => line.length + 1)
    const end = (line: number) => lines.slice(0, line).reduce((sum, length) => sum + length, 0)
    const incomplete = 'The file is incomplete: it ends in the middle of a JSON value.'
    const lengths = [
      [0, 'The file is empty.'],
      [10, incomplete],
      [end(1), 1],
      [end(1) + 200, incomplete],
      [end(39) + 1, incomplete],
      [end(40), 40],
      [text.length - 1, 80],
    ] as const
    for (const [length, outcome] of lengths) {
      await writeFile(growing(), text.slice(0, length))
      const { sources, rejected } = (await world.sync()).manifest
      const rows = sources.map(({ rows: n }) => n)
      expect([...rows, ...rejected.map(({ reason }) => reason)], `${length} bytes`).toEqual([outcome])
    }
    await writeFile(growing(), text)
    const { manifest } = await world.sync()
    const cleanDir = join(world.root, 'clean')
    const clean = await syncFolders(world.exportsDir, cleanDir)
    expect(clean.manifest.sources).toMatchObject([{ rows: 80 }])
    expect(
      await findDifferences(
        world,
        { manifest, lakeDir: world.lakeDir },
        { manifest: clean.manifest, lakeDir: cleanDir },
      ),
    ).toEqual([])
  })
})
