import { cpSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'

let world: LakeWorld
let files = 0

beforeAll(async () => {
  world = await createLakeWorld('otlp2parquet')
})
afterAll(() => world.close())

const span: SqlRow = {
  Timestamp: "TIMESTAMPTZ '2025-10-17 21:54:24.624180+00'",
  TraceId: text(traceId(1)),
  SpanId: text(spanId(1)),
  ServiceName: "'cart'",
  ResourceAttributes: `'{"host.name":"h"}'`,
  ScopeName: "'lib'",
  ScopeVersion: 'NULL::VARCHAR',
  ParentSpanId: 'NULL::VARCHAR',
  TraceState: 'NULL::VARCHAR',
  SpanName: "'GET'",
  SpanKind: "'SPAN_KIND_CLIENT'",
  SpanAttributes: `'{"n":5,"ok":false,"kv":{"a":{"b":1}},"ü":"✓"}'`,
  Duration: '367000000::BIGINT',
  StatusCode: "'STATUS_CODE_ERROR'",
  StatusMessage: 'NULL::VARCHAR',
  EventsTimestamp: "[TIMESTAMPTZ '2025-10-17 21:54:25.711680+00']",
  EventsName: "['retry']",
  EventsAttributes: `['{"n":1}']`,
  LinksTraceId: `['${traceId(2).toUpperCase()}']`,
  LinksSpanId: `['${spanId(2)}']`,
  LinksTraceState: "['']",
  LinksAttributes: "['{}']",
}

const canonical = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: null,
  trace_state: null,
  span_name: 'GET',
  span_kind: 'Client',
  service_name: 'cart',
  timestamp: '2025-10-17T21:54:24.624180Z',
  duration_ns: 367_000_000,
  status_code: 'Error',
  status_message: null,
  resource_attributes: { 'host.name': 'h' },
  attributes: { n: '5', ok: 'false', kv: '{"a":{"b":1}}', ü: '✓' },
  scope_name: 'lib',
  scope_version: null,
  events: [{ timestamp: '2025-10-17T21:54:25.711680Z', name: 'retry', attributes: { n: '1' } }],
  links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: '', attributes: {} }],
}

async function readOne(row: SqlRow) {
  const path = `f${++files}.parquet`
  await writeParquet(world, path, [row])
  const [read] = await readCanonical(world, path)
  return { layout: (await recognise(world, path)).layout, read }
}

describe('spans of otlp2parquet', () => {
  it('are read whole; a nested value stays JSON text', async () => {
    expect(await readOne(span)).toEqual({ layout: 'otlp2parquet-traces', read: canonical })
  })

  it('are read with events and links as JSON text', async () => {
    const columns = {
      EventsTimestamp: `'["2025-10-17T21:54:25.71168Z"]'`,
      EventsName: `'["retry"]'`,
      EventsAttributes: `'[{"n":1}]'`,
      LinksTraceId: `'["${traceId(2)}"]'`,
      LinksSpanId: `'["${spanId(2)}"]'`,
      LinksTraceState: `'[""]'`,
      LinksAttributes: `'[{}]'`,
    }
    expect(await readOne({ ...span, ...columns })).toEqual({ layout: 'otlp2parquet-traces', read: canonical })
  })

  it('that would end before they begin have no duration', async () => {
    expect((await readOne({ ...span, Duration: '-5::BIGINT' })).read).toMatchObject({ duration_ns: 0 })
  })
})

