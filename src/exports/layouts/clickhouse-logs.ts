import { toAttributes, toSpanId, toText, toTimestamp, toTraceId } from '../normalise.ts'
import { columnOr, hasColumns, type Layout } from './layout.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'SeverityText', 'Body', 'LogAttributes']

/**
 * The table `otel_logs` of the OpenTelemetry collector's ClickHouse exporter, dumped to Parquet with MAP attributes.
 * The event's name is a column of newer versions; older ones carry it as the attribute `event.name`.
 * Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, logs_table.sql.
 */
export const clickhouseLogs: Layout = {
  name: 'clickhouse-logs',
  about: 'ClickHouse exporter, otel_logs, MAP attributes',
  kind: 'logs',
  matches: (columns) =>
    hasColumns(columns, required) && (columns.get('LogAttributes') ?? '').startsWith('MAP('),
  map: (columns) => ({
    timestamp: toTimestamp('"Timestamp"', columns.get('Timestamp') ?? ''),
    trace_id: toTraceId('"TraceId"'),
    span_id: toSpanId('"SpanId"'),
    trace_flags: `CAST(${columnOr(columns, 'TraceFlags')} AS BIGINT)`,
    severity_text: toText('"SeverityText"'),
    severity_number: `CAST(${columnOr(columns, 'SeverityNumber')} AS BIGINT)`,
    service_name: toText(columnOr(columns, 'ServiceName')),
    body: 'CAST("Body" AS VARCHAR)',
    event_name: `coalesce(${toText(columnOr(columns, 'EventName'))}, "LogAttributes"['event.name'])`,
    resource_attributes: toAttributes(columnOr(columns, 'ResourceAttributes')),
    attributes: toAttributes('"LogAttributes"'),
    scope_name: toText(columnOr(columns, 'ScopeName')),
    scope_version: toText(columnOr(columns, 'ScopeVersion')),
  }),
}
