import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { findDifferences, type LakeState } from '../support/lake-compare.ts'
import { syncFolders } from '../support/lake-exports.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('memory')
})
afterEach(() => world.close())

const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
const ns = at('2026-05-01T10:00:00Z')

const folders = (memoryLimitMb: number) => ({
  exportsDir: world.exportsDir,
  lakeDir: world.lakeDir,
  memoryLimitMb,
})

/** Rows of some tables over all their days. */
const countRows = (manifest: Manifest | undefined) =>
  Object.fromEntries(
    ['spans', 'agent_interaction', 'journey_interaction'].map((table) => [
      table,
      (manifest?.partitions ?? [])
        .filter((partition) => partition.table === table)
        .reduce((sum, { rows }) => sum + rows, 0),
    ]),
  )

describe('a file that needs more memory than there is', () => {
  it('is set aside, and the others load', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ traceId: traceId(i), spanId: spanId(i), ns }))
    await world.spans('bomb.parquet', rows, { SpanAttributes: "MAP {'big': repeat('v', 1000000)}" })
    await world.spans('good.parquet', [{ traceId: traceId(5000), spanId: spanId(1), ns }])
    const { manifest } = await syncLake(folders(300), { log, progress: noProgress })
    expect(manifest.sources).toMatchObject([{ path: 'good.parquet', rows: 1 }])
    expect(manifest.rejected).toMatchObject([
      {
        path: 'bomb.parquet',
        reason: expect.stringMatching(/needs more memory than the limit of 300 MB[.]$/),
        next: expect.stringContaining('PARQUETRY_MEMORY_MB'),
      },
    ])
  })
})

describe('a day that needs more memory than there is', () => {
  it('sets the new files of that day aside, keeps what it had, and builds the other days', async () => {
    const day = (n: number) => ns + BigInt(n) * 86_400_000_000_000n
    await world.spans('earlier.parquet', [{ traceId: traceId(1), spanId: spanId(9000), ns }])
    await syncLake(folders(300), { log, progress: noProgress })
    for (let file = 0; file < 12; file++) {
      const rows = Array.from({ length: 50 }, (_, i) => ({
        traceId: traceId(1),
        spanId: spanId(file * 50 + i),
        ns,
      }))
      await world.spans(`big-${file}.parquet`, rows, { ServiceName: "repeat('v', 1000000) || r.spanId" })
    }
    await world.spans('other.parquet', [{ traceId: traceId(2), spanId: spanId(1), ns: day(1) }])
    const { manifest } = await syncLake(folders(300), { log, progress: noProgress })
    expect(manifest.sources.map(({ path }) => path)).toEqual(['earlier.parquet', 'other.parquet'])
    expect(manifest.rejected).toHaveLength(12)
    expect(manifest.rejected[0]).toMatchObject({
      reason: 'With its rows the day 2026-05-01 needs more memory than the limit of 300 MB.',
      memoryLimitMb: 300,
    })
    const rows = manifest.partitions.filter(({ table }) => table === 'spans').map(({ rows: n }) => n)
    expect(rows).toEqual([1, 1])
  })
})

describe('a file whose rows spread over years', () => {
  it('is built some days at a time, and says how far it is', async () => {
    const rows = Array.from({ length: 2000 }, (_, day) => ({
      traceId: traceId(day),
      spanId: spanId(1),
      ns: ns - BigInt(day) * 86_400_000_000_000n,
    }))
    await world.spans('years.parquet', rows)
    const stop = new AbortController()
    const building: number[] = []
    const progress = (phase: string, _: number, of: number) => {
      if (phase !== 'building spans') return
      building.push(of)
      stop.abort()
    }
    await expect(syncLake(folders(300), { log, progress, signal: stop.signal })).rejects.toMatchObject({
      details: { code: 'timeout' },
    })
    expect(building).toEqual([2000])
  })
})

describe('little memory', () => {
  it('gives the tables that much memory gives', { timeout: 120_000 }, async () => {
    const names =
      "['cx.journey', 'cx.interaction.agent', 'cx.ai.conversation', 'cx.flow.node', 'cx.queue.wait', 'work']"
    for (const file of [0, 1])
      await world.query(`COPY (
  SELECT
    make_timestamp_ns(${ns} + (i // 6 % 3) * 86400000000000 + i * 1000000) AS "Timestamp",
    md5((i // 6)::VARCHAR) AS "TraceId",
    left(md5('s' || i), 16) AS "SpanId",
    CASE WHEN i % 6 > 0 THEN left(md5('s' || (i - i % 6)), 16) ELSE '' END AS "ParentSpanId",
    '' AS "TraceState",
    ${names}[i % 6 + 1] AS "SpanName",
    'Internal' AS "SpanKind",
    'service ' || i % 3 AS "ServiceName",
    MAP {'service.name': 'service ' || i % 3} AS "ResourceAttributes",
    MAP {
      'cx.agent.username': 'agent ' || i % 50,
      'cx.ai.cost_usd': ((i * 7919) % 1000 / 1000)::VARCHAR,
      'cx.webrtc.audio.mos_score': (1 + (i * 31) % 40 / 10)::VARCHAR,
      'noise': sha256(i::VARCHAR) || sha256('n' || i),
      'version': '1.' || i % 12
    } AS "SpanAttributes",
    ((i * 104729) % 5000000000)::UBIGINT AS "Duration",
    'Unset' AS "StatusCode",
    '' AS "StatusMessage"
  FROM range(${file * 25_000}, ${file * 25_000 + 35_000}) AS numbers(i)
) TO '${world.exportsDir}/${file}.parquet' (FORMAT parquet)`)
    const [little, much] = await Promise.all(
      [256, 2000].map(async (memoryLimitMb) => {
        const lakeDir = join(world.root, `lake-${memoryLimitMb}`)
        const { manifest } = await syncFolders(world.exportsDir, lakeDir, memoryLimitMb)
        return { manifest, lakeDir }
      }),
    )
    for (const state of [little, much]) {
      expect(state?.manifest.rejected).toEqual([])
      expect(countRows(state?.manifest)).toEqual({
        spans: 60_000,
        agent_interaction: 10_000,
        journey_interaction: 10_000,
      })
    }
    expect(await findDifferences(world, little as LakeState, much as LakeState)).toEqual([])
  })
})
