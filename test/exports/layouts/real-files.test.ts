import { cpSync, existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../../src/lake/manifest.ts'
import { at, spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'

const folder = resolve(import.meta.dirname, '../../../../shared/data/traces')
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

    const findRejected = (path: string) => manifest.rejected.find((file) => file.path === path)

    it('are each read, or set aside with a reason and a way out', () => {
      expect(listFiles().length).toBeGreaterThan(10)
      const read = manifest.sources.map(({ path }) => path)
      const rejected = manifest.rejected.map(({ path }) => path)
      const metas = listFiles().filter((path) => path.endsWith('-meta.json'))
      expect([...read, ...rejected, ...metas].sort()).toEqual([...listFiles(), 'own.parquet'].sort())
      for (const { path, reason, next } of manifest.rejected) {
        expect(reason, path).toMatch(/^[A-Z].*[.]$/s)
        expect(next, path).toMatch(/^[A-Z].*[.]$/s)
        expect(`${reason} ${next}`, path).not.toMatch(/Error:|LINE \d|read_(?:json|csv|parquet)/)
      }
    })

    it('do not keep what is readable beside them from being read', () => {
      expect(manifest.sources).toContainEqual(expect.objectContaining({ path: 'own.parquet', rows: 1 }))
    })

    it('of metrics are set aside by the names of their columns', () => {
      expect(findRejected('otlp2parquet/metrics_gauge.parquet')?.reason).toMatch(
        /^Its columns are of no known layout: .*metric/i,
      )
    })

    it('that are no tables are in no format', () => {
      expect(findRejected('SOURCES.md')).toMatchObject({ reason: 'It is in no format that can be read.' })
    })
  },
)
