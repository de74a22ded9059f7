import { toAttributes } from '../values/attributes.ts'
import { mapTraces, type TracesForm } from './clickhouse-traces.ts'
import { hasColumns, type Layout } from './layout.ts'

const form: TracesForm = {
  events: ['EventsTimestamp', 'EventsName', 'EventsAttributes'],
  links: ['LinksTraceId', 'LinksSpanId', 'LinksTraceState', 'LinksAttributes'],
  attributes: toAttributes,
}

const required = [
  'Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'SpanName',
  'SpanAttributes',
  'Duration',
  'EventsTimestamp',
]

/**
 * Spans as otlp2parquet writes them: the columns of ClickHouse's `otel_traces`, those of events and links without a dot,
 * attributes as JSON text of typed values. Source: smithclay/otlp2parquet, docs/reference.md.
 */
export const otlp2parquetTraces: Layout = {
  name: 'otlp2parquet-traces',
  about: 'otlp2parquet, traces',
  needs: required,
  matches: (source) => hasColumns(source, required),
  read: (source) => [{ kind: 'spans', mapping: mapTraces(source, form), from: source.from }],
}
