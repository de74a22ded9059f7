import { toAttributes } from '../values/attributes.ts'
import { toSpanId, toTraceId } from '../values/ids.ts'
import { toInteger, toText } from '../values/texts.ts'
import { toTimestamp } from '../values/times.ts'
import { column, hasColumns, type Layout, type Source } from './layout.ts'
import type { Mapping } from '../canonical.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'SeverityText', 'Body', 'LogAttributes']

const map = (source: Source): Mapping<'logs'> => ({
  timestamp: toTimestamp(column(source, 'Timestamp')),
  trace_id: toTraceId(column(source, 'TraceId')),
  span_id: toSpanId(column(source, 'SpanId')),
  trace_flags: toInteger(column(source, 'TraceFlags')),
  severity_text: toText(column(source, 'SeverityText')),
  severity_number: toInteger(column(source, 'SeverityNumber')),
  service_name: toText(column(source, 'ServiceName')),
  body: 'CAST("Body" AS VARCHAR)',
  event_name: `coalesce(${toText(column(source, 'EventName'))}, "LogAttributes"['event.name'])`,
  resource_attributes: toAttributes(column(source, 'ResourceAttributes')),
  attributes: toAttributes(column(source, 'LogAttributes')),
  scope_name: toText(column(source, 'ScopeName')),
  scope_version: toText(column(source, 'ScopeVersion')),
})

/**
 * The table `otel_logs` of the OpenTelemetry collector's ClickHouse exporter, dumped to Parquet with MAP attributes.
 * The event's name is a column of newer versions; older ones carry it as the attribute `event.name`.
 * Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, logs_table.sql.
 */
export const clickhouseLogs: Layout = {
  name: 'clickhouse-logs',
  about: 'ClickHouse exporter, otel_logs, MAP attributes',
  matches: (source) =>
    hasColumns(source, required) && column(source, 'LogAttributes').type.startsWith('MAP('),
  read: (source) => [{ kind: 'logs', mapping: map(source), from: source.from }],
}
