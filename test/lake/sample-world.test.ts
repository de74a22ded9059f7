import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storedServices as services } from '../../src/catalog/catalog.ts'
import { findInsights } from '../../src/catalog/find-insights.ts'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import type { Row } from '../../src/engine/engine.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'
import { generateExports, type SampleSummary } from '../../src/samples/generate-exports.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { createLakeWorld, type LakeWorld, toSnapshot } from '../support/lake-world.ts'

let world: LakeWorld
let summary: SampleSummary
let manifest: Manifest

beforeAll(async () => {
  world = await createLakeWorld('sample-world')
  const options = { out: world.exportsDir, journeys: 300, days: 3, start: '2026-05-01', seed: 11 }
  summary = await generateExports(world.engine, options, noProgress)
  manifest = (await world.sync()).manifest
  const { exportsDir: raw } = world
  await world.query(`CREATE VIEW raw AS FROM read_parquet('${raw}/*/otel_traces_*.parquet')`)
  await world.query(`CREATE VIEW raw_logs AS FROM read_parquet('${raw}/*/otel_logs_*.parquet')`)
  const tables = [
    'spans',
    'traces',
    'logs',
    'agent_interaction',
    'node_interaction',
    'ai_interaction',
    'journey_interaction',
  ]
  for (const table of tables)
    await world.query(
      `CREATE VIEW ${table} AS FROM read_parquet('${world.lakeDir}/${table}/**/*.parquet', hive_partitioning = true, union_by_name = true)`,
    )
})
afterAll(() => world.close())

const scalar = async (sql: string) => Object.values((await world.query(sql))[0] ?? {})[0]

describe('the lake as plain Parquet', () => {
  it('is read by any engine, partition by partition, without the manifest', async () => {
    const sql = `SELECT count(*) AS n, count(DISTINCT day) AS days FROM read_parquet('${world.lakeDir}/agent_interaction/**/*.parquet', hive_partitioning = true)`
    const legs = await scalar(`SELECT count(*) FROM raw WHERE "SpanName" = 'cx.interaction.agent'`)
    expect(await world.query(sql)).toEqual([{ n: legs, days: 3 }])
  })

  it.each([
    ['spans', 'SELECT count(*) FROM raw'],
    ['traces', 'SELECT count(DISTINCT "TraceId") FROM raw'],
    ['logs', 'SELECT count(*) FROM (SELECT DISTINCT * FROM raw_logs)'],
    ['agent_interaction', `SELECT count(*) FROM raw WHERE "SpanName" = 'cx.interaction.agent'`],
    ['node_interaction', `SELECT count(*) FROM raw WHERE "SpanName" = 'cx.flow.node'`],
    ['ai_interaction', `SELECT count(*) FROM raw WHERE "SpanName" = 'cx.ai.conversation'`],
    ['journey_interaction', 'SELECT count(DISTINCT "TraceId") FROM raw'],
  ])('%s has the rows of the exports', async (table, sql) => {
    const count = await scalar(sql)
    expect(count).toBeGreaterThan(0)
    expect(await scalar(`SELECT count(*) FROM ${table}`)).toBe(count)
  })

  it('has the counts that the generator tells', async () => {
    expect(await scalar('SELECT count(*) FROM spans')).toBe(summary.spans)
    expect(await scalar('SELECT count(*) FROM journey_interaction')).toBe(summary.journeys)
  })

  it('is compressed with zstd, and partitioned by the day of a trace', async () => {
    expect(
      await world.query(
        `SELECT DISTINCT compression FROM parquet_metadata('${world.lakeDir}/spans/**/*.parquet') WHERE total_compressed_size > 0`,
      ),
    ).toEqual([{ compression: 'ZSTD' }])
    expect(
      await scalar(`SELECT count(*) FROM traces WHERE strftime("timestamp", '%Y-%m-%d') <> day::VARCHAR`),
    ).toBe(0)
    expect(
      await scalar(
        `SELECT count(*) FROM (SELECT trace_id FROM spans GROUP BY trace_id HAVING count(DISTINCT day) > 1)`,
      ),
    ).toBe(0)
  })
})

