import { attributeMap, eventList, linkList } from '../canonical.ts'
import {
  toAttributes,
  toDuration,
  toId,
  toSpanKind,
  toStatusCode,
  toText,
  toTimestamp,
} from '../normalise.ts'
import { columnOr, hasColumns, type Layout, type SourceColumns } from './layout.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'ParentSpanId', 'SpanName', 'SpanAttributes', 'Duration']

const eventColumns = ['Events.Timestamp', 'Events.Name', 'Events.Attributes']
const linkColumns = ['Links.TraceId', 'Links.SpanId', 'Links.TraceState', 'Links.Attributes']

const zip = (names: readonly string[]) => `list_zip(${names.map((name) => `"${name}"`).join(', ')})`

const elementType = (columns: SourceColumns, name: string) => (columns.get(name) ?? '').replace(/\[\]$/, '')

const events = (columns: SourceColumns) =>
  hasColumns(columns, eventColumns)
    ? `list_transform(${zip(eventColumns)}, lambda e: struct_pack("timestamp" := ${toTimestamp('e[1]', elementType(columns, 'Events.Timestamp'))}, "name" := e[2], "attributes" := CAST(e[3] AS ${attributeMap})))`
    : `CAST([] AS ${eventList})`

const links = (columns: SourceColumns) =>
  hasColumns(columns, linkColumns)
    ? `list_transform(${zip(linkColumns)}, lambda l: struct_pack("trace_id" := lower(l[1]), "span_id" := lower(l[2]), "trace_state" := l[3], "attributes" := CAST(l[4] AS ${attributeMap})))`
    : `CAST([] AS ${linkList})`

/**
 * The table `otel_traces` of the OpenTelemetry collector's ClickHouse exporter, dumped to Parquet with MAP attributes.
 * Its oldest form has no scope columns. Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, traces_table.sql.
 */
export const clickhouseTraces: Layout = {
  name: 'clickhouse-traces',
  about: 'ClickHouse exporter, otel_traces, MAP attributes',
  kind: 'spans',
  matches: (columns) =>
    hasColumns(columns, required) && (columns.get('SpanAttributes') ?? '').startsWith('MAP('),
  map: (columns) => ({
    trace_id: toId('"TraceId"'),
    span_id: toId('"SpanId"'),
    parent_span_id: toId('"ParentSpanId"'),
    trace_state: toText(columnOr(columns, 'TraceState')),
    span_name: 'CAST("SpanName" AS VARCHAR)',
    span_kind: toSpanKind(columnOr(columns, 'SpanKind')),
    service_name: toText(columnOr(columns, 'ServiceName')),
    timestamp: toTimestamp('"Timestamp"', columns.get('Timestamp') ?? ''),
    duration_ns: toDuration('"Duration"', toTimestamp('"Timestamp"', columns.get('Timestamp') ?? '')),
    status_code: toStatusCode(columnOr(columns, 'StatusCode')),
    status_message: toText(columnOr(columns, 'StatusMessage')),
    resource_attributes: toAttributes(columnOr(columns, 'ResourceAttributes')),
    attributes: toAttributes('"SpanAttributes"'),
    scope_name: toText(columnOr(columns, 'ScopeName', `"SpanAttributes"['otel.scope.name']`)),
    scope_version: toText(columnOr(columns, 'ScopeVersion', `"SpanAttributes"['otel.scope.version']`)),
    events: events(columns),
    links: links(columns),
  }),
}
