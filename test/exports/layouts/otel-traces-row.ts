export const [trace, linked] = ['0123456789abcdef0123456789abcdef', 'fedcba98765432100123456789abcdef']

export const canonical = {
  trace_id: trace,
  span_id: '00000000000000a1',
  parent_span_id: '00000000000000a0',
  trace_state: 'k=v',
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2026-01-01T00:00:00.123456Z',
  duration_ns: 1000,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: { 'service.name': 'shop' },
  attributes: { k: 'v', blank: '' },
  scope_name: 'lib',
  scope_version: '1.0',
  events: [{ timestamp: '2026-01-01T00:00:00.500Z', name: 'retry', attributes: { n: '1' } }],
  links: [{ trace_id: linked, span_id: '00000000000000b1', trace_state: 's=1', attributes: { l: '2' } }],
}

export type Columns = Readonly<Record<string, string>>

/** A row of `otel_traces` as SQL expressions. */
export const table: Columns = {
  Timestamp: "TIMESTAMP '2026-01-01 00:00:00.123456'",
  TraceId: `'${trace}'`,
  SpanId: "'00000000000000a1'",
  ParentSpanId: "'00000000000000a0'",
  TraceState: "'k=v'",
  SpanName: "'GET /x'",
  SpanKind: "'Server'",
  ServiceName: "'shop'",
  ResourceAttributes: "MAP {'service.name': 'shop'}",
  ScopeName: "'lib'",
  ScopeVersion: "'1.0'",
  SpanAttributes: "MAP {'k': 'v', 'blank': ''}",
  Duration: '1000::UBIGINT',
  StatusCode: "'Error'",
  StatusMessage: "'it broke'",
  'Events.Timestamp': "[TIMESTAMP '2026-01-01 00:00:00.5']",
  'Events.Name': "['retry']",
  'Events.Attributes': "[MAP {'n': '1'}]",
  'Links.TraceId': `['${linked}']`,
  'Links.SpanId': "['00000000000000b1']",
  'Links.TraceState': "['s=1']",
  'Links.Attributes': "[MAP {'l': '2'}]",
}

export const without = (prefix: string) =>
  Object.fromEntries(Object.entries(table).filter(([name]) => !name.startsWith(prefix)))

const iso = '2026-01-01 00:00:00.123456'

/** A row as JSON has it. */
export const object = {
  Timestamp: iso,
  TraceId: trace,
  SpanId: '00000000000000a1',
  ParentSpanId: '00000000000000a0',
  TraceState: 'k=v',
  SpanName: 'GET /x',
  SpanKind: 'Server',
  ServiceName: 'shop',
  ResourceAttributes: { 'service.name': 'shop' },
  ScopeName: 'lib',
  ScopeVersion: '1.0',
  SpanAttributes: { k: 'v', blank: '' },
  Duration: '1000',
  StatusCode: 'Error',
  StatusMessage: 'it broke',
  'Events.Timestamp': ['2026-01-01 00:00:00.500'],
  'Events.Name': ['retry'],
  'Events.Attributes': [{ n: '1' }],
  'Links.TraceId': [linked],
  'Links.SpanId': ['00000000000000b1'],
  'Links.TraceState': ['s=1'],
  'Links.Attributes': [{ l: '2' }],
}

export const names = Object.keys(object)