describe('the tables agree with the raw export', () => {
  it('span by span', async () => {
    const raw = `SELECT "TraceId", "SpanId", nullif("ParentSpanId", ''), "SpanName", "SpanKind", "ServiceName", "Timestamp", "Duration"::BIGINT, "StatusCode", nullif("StatusMessage", ''), "SpanAttributes", "ResourceAttributes", len("Events.Name"), len("Links.SpanId") FROM raw`
    const lake =
      'SELECT trace_id, span_id, parent_span_id, span_name, span_kind, service_name, "timestamp", duration, status_code, status_message, attributes, resource_attributes, len(events), len(links) FROM spans'
    expect(await world.query(`(${raw}) EXCEPT ALL (${lake})`)).toEqual([])
    expect(await world.query(`(${lake}) EXCEPT ALL (${raw})`)).toEqual([])
  })

  it('trace by trace', async () => {
    const raw = `SELECT "TraceId", min("Timestamp"), (max(epoch_ns("Timestamp") + "Duration"::BIGINT) - min(epoch_ns("Timestamp")))::BIGINT, count(*), count(*) FILTER ("StatusCode" = 'Error'), count(DISTINCT "ServiceName"), any_value("SpanName") FILTER ("ParentSpanId" = '') FROM raw GROUP BY "TraceId"`
    const lake =
      'SELECT trace_id, "timestamp", duration, span_count, error_count, service_count, root_span_name FROM traces'
    expect(await world.query(`(${raw}) EXCEPT ALL (${lake})`)).toEqual([])
    expect(await scalar('SELECT count(*) FROM traces')).toBe(summary.journeys)
  })

  it('journey by journey', async () => {
    const is = (name: string) => `"SpanName" = '${name}'`
    const key = (name: string) => `"SpanAttributes"['${name}']`
    const raw = `SELECT "TraceId",
  count(*) FILTER (${is('cx.interaction.agent')}),
  count(*) FILTER (${is('cx.interaction.agent')} AND ${key('cx.interaction.transferred')} = 'true'),
  (coalesce(sum("Duration") FILTER (${is('cx.queue.wait')}), 0) // 1000000)::BIGINT,
  coalesce(sum(${key('cx.interaction.hold_ms')}::DOUBLE) FILTER (${is('cx.interaction.agent')}), 0)::BIGINT,
  min(${key('cx.webrtc.audio.mos_score')}::DOUBLE) FILTER (${is('cx.interaction.agent')}),
  bool_or("StatusCode" = 'Error')
FROM raw GROUP BY "TraceId"`
    const lake = `SELECT trace_id, attributes_agent_leg_count, attributes_transfer_count, attributes_queue_wait_ms,
  attributes_hold_ms, attributes_min_mos_score, attributes_had_error FROM journey_interaction`
    expect(await world.query(`(${raw}) EXCEPT ALL (${lake})`)).toEqual([])
    expect(
      await scalar('SELECT count(*) FROM journey_interaction WHERE attributes_transfer_count > 0'),
    ).toBeGreaterThan(0)
  })

  it('issue by issue, with what findInsights explains', async () => {
    const legs =
      await world.query(`SELECT "SpanAttributes" AS attributes, a.attributes_cx_insight_count AS count,
  a.attributes_cx_insight_max_severity AS severity, a.attributes_cx_insight_tags AS tags
FROM raw JOIN agent_interaction AS a ON a.span_id = raw."SpanId" AND a.trace_id = raw."TraceId"`)
    const found = (row: Row) => findInsights(row['attributes'] as Readonly<Record<string, string>>)
    expect(legs.length).toBeGreaterThan(100)
    for (const leg of legs) {
      const insights = found(leg)
      expect(leg['count']).toBe(insights.length)
      expect(leg['severity']).toBe(insights[0]?.severity ?? null)
      expect((leg['tags'] === null ? [] : String(leg['tags']).split(',')).sort()).toEqual(
        insights.map(({ tag }) => tag).sort(),
      )
    }
    expect(legs.some((leg) => Number(leg['count']) > 0)).toBe(true)
  })

  it('with the snapshot that the server reads', async () => {
    const snapshot = toSnapshot(manifest, world.lakeDir)
    expect(manifest.rejected).toEqual([])
    expect(manifest.sources.map(({ rows, skippedRows }) => [rows > 0, skippedRows])).toEqual(
      Array(6).fill([true, 0]),
    )
    for (const service of services)
      expect(await scalar(`SELECT count(*) FROM ${service.name}`), service.name).toBe(
        snapshot.countRows(service),
      )
  })

  it('and are the same when the files come one by one, the last day first', async () => {
    const other = join(world.root, 'one-by-one')
    const folders = { exportsDir: join(other, 'exports'), lakeDir: join(other, 'lake'), memoryLimitMb: 1000 }
    await mkdir(folders.exportsDir, { recursive: true })
    const sync = () => syncLake(folders, { log: createLog('error'), progress: noProgress })
    for (const file of summary.files.toReversed()) {
      await copyFile(file, join(folders.exportsDir, basename(file)))
      expect(await sync()).toMatchObject({ state: 'updated' })
    }
    const { manifest: grown } = await sync()
    expect(grown.generation).toBe(6)
    const states = [
      { manifest, lakeDir: world.lakeDir },
      { manifest: grown, lakeDir: folders.lakeDir },
    ] as const
    expect(await findDifferences(world, ...states)).toEqual([])
  })
})
