import type { Field, Message } from '../decode-protobuf.ts'

type Kind = Field['kind']

const one = (name: string, kind: Kind): Field => ({ name, kind })
const many = (name: string, kind: Kind): Field => ({ name, kind, isList: true })

const anyValue: Message = {
  1: one('stringValue', 'text'),
  2: one('boolValue', 'bool'),
  3: one('intValue', 'int64'),
  4: one('doubleValue', 'double'),
  5: one('arrayValue', () => ({ 1: many('values', () => anyValue) })),
  6: one('kvlistValue', () => ({ 1: many('values', () => keyValue) })),
  7: one('bytesValue', 'base64'),
}

const keyValue: Message = { 1: one('key', 'text'), 2: one('value', () => anyValue) }

const attributes = many('attributes', () => keyValue)

const event: Message = { 1: one('timeUnixNano', 'fixed64'), 2: one('name', 'text'), 3: attributes }

const link: Message = {
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'text'),
  4: attributes,
  6: one('flags', 'fixed32'),
}

const span: Message = {
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'text'),
  4: one('parentSpanId', 'hex'),
  5: one('name', 'text'),
  6: one('kind', 'int32'),
  7: one('startTimeUnixNano', 'fixed64'),
  8: one('endTimeUnixNano', 'fixed64'),
  9: attributes,
  11: many('events', () => event),
  13: many('links', () => link),
  15: one('status', () => ({ 2: one('message', 'text'), 3: one('code', 'int32') })),
  16: one('flags', 'fixed32'),
}

const logRecord: Message = {
  1: one('timeUnixNano', 'fixed64'),
  2: one('severityNumber', 'int32'),
  3: one('severityText', 'text'),
  5: one('body', () => anyValue),
  6: attributes,
  8: one('flags', 'fixed32'),
  9: one('traceId', 'hex'),
  10: one('spanId', 'hex'),
  11: one('observedTimeUnixNano', 'fixed64'),
  12: one('eventName', 'text'),
}

/**
 * The messages of OTLP below a batch: what rows are made of. Counts of what was dropped are left out.
 * Source: opentelemetry-proto, common.proto, resource.proto, trace.proto, logs.proto.
 */
export const otlpMessages = {
  resource: { 1: attributes },
  scope: { 1: one('name', 'text'), 2: one('version', 'text'), 3: attributes },
  spans: span,
  logs: logRecord,
} as const satisfies Readonly<Record<string, Message>>