describe('log records of otlp2parquet', () => {
  const record: SqlRow = {
    Timestamp: "TIMESTAMPTZ '2025-10-17 22:52:52.254301+00'",
    TraceId: `unhex('${traceId(1)}')`,
    SpanId: `unhex('${spanId(1)}')`,
    ServiceName: "'cart'",
    ServiceNamespace: "'demo'",
    ServiceInstanceId: 'NULL::VARCHAR',
    ResourceAttributes: `'{"host.name":"h"}'`,
    ScopeName: "'lib'",
    ScopeVersion: "'1'",
    ObservedTimestamp: "TIMESTAMPTZ '1970-01-01 00:00:00+00'",
    TraceFlags: '1::UINTEGER',
    SeverityText: "'INFO'",
    SeverityNumber: '9::INTEGER',
    Body: `'"say \\"hi\\"\\n✓"'`,
    LogAttributes: `'{"k":[1,2],"event.name":"sold"}'`,
  }
  const log = {
    timestamp: '2025-10-17T22:52:52.254301Z',
    trace_id: traceId(1),
    span_id: spanId(1),
    trace_flags: 1,
    severity_text: 'INFO',
    severity_number: 9,
    service_name: 'cart',
    body: 'say "hi"\n✓',
    event_name: 'sold',
    resource_attributes: { 'host.name': 'h', 'service.namespace': 'demo' },
    attributes: { k: '[1,2]', 'event.name': 'sold' },
    scope_name: 'lib',
    scope_version: '1',
  }

  it('are read with ids that are bytes or text', async () => {
    const layout = 'otlp2parquet-logs'
    expect(await readOne(record)).toEqual({ layout, read: log })
    const ids = { TraceId: text(traceId(1)), SpanId: text(spanId(1)) }
    expect(await readOne({ ...record, ...ids })).toEqual({ layout, read: log })
    const zeros = { TraceId: `unhex('${'0'.repeat(32)}')`, SpanId: `unhex('${'0'.repeat(16)}')` }
    expect((await readOne({ ...record, ...zeros })).read).toMatchObject({ trace_id: null, span_id: null })
  })

  it.each([
    ['{"a": "b"}', '{"a": "b"}'],
    ['plain', 'plain'],
    ['"not closed', '"not closed'],
    ['', ''],
  ])('keep a body that is no JSON string: %s', async (body, expected) => {
    expect((await readOne({ ...record, Body: text(body) })).read).toMatchObject({ body: expected })
  })
})

const folder = resolve(import.meta.dirname, '../../../../shared/data/traces/otlp2parquet')

describe.skipIf(!existsSync(folder))(
  `real files of otlp2parquet${existsSync(folder) ? '' : ' (skipped: absent)'}`,
  () => {
    beforeAll(() => {
      for (const name of ['traces', 'logs', 'metrics_gauge'])
        cpSync(join(folder, `${name}.parquet`), join(world.exportsDir, `${name}.parquet`))
    })

    it('give nineteen spans', async () => {
      const rows = await readCanonical(world, 'traces.parquet')
      expect(rows).toHaveLength(19)
      expect(rows.filter((row) => row['parent_span_id'] === null)).toHaveLength(6)
      expect(rows.find((row) => row['span_id'] === '8bd536cf4b778ade')).toMatchObject({
        trace_id: 'e0cb6e382a5dff72ac1dda9690813747',
        parent_span_id: 'bd2b4acec46edf28',
        span_kind: 'Internal',
        timestamp: '2025-10-17T21:54:25.624180Z',
        duration_ns: 175_000_000,
        status_code: 'Unset',
        attributes: { operation: 'process', 'service.name': 'analytics-service' },
        events: [{ timestamp: '2025-10-17T21:54:25.711680Z', name: 'processing', attributes: {} }],
      })
    })

    it('give eighty-one log records', async () => {
      const rows = await readCanonical(world, 'logs.parquet')
      expect(rows).toHaveLength(81)
      expect(rows.find((row) => row['timestamp'] === '2025-10-17T22:52:52.254301Z')).toMatchObject({
        trace_id: 'a71f3d1a6d2d3cadb3669cbd50e165e4',
        span_id: '34249d8b829f4116',
        body: 'Product Found',
        attributes: { 'app.product.id': 'HQTGWGPNH4', 'app.product.name': 'The Comet Book' },
        trace_flags: 1,
      })
    })

    it('of metrics are of no layout', async () => {
      await expect(recognise(world, 'metrics_gauge.parquet')).rejects.toMatchObject({
        details: { code: 'unreadable_file' },
      })
    })
  },
)
