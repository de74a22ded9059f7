import { toAttributes } from '../../values/attributes/attributes.ts'
import { mapTraces } from '../clickhouse/clickhouse-traces.ts'
import type { EventColumns } from '../clickhouse/event-columns.ts'
import { hasColumns, type Layout } from '../layout.ts'

const form: EventColumns = {
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
