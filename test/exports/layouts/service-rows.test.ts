import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalColumns } from '../../../src/exports/canonical.ts'
import { at, spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('service-rows')
})

afterAll(() => world.close())

/** Writes a Parquet file of the rows that a SELECT gives. */
async function write(to: LakeWorld, path: string, select: string): Promise<void> {
  const whole = join(to.exportsDir, path)
  await mkdir(dirname(whole), { recursive: true })
  await to.query(`COPY (${select}) TO '${whole}' (FORMAT parquet)`)
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

const wireRow = `SELECT
  '${traceId(1)}' AS "TraceId",
  '${spanId(1)}' AS "SpanId",
  '${spanId(9)}' AS "ParentSpanId",
  TIMESTAMP '2026-05-24 10:00:00.25' AS "Timestamp",
  90000000000::BIGINT AS "Duration",
  'Server' AS "SpanKind",
  'amazon-connect' AS "ServiceName",
  'Error' AS "StatusCode",
  'cut off' AS "StatusMessage",
  'eu-1' AS "ResourceAttributes.cloud.region",
  4.25::DOUBLE AS "Attributes.cx.webrtc.audio.mos_score",
  7::BIGINT AS "Attributes.cx.queue.wait_ms",
  true AS "Attributes.cx.interaction.transferred",
  NULL::VARCHAR AS "Attributes.cx.agent.team",
  '' AS "Attributes.cx.agent.name",
  TIMESTAMP '2026-05-24 10:00:00.120' AS "Attributes.custom.at",
  ['a', 'b'] AS "Attributes.custom.tags",
  'Brno' AS site`

const wireSpan = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: spanId(9),
  trace_state: null,
  span_name: 'cx.interaction.agent',
  span_kind: 'Server',
  service_name: 'amazon-connect',
  timestamp: '2026-05-24T10:00:00.250Z',
  duration_ns: 90_000_000_000,
  status_code: 'Error',
  status_message: 'cut off',
  resource_attributes: { 'cloud.region': 'eu-1' },
  attributes: {
    site: 'Brno',
    'cx.webrtc.audio.mos_score': '4.25',
    'cx.queue.wait_ms': '7',
    'cx.interaction.transferred': 'true',
    'custom.at': '2026-05-24T10:00:00.12Z',
    'custom.tags': '["a","b"]',
  },
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

describe('rows of a service', () => {
  it('become spans, with a typed value for each attribute as text', async () => {
    await write(world, 'legs.parquet', wireRow)
    const rows = await readCanonical(world, 'legs.parquet')
    expect(rows).toEqual([wireSpan])
    expect(Object.keys(rows[0] ?? {})).toEqual([...canonicalColumns.spans])
    expect(await recognise(world, 'legs.parquet')).toMatchObject({ layout: 'service-rows' })
  })

  it('have the same column types as spans of any layout', async () => {
    await world.spans('typed.parquet', [
      { traceId: traceId(1), spanId: spanId(1), ns: at('2026-05-24T10:00:00Z') },
    ])
    const typesOf = async (path: string) => {
      const { relations } = await recognise(world, path)
      return world.query(`SELECT column_name, column_type FROM (DESCRIBE ${relations[0]?.sql})`)
    }
    expect(await typesOf('legs.parquet')).toEqual(await typesOf('typed.parquet'))
  })

  it('are read under their names in the lake, dots found by the catalog', async () => {
    await write(
      world,
      'agent_interaction/2026-05.parquet',
      `SELECT '${traceId(2)}' AS trace_id, '${spanId(2)}' AS span_id, make_timestamp_ns(5) AS "timestamp", 8::BIGINT AS duration,
  'Ústí' AS attributes_cx_queue_name, 3.5 AS attributes_cx_webrtc_audio_mos_score, 'x' AS attributes_own_made_up,
  'eu' AS resource_attributes_cloud_region, '2026-05-24' AS day`,
    )
    expect(await readCanonical(world, 'agent_interaction/2026-05.parquet')).toMatchObject([
      {
        trace_id: traceId(2),
        span_name: 'cx.interaction.agent',
        duration_ns: 8,
        timestamp: '1970-01-01T00:00:00.000000005Z',
        attributes: { 'cx.queue.name': 'Ústí', 'cx.webrtc.audio.mos_score': '3.5', own_made_up: 'x' },
        resource_attributes: { cloud_region: 'eu' },
      },
    ])
    const [row] = await readCanonical(world, 'agent_interaction/2026-05.parquet')
    expect(Object.keys(row?.['attributes'] ?? {})).toHaveLength(3)
  })

  it('take what a whole attribute map says before what was made from it', async () => {
    await write(
      world,
      'mapped.parquet',
      `SELECT '${traceId(3)}' AS trace_id, '${spanId(3)}' AS span_id, make_timestamp_ns(5) AS "timestamp",
  MAP {'own.key': '007', 'cx.queue.wait_ms': '1.0'} AS attributes, MAP {'r': 's'} AS resource_attributes,
  1::BIGINT AS attributes_cx_queue_wait_ms, 7::BIGINT AS attributes_own_key, 2::BIGINT AS attributes_cx_insight_count`,
    )
    expect(await readCanonical(world, 'mapped.parquet')).toMatchObject([
      {
        attributes: { 'own.key': '007', 'cx.queue.wait_ms': '1.0', 'cx.insight.count': '2' },
        resource_attributes: { r: 's' },
      },
    ])
  })

  const names: readonly (readonly [string, string, string, readonly string[]])[] = [
    [
      'a folder of the name',
      'ai_interaction/a.parquet',
      `'x' AS "Attributes.cx.contact.id", 'own' AS "SpanName"`,
      ['cx.ai.conversation'],
    ],
    [
      'a folder above',
      'x/node_interaction/2026/05/b.parquet',
      `'x' AS "Attributes.cx.contact.id"`,
      ['cx.flow.node'],
    ],
    [
      'the journeys',
      'journey_interaction/c.parquet',
      `'x' AS "Attributes.journey_id", 'GET /' AS "SpanName"`,
      ['cx.journey'],
    ],
    [
      'its own column',
      'd.parquet',
      `unnest(['mine', 'cx.flow.node']) AS "SpanName", 1 AS "Attributes.cx.queue.wait_ms"`,
      ['cx.flow.node', 'mine'],
    ],
    [
      'its own column, blank',
      'e.parquet',
      `'' AS "SpanName", 1 AS "Attributes.cx.queue.wait_ms"`,
      ['cx.interaction.agent'],
    ],
    [
      'what its columns suggest',
      'f.parquet',
      `1 AS "Attributes.cx.ai.turn_count", 2 AS "Attributes.cx.contact.id"`,
      ['cx.ai.conversation'],
    ],
    ['columns that several services have', 'g.parquet', `1 AS "Attributes.cx.contact.id"`, ['']],
    ['columns of no service', 'h.parquet', `1 AS "Attributes.http.method"`, ['']],
  ]

  it.each(names)('are named by %s', async (_, path, columns, expected) => {
    await write(
      world,
      path,
      `SELECT '${traceId(4)}' AS "TraceId", make_timestamp_ns(5) AS "Timestamp", ${columns}`,
    )
    const rows = await readCanonical(world, path)
    expect(rows.map((row) => row['span_name']).sort()).toEqual(expected)
  })

  it('get a trace id from what they have in common, a span id of their own, and a time from the journey', async () => {
    await write(
      world,
      'idless.parquet',
      `SELECT * FROM (VALUES
  ('j-1', NULL, '2026-05-24T10:00:00Z', 1500),
  (NULL, 'c-1', '2026-05-24T10:00:01Z', NULL),
  (NULL, '0A1b2c3d-0000-4000-8000-00000000000F', '2026-05-24T10:00:02Z', 2),
  (NULL, NULL, '2026-05-24T10:00:03Z', -5),
  (NULL, NULL, 'soon', 1)
) AS t("Attributes.journey_id", "Attributes.cx.contact.id", "Attributes.start_time", "Attributes.duration_ms")`,
    )
    const rows = (await readCanonical(world, 'idless.parquet')).toSorted((a, b) =>
      String(a['timestamp']) < String(b['timestamp']) ? -1 : 1,
    )
    const last = JSON.stringify([null, null, '2026-05-24T10:00:03Z', '-5'])
    expect(rows.map((row) => row['trace_id'])).toEqual([
      md5('j-1'),
      md5('c-1'),
      '0a1b2c3d00004000800000000000000f',
      md5(last),
      md5(JSON.stringify([null, null, 'soon', '1'])),
    ])
    expect(rows[3]).toMatchObject({ span_id: md5(last).slice(0, 16), duration_ns: 0 })
    expect(rows[0]).toMatchObject({ timestamp: '2026-05-24T10:00:00Z', duration_ns: 1_500_000_000 })
    expect(rows[4]).toMatchObject({ timestamp: null })
    expect(new Set(rows.map((row) => row['span_id'])).size).toBe(5)
  })

  it('keep the legs of one journey together', async () => {
    await write(
      world,
      'transfer.parquet',
      `SELECT unnest(['c-1', 'c-2']) AS "Attributes.cx.contact.id", 'c-1' AS "Attributes.cx.contact.initial_id"`,
    )
    const rows = await readCanonical(world, 'transfer.parquet')
    expect(rows.map((row) => row['trace_id'])).toEqual([md5('c-1'), md5('c-1')])
  })

  it('survive hostile names and values', async () => {
    await write(
      world,
      'hostile.parquet',
      `SELECT '''); DROP TABLE x; --' AS "Attributes.a'b""c", 'infinity'::TIMESTAMP AS "Attributes.late", 'x' AS "Attributes.",
  'not an id' AS "SpanId", 'nor' AS "Timestamp", 'long' AS "Duration"`,
    )
    expect(await readCanonical(world, 'hostile.parquet')).toMatchObject([
      {
        span_id: md5('not an id').slice(0, 16),
        timestamp: null,
        duration_ns: 0,
        attributes: { [`a'b"c`]: `'); DROP TABLE x; --` },
      },
    ])
  })

  const retry = { timestamp: '2026-01-01T00:00:01Z', name: 'retry', attributes: { n: '1' } }
  const linked = { trace_id: traceId(7), span_id: spanId(7), trace_state: '', attributes: { l: '2' } }

  it.each([
    [
      'wire',
      `[TIMESTAMP '2026-01-01 00:00:01'] AS "Events.Timestamp", ['retry'] AS "Events.Name", [MAP {'n': '1'}] AS "Events.Attributes",
  ['${traceId(7)}'] AS "Links.TraceId", ['${spanId(7)}'] AS "Links.SpanId", [''] AS "Links.TraceState", [MAP {'l': '2'}] AS "Links.Attributes"`,
    ],
    [
      'lake',
      `[{'timestamp': TIMESTAMP '2026-01-01 00:00:01', 'name': 'retry', 'attributes': MAP {'n': '1'}}] AS "events",
  [{'trace_id': '${traceId(7)}', 'span_id': '${spanId(7)}', 'trace_state': '', 'attributes': MAP {'l': '2'}}] AS "links"`,
    ],
  ])('keep events and links that lie beside them, under the names of the %s', async (name, columns) => {
    const path = `events-${name}.parquet`
    await write(
      world,
      path,
      `SELECT 'q' AS "Attributes.cx.queue.name", TIMESTAMP '2026-01-01' AS "Timestamp", ${columns}`,
    )
    expect(await readCanonical(world, path)).toMatchObject([
      { attributes: { 'cx.queue.name': 'q' }, events: [retry], links: [linked] },
    ])
  })

  it('are told from files that merely look alike', async () => {
    await write(world, 'other.parquet', 'SELECT 1 AS attributes_x, 2 AS trace_id')
    await write(world, 'agent_interaction/other.parquet', 'SELECT 1 AS a, 2 AS b')
    await write(
      world,
      'traces/2026.parquet',
      `SELECT '${traceId(1)}' AS trace_id, now() AS "timestamp", 3 AS span_count`,
    )
    for (const path of ['other.parquet', 'agent_interaction/other.parquet', 'traces/2026.parquet'])
      await expect(recognise(world, path)).rejects.toThrow('no known layout')
  })
})
