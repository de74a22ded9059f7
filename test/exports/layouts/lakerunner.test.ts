import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'

let world: LakeWorld
let files = 0

beforeAll(async () => {
  world = await createLakeWorld('lakerunner')
})
afterAll(() => world.close())

const span: SqlRow = {
  chq_telemetry_type: "'traces'",
  chq_timestamp: '1640995200123::BIGINT',
  chq_tsns: '1640995200123456789::BIGINT',
  chq_fingerprint: '-987::BIGINT',
  chq_id: "'b2c3'",
  span_trace_id: text(traceId(1)),
  span_id: text(spanId(1)),
  span_parent_span_id: "''",
  span_name: "'GET /x'",
  span_kind: "'SPAN_KIND_SERVER'",
  span_status_code: "'STATUS_CODE_OK'",
  span_status_message: "''",
  span_end_timestamp: '1640995200173::BIGINT',
  span_duration: '50::BIGINT',
  resource_service_name: "'shop'",
  resource_k8s_pod_name: 'NULL::VARCHAR',
  resource_team_cost_centre: "'x7'",
  scope_name: "'lib'",
  scope_version: "'1.0'",
  attr_http_request_method: "'GET'",
  attr_http_response_status_code: "'200'",
  attr_messaging_kafka_message_offset: '7::BIGINT',
  attr_my_own_key: "'ü ✓'",
  attr_flag: 'TRUE',
}

const canonical = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: null,
  trace_state: null,
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2022-01-01T00:00:00.123456789Z',
  duration_ns: 50_000_000,
  status_code: 'Ok',
  status_message: null,
  resource_attributes: { 'service.name': 'shop', team_cost_centre: 'x7' },
  attributes: {
    'http.request.method': 'GET',
    'http.response.status_code': '200',
    'messaging.kafka.message.offset': '7',
    my_own_key: 'ü ✓',
    flag: 'true',
  },
  scope_name: 'lib',
  scope_version: '1.0',
  events: [],
  links: [],
}

async function readOne(row: SqlRow) {
  const path = `f${++files}.parquet`
  await writeParquet(world, path, [row])
  expect(await recognise(world, path)).toMatchObject({ layout: 'lakerunner' })
  return (await readCanonical(world, path))[0]
}

describe('spans of lakerunner', () => {
  it('are read with milliseconds as durations and the dots of known keys', async () => {
    expect(await readOne(span)).toEqual(canonical)
  })

  it('have milliseconds where a file has no nanoseconds', async () => {
    expect(await readOne({ ...span, chq_tsns: 'NULL::BIGINT' })).toMatchObject({
      timestamp: '2022-01-01T00:00:00.123Z',
    })
  })

  it('that end before they begin have no duration', async () => {
    expect(await readOne({ ...span, span_duration: '-3::BIGINT' })).toMatchObject({ duration_ns: 0 })
  })

  it('are read under names in capitals, as Snowflake has them', async () => {
    const capitals = Object.entries(span).map(([name, sql]) => [name.toUpperCase(), sql] as const)
    expect(await readOne(Object.fromEntries(capitals))).toEqual(canonical)
  })

  it('may have hundreds of attributes', async () => {
    const many = Array.from({ length: 400 }, (_, i) => [`x_key_${i}`, i % 2 ? `v${i}` : null] as const)
    const columns = many.map(([key, value]) => [`attr_${key}`, value ? text(value) : 'NULL::VARCHAR'])
    expect(await readOne({ ...span, ...Object.fromEntries(columns) })).toEqual({
      ...canonical,
      attributes: { ...canonical.attributes, ...Object.fromEntries(many.filter(([, value]) => value)) },
    })
  })

  it('keep one of two columns that stand for the same key, and odd names', async () => {
    const odd = { 'attr_http.request.method': "'other'", "attr_it's $1": "'x'", attr_: "'no key'" }
    expect(await readOne({ ...span, ...odd })).toEqual({
      ...canonical,
      attributes: { ...canonical.attributes, "it's $1": 'x' },
    })
  })
})

it('reads log records of lakerunner', async () => {
  const record: SqlRow = {
    chq_telemetry_type: "'logs'",
    chq_timestamp: '1640995200123::BIGINT',
    chq_tsns: '1640995200123456789::BIGINT',
    log_level: "'ERROR'",
    log_message: "'Database connection failed'",
    metric_name: "'log_events'",
    resource_service_name: "'shop'",
    attr_error_type: "'timeout'",
    attr_my_key: 'NULL::VARCHAR',
  }
  expect(await readOne(record)).toEqual({
    timestamp: '2022-01-01T00:00:00.123456789Z',
    trace_id: null,
    span_id: null,
    trace_flags: null,
    severity_text: 'ERROR',
    severity_number: 17,
    service_name: 'shop',
    body: 'Database connection failed',
    event_name: null,
    resource_attributes: { 'service.name': 'shop' },
    attributes: { 'error.type': 'timeout' },
    scope_name: null,
    scope_version: null,
  })
})
