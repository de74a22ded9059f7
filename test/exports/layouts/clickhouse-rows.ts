import { spanId, traceId } from '../../support/lake-rows.ts'
import { type SqlRow, text } from '../write-parquet.ts'

export const row: SqlRow = {
  Timestamp: "'2024-05-01 10:00:00.123456789'",
  TraceId: text(traceId(1)),
  SpanId: text(spanId(1)),
  ParentSpanId: "''",
  TraceState: "''",
  SpanName: "'GET /x'",
  SpanKind: "'Server'",
  ServiceName: "'shop'",
  ResourceAttributes: `'{"service.name":"shop"}'`,
  SpanAttributes: `'{"a":"1"}'`,
  Duration: "'1500000001'",
  StatusCode: "'Error'",
  StatusMessage: "'it broke'",
}

export const canonical = {
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
  resource_attributes: { 'service.name': 'shop' },
  attributes: { a: '1' },
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}
