import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld
let cut: Manifest
let whole: Manifest

const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
const spans = 90_000

/** Traces of ten spans, begun in no order over one day and the first hours of the next. */
const columns = `SELECT
  make_timestamp_ns(1777593600000000000 + (i // 10) * 7919 % 9000 * 11000000000 + i % 10 * 1000) AS "Timestamp",
  md5((i // 10)::VARCHAR) AS "TraceId",
  substr(md5(i::VARCHAR), 1, 16) AS "SpanId",
  CASE WHEN i % 10 = 0 THEN '' ELSE substr(md5((i // 10 * 10)::VARCHAR), 1, 16) END AS "ParentSpanId",
  '' AS "TraceState",
  CASE i % 10 WHEN 1 THEN 'cx.interaction.agent' WHEN 2 THEN 'cx.flow.node' ELSE 'work' END AS "SpanName",
  'Internal' AS "SpanKind",
  'app' AS "ServiceName",
  MAP {'service.name': 'app'} AS "ResourceAttributes",
  MAP {'cx.agent.username': 'agent ' || i % 7, 'n': i::VARCHAR} AS "SpanAttributes",
  1000::UBIGINT AS "Duration",
  'Ok' AS "StatusCode",
  '' AS "StatusMessage"
FROM range(${spans}) AS r(i)`

beforeAll(async () => {
  world = await createLakeWorld('big-day')
  await world.query(`COPY (${columns}) TO '${world.exportsDir}/a.parquet' (FORMAT parquet)`)
  const sync = async (lakeDir: string, memoryLimitMb: number) => {
    const { exportsDir } = world
    return (await syncLake({ exportsDir, lakeDir, memoryLimitMb }, { log, progress: noProgress })).manifest
  }
  cut = await sync(world.lakeDir, 200)
  whole = await sync(join(world.root, 'whole'), 2000)
})
afterAll(() => world.close())

const partitions = (manifest: Manifest, table: string) =>
  manifest.partitions.filter((partition) => partition.table === table)

describe('a day that is too large for one chunk', () => {
  it('is cut into files of whole traces, and into parts by the time at which they began', async () => {
    expect(partitions(whole, 'spans').map(({ day, rows }) => [day, rows])).toEqual([
      ['2026-05-01', 65_540],
      ['2026-05-01', 13_010],
      ['2026-05-02', 11_450],
    ])
    const parts = partitions(cut, 'spans')
    expect(parts.map(({ day, rows }) => [day, rows])).toEqual([
      ['2026-05-01', 39_280],
      ['2026-05-01', 39_270],
      ['2026-05-02', 11_450],
    ])
    const bounds = await Promise.all(
      parts.slice(0, 2).map(async ({ file }) => {
        const [row] = await world.query(
          `SELECT min(trace_start)::VARCHAR AS low, max(trace_start)::VARCHAR AS high FROM '${world.lakeDir}/${file}'`,
        )
        return { low: String(row?.['low']), high: String(row?.['high']) }
      }),
    )
    expect(bounds[0]?.high.localeCompare(bounds[1]?.low ?? '')).toBe(-1)
  })

  it('has the same rows as in one part', async () => {
    const states = [
      { manifest: cut, lakeDir: world.lakeDir },
      { manifest: whole, lakeDir: join(world.root, 'whole') },
    ] as const
    expect(await findDifferences(world, ...states)).toEqual([])
  })
})
