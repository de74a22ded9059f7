import { afterAll, beforeAll, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('rcabench')
})
afterAll(() => world.close())

const shared: SqlRow = {
  time: "TIMESTAMPTZ '2025-06-01 08:00:00.123456+00'",
  trace_id: text(traceId(1)),
  span_id: text(spanId(1)),
  service_name: "'ts-order-service'",
  'attr.k8s.pod.name': "'pod-1'",
  'attr.k8s.service.name': "'ts-order-service'",
  'attr.k8s.namespace.name': 'NULL::VARCHAR',
}

const span: SqlRow = {
  ...shared,
  parent_span_id: "''",
  span_name: "'GET /ü'",
  duration: '367000001::UBIGINT',
  'attr.span_kind': "'Server'",
  'attr.status_code': "'Error'",
  'attr.http.request.method': "'GET'",
  'attr.http.response.status_code': '500::USMALLINT',
  'attr.http.request.content_length': 'NULL::UBIGINT',
}

const canonical = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: null,
  trace_state: null,
  span_name: 'GET /ü',
  span_kind: 'Server',
  service_name: 'ts-order-service',
  timestamp: '2025-06-01T08:00:00.123456Z',
  duration_ns: 367_000_001,
  status_code: 'Error',
  status_message: null,
  resource_attributes: { 'k8s.pod.name': 'pod-1', 'k8s.service.name': 'ts-order-service' },
  attributes: { 'http.request.method': 'GET', 'http.response.status_code': '500' },
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

it('reads spans with their attributes as columns', async () => {
  await writeParquet(world, 'traces.parquet', [
    span,
    {
      ...span,
      span_id: text(spanId(2)),
      parent_span_id: text(spanId(1)),
      duration: '18446744073709551611::UBIGINT',
    },
  ])
  expect(await recognise(world, 'traces.parquet')).toMatchObject({ layout: 'rcabench' })
  expect(await readCanonical(world, 'traces.parquet')).toEqual([
    canonical,
    { ...canonical, span_id: spanId(2), parent_span_id: spanId(1), duration_ns: 0 },
  ])
})

it('reads log records with their template', async () => {
  await writeParquet(world, 'logs.parquet', [
    {
      ...shared,
      level: "'WARN'",
      message: "'order 7 failed'",
      'attr.template_id': '12::USMALLINT',
      'attr.log_template': "'order <*> failed'",
    },
  ])
  expect(await recognise(world, 'logs.parquet')).toMatchObject({ layout: 'rcabench' })
  expect(await readCanonical(world, 'logs.parquet')).toEqual([
    {
      timestamp: canonical.timestamp,
      trace_id: traceId(1),
      span_id: spanId(1),
      trace_flags: null,
      severity_text: 'WARN',
      severity_number: 13,
      service_name: 'ts-order-service',
      body: 'order 7 failed',
      event_name: null,
      resource_attributes: canonical.resource_attributes,
      attributes: { template_id: '12', log_template: 'order <*> failed' },
      scope_name: null,
      scope_version: null,
    },
  ])
})
