import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'

let world: LakeWorld
let files = 0

beforeAll(async () => {
  world = await createLakeWorld('duckdb-otlp')
})
afterAll(() => world.close())

const shared: SqlRow = {
  trace_id: text(traceId(1)),
  span_id: text(spanId(1)),
  service_name: "'shop'",
  service_namespace: "'eu'",
  service_instance_id: 'NULL::VARCHAR',
  resource_attributes: `'{"service.name":"shop","host.cpus":8}'`,
  scope_name: "'lib'",
  scope_version: "'1.0'",
  scope_attributes: 'NULL::VARCHAR',
}

const events = `[{"attributes":{"n":1,"l":[1]},"name":"retry","time_unix_nano":1714557600123456790},{"attributes":{},"name":"","time_unix_nano":0}]`
const links = `[{"attributes":{"x":"y"},"span_id":"${spanId(2)}","trace_id":"${traceId(2).toUpperCase()}","trace_state":"k=v"}]`

const span: SqlRow = {
  start_time_unix_nano: "TIMESTAMP_NS '2024-05-01 10:00:00.123456789'",
  duration_time_unix_nano: '1500000001::BIGINT',
  parent_span_id: 'NULL::VARCHAR',
  trace_state: 'NULL::VARCHAR',
  name: "'GET /x'",
  kind: '2::INTEGER',
  status_code: '2::INTEGER',
  status_status_message: "'it broke'",
  span_attributes: `'{"n":5,"d":0.5,"ok":true,"kv":{"a":{"b":1}},"none":null,"ü":"✓"}'`,
  events_json: text(events),
  links_json: text(links),
  ...shared,
}

const canonical = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: null,
  trace_state: null,
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2024-05-01T10:00:00.123456789Z',
  duration_ns: 1_500_000_001,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: { 'service.name': 'shop', 'host.cpus': '8', 'service.namespace': 'eu' },
  attributes: { n: '5', d: '0.5', ok: 'true', kv: '{"a":{"b":1}}', ü: '✓' },
  scope_name: 'lib',
  scope_version: '1.0',
  events: [
    { timestamp: '2024-05-01T10:00:00.123456790Z', name: 'retry', attributes: { n: '1', l: '[1]' } },
    { timestamp: '1970-01-01T00:00:00Z', name: '', attributes: {} },
  ],
  links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: 'k=v', attributes: { x: 'y' } }],
}

async function readOne(row: SqlRow) {
  const path = `f${++files}.parquet`
  await writeParquet(world, path, [row])
  const [read] = await readCanonical(world, path)
  return { layout: (await recognise(world, path)).layout, read }
}

const without = (row: SqlRow, ...names: readonly string[]): SqlRow =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))

describe('spans of duckdb-otlp', () => {
  const layout = 'duckdb-otlp-traces'

  it('are read whole', async () => {
    expect(await readOne(span)).toEqual({ layout, read: canonical })
  })

  it('are read with ids that are bytes or upper-case text', async () => {
    const bytes = { trace_id: `unhex('${traceId(1)}')`, span_id: `unhex('${spanId(1)}')` }
    expect(await readOne({ ...span, ...bytes })).toEqual({ layout, read: canonical })
    const upper = { trace_id: text(traceId(1).toUpperCase()), span_id: text(spanId(1).toUpperCase()) }
    expect(await readOne({ ...span, ...upper, parent_span_id: "''" })).toEqual({ layout, read: canonical })
  })

  it('of older files count milliseconds under other names', async () => {
    const older = {
      ...without(
        span,
        'start_time_unix_nano',
        'duration_time_unix_nano',
        'name',
        'kind',
        'status_status_message',
      ),
      timestamp: "TIMESTAMP '2024-05-01 10:00:00.123456'",
      end_timestamp: '1714557601623::BIGINT',
      duration: '1500::BIGINT',
      span_name: "'GET /x'",
      span_kind: '2::INTEGER',
      status_message: "'it broke'",
    }
    expect(await readOne(older)).toEqual({
      layout,
      read: { ...canonical, timestamp: '2024-05-01T10:00:00.123456Z', duration_ns: 1_500_000_000 },
    })
  })

  it('have the duration up to their end where a file tells only that', async () => {
    const ended = {
      ...without(span, 'duration_time_unix_nano'),
      end_time_unix_nano: "TIMESTAMP_NS '2024-05-01 10:00:00.123456999'",
    }
    expect((await readOne(ended)).read).toMatchObject({ duration_ns: 210 })
  })

  it.each(['NULL::VARCHAR', "''", "'nope'", "'{}'", "'[1]'", `'[{"name":{}}'`])(
    'have no events and links in %s, or none that says anything',
    async (sql) => {
      const { read } = await readOne({ ...span, events_json: sql, links_json: sql })
      expect(read).toMatchObject(sql === "'[1]'" ? { span_name: 'GET /x' } : { events: [], links: [] })
    },
  )

  it('take the service’s name from the resource where its column is blank', async () => {
    expect((await readOne({ ...span, service_name: 'NULL::VARCHAR' })).read).toEqual(canonical)
  })
})

describe('log records of duckdb-otlp', () => {
  const layout = 'duckdb-otlp-logs'
  const record: SqlRow = {
    time_unix_nano: "TIMESTAMP_NS '2024-05-01 10:00:00.000000007'",
    observed_time_unix_nano: "TIMESTAMP_NS '2024-05-01 10:00:01'",
    severity_number: '17::INTEGER',
    severity_text: "'ERROR'",
    event_name: 'NULL::VARCHAR',
    body: `'{"a":1}'`,
    log_attributes: `'{"k":[1,"x"],"event.name":"sold"}'`,
    flags: '1::UINTEGER',
    ...shared,
  }
  const log = {
    timestamp: '2024-05-01T10:00:00.000000007Z',
    trace_id: traceId(1),
    span_id: spanId(1),
    trace_flags: 1,
    severity_text: 'ERROR',
    severity_number: 17,
    service_name: 'shop',
    body: '{"a":1}',
    event_name: 'sold',
    resource_attributes: canonical.resource_attributes,
    attributes: { k: '[1,"x"]', 'event.name': 'sold' },
    scope_name: 'lib',
    scope_version: '1.0',
  }

  it('are read whole', async () => {
    expect(await readOne(record)).toEqual({ layout, read: log })
    expect((await readOne({ ...record, event_name: "'own'" })).read).toMatchObject({ event_name: 'own' })
  })

  it('without a time happen when they were observed', async () => {
    for (const sql of ['NULL::TIMESTAMP_NS', "TIMESTAMP_NS '1970-01-01'"])
      expect((await readOne({ ...record, time_unix_nano: sql })).read).toMatchObject({
        timestamp: '2024-05-01T10:00:01Z',
      })
  })

  it('of older files have their time under another name', async () => {
    const older = {
      ...without(record, 'time_unix_nano', 'observed_time_unix_nano', 'event_name', 'flags'),
      timestamp: "TIMESTAMP '2024-05-01 10:00:00'",
    }
    expect(await readOne(older)).toEqual({
      layout,
      read: { ...log, timestamp: '2024-05-01T10:00:00Z', trace_flags: null },
    })
  })
})
