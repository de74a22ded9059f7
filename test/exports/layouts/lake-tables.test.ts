import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storedServices as services } from '../../../src/catalog/catalog.ts'
import { toAttributeKey } from '../../../src/catalog/column.ts'
import { noProgress } from '../../../src/core/progress.ts'
import type { Row } from '../../../src/engine/engine.ts'
import { generateExports } from '../../../src/samples/generate-exports.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../../support/lake-world.ts'
import { readCanonical } from '../canonical-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('service-rows')
})

afterAll(() => world.close())

describe('a lake dropped into exports', () => {
  let source: LakeWorld
  let manifest: Awaited<ReturnType<LakeWorld['sync']>>['manifest']

  beforeAll(async () => {
    source = await createLakeWorld('service-source')
    const options = { out: source.exportsDir, journeys: 60, days: 1, start: '2026-05-01', seed: 5 }
    await generateExports(source.engine, options, noProgress)
    manifest = (await source.sync()).manifest
  })
  afterAll(() => source.close())

  const getService = (name: string) => {
    const service = services.find((candidate) => candidate.name === name)
    if (!service) throw new Error(`no service ${name}`)
    return service
  }

  /** The columns to compare: for journeys those of the journey's own span, which are in its attributes. */
  const rowsOf = (to: LakeWorld, state: typeof manifest, name: string) => {
    const columns = getService(name).columns.map((column) => `"${column.name}"`)
    return to.query(
      `SELECT ${columns.join(', ')} FROM (${readTable(state, to.lakeDir, name)}) ORDER BY trace_id, span_id, "timestamp"`,
    )
  }

  const attributeColumns = (name: string) =>
    getService(name).columns.filter(({ path }) => toAttributeKey(path))

  const forms: Readonly<Record<string, (name: string) => string>> = {
    'its lake names': (name) =>
      `SELECT ${getService(name)
        .columns.map((column) => `"${column.name}"`)
        .join(', ')}`,
    'its wire names': (name) =>
      `SELECT ${getService(name)
        .columns.map(({ name: column, path }) => `"${column}" AS "${path}"`)
        .join(', ')}`,
    'everything that the lake has': () => 'SELECT *',
  }

  /** A world of its own that holds a table of the lake, written to one file, and nothing else. */
  async function carryOver(name: string, path: string, select: string): Promise<LakeWorld> {
    const target = await createLakeWorld('service-target')
    const file = join(source.root, 'carried.parquet')
    await source.query(
      `COPY (${select} FROM (${readTable(manifest, source.lakeDir, name)})) TO '${file}' (FORMAT parquet)`,
    )
    const whole = join(target.exportsDir, path)
    await mkdir(dirname(whole), { recursive: true })
    await copyFile(file, whole)
    return target
  }

  const cases = ['agent_interaction', 'node_interaction', 'ai_interaction'].flatMap((name) =>
    Object.keys(forms).map((form) => [name, form] as const),
  )

  it.each(cases)('gives the rows of %s again, under %s', async (name, form) => {
    const target = await carryOver(name, `${name}.parquet`, forms[form]?.(name) ?? '')
    try {
      const copy = (await target.sync()).manifest
      expect(copy.rejected).toEqual([])
      const expected = await rowsOf(source, manifest, name)
      expect(expected.length).toBeGreaterThan(10)
      expect(await rowsOf(target, copy, name)).toEqual(expected)
    } finally {
      await target.close()
    }
  })

  it.each(['its lake names', 'its wire names'])(
    'gives journeys as their own spans, under %s',
    async (form) => {
      const name = 'journey_interaction'
      const target = await carryOver(name, `${name}/2026-05.parquet`, forms[form]?.(name) ?? '')
      try {
        const spans = await readCanonical(target, `${name}/2026-05.parquet`)
        const journeys = await rowsOf(source, manifest, name)
        const byTrace = new Map(journeys.map((row) => [row['trace_id'], row]))
        expect(spans).toHaveLength(journeys.length)
        for (const span of spans) {
          const journey = byTrace.get(span['trace_id'] ?? '')
          expect(span).toMatchObject({
            span_name: 'cx.journey',
            span_id: journey?.['span_id'],
            timestamp: journey?.['timestamp'],
          })
          const expected = attributeColumns(name).flatMap(({ name: column, path }) => {
            const value = journey?.[column]
            return value === null || value === undefined ? [] : [[toAttributeKey(path)?.key, value] as const]
          })
          const attributes = span['attributes'] as Row
          expect(Object.keys(attributes).sort()).toEqual(expected.map(([key]) => key).sort())
          for (const [key, value] of expected) {
            const text = attributes[key ?? '']
            const time = /^\d{4}-\d{2}-\d{2}T/.test(String(value))
            if (time) expect(Date.parse(String(text))).toBe(Date.parse(String(value)))
            else
              expect(typeof value === 'number' ? Number(text) : text).toEqual(
                typeof value === 'number' ? value : String(value),
              )
          }
        }
      } finally {
        await target.close()
      }
    },
  )

  it.each(['spans', 'logs'])('gives its %s again', async (name) => {
    const target = await carryOver(name, `${name}/2026-05-01.parquet`, 'SELECT *')
    try {
      const copy = (await target.sync()).manifest
      expect(copy.sources.map(({ layout }) => layout)).toEqual([`lake-${name}`])
      const all = (to: LakeWorld, state: typeof manifest) =>
        to.query(
          `SELECT CAST(t AS VARCHAR) AS line FROM (${readTable(state, to.lakeDir, name)}) AS t ORDER BY line`,
        )
      const expected = await all(source, manifest)
      expect(expected.length).toBeGreaterThan(10)
      expect(await all(target, copy)).toEqual(expected)
    } finally {
      await target.close()
    }
  })
})
