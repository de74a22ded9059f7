import { cpSync, existsSync, readdirSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/lake/manifest.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

const folder = resolve(import.meta.dirname, '../../../shared/data/traces')
const isThere = existsSync(folder)

const listFiles = (): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort()

describe.skipIf(!isThere)(
  `files of other tools${isThere ? '' : ' (skipped: their folder is absent)'}`,
  () => {
    let world: LakeWorld
    let manifest: Manifest

    beforeAll(async () => {
      world = await createLakeWorld('real-files')
      cpSync(folder, world.exportsDir, { recursive: true })
      await world.spans('own.parquet', [
        { traceId: traceId(1), spanId: spanId(1), ns: at('2026-05-01T00:00:00Z') },
      ])
      manifest = (await world.sync()).manifest
    })
    afterAll(() => world.close())

    it('are all set aside, and what is readable loads beside them', () => {
      expect(listFiles().length).toBeGreaterThan(10)
      expect(manifest.rejected.map(({ path }) => path)).toEqual(listFiles())
      expect(manifest.sources.map(({ path }) => path)).toEqual(['own.parquet'])
    })

    it('each with a reason and a way out', () => {
      for (const { path, reason, next } of manifest.rejected) {
        const expected =
          extname(path) === '.parquet'
            ? /^Its columns are of no known layout: \w+, /
            : /^It is not a \.parquet file\.$/
        expect(reason, path).toMatch(expected)
        expect(next, path).toMatch(/^Readable are.*otel_traces/)
      }
    })

    it('Tempo blocks by their columns', () => {
      const tempo = manifest.rejected.filter(({ path }) => /tempo\/.*\.parquet$/.test(path))
      expect(tempo.length).toBeGreaterThan(1)
      for (const { reason } of tempo) expect(reason).toMatch(/TraceID, .*StartTimeUnixNano/)
    })
  },
)
