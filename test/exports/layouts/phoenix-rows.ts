import { createHash } from 'node:crypto'

export const md5 = (text: string) => createHash('md5').update(text).digest('hex')

export const [trace, span, parent] = [
  '0af7651916cd43dd8448eb211c80319c',
  'b7ad6b7169203331',
  '00f067aa0ba902b7',
]

export const canonical = {
  trace_id: trace,
  span_id: span,
  parent_span_id: parent,
  trace_state: null,
  span_name: 'ChatCompletion',
  span_kind: 'Client',
  service_name: 'phoenix',
  timestamp: '2026-05-01T10:00:00.123456Z',
  duration_ns: 1_000_000_000,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: {},
  scope_name: null,
  scope_version: null,
  links: [],
}
