import { eventList, linkList } from '../canonical.ts'
import {
  isUsableTime,
  toAttributes,
  toDuration,
  toSpanId,
  toSpanKind,
  toStatusCode,
  toText,
  toTimestamp,
  toTraceId,
} from '../normalise.ts'
import { columnOr, hasColumns, type Layout, type SourceColumns } from './layout.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'ParentSpanId', 'SpanName', 'SpanAttributes', 'Duration']

const eventColumns = ['Events.Timestamp', 'Events.Name', 'Events.Attributes']
const linkColumns = ['Links.TraceId', 'Links.SpanId', 'Links.TraceState', 'Links.Attributes']

const zip = (names: readonly string[]) => `list_zip(${names.map((name) => `"${name}"`).join(', ')})`

const elementType = (columns: SourceColumns, name: string) => (columns.get(name) ?? '').replace(/\[\]$/, '')

const startTime = (columns: SourceColumns) => toTimestamp('"Timestamp"', columns.get('Timestamp') ?? '')

/** An event without a usable time of its own is taken to have happened when its span began. */
function eventTime(columns: SourceColumns): string {
  const time = toTimestamp('e[1]', elementType(columns, 'Events.Timestamp'))
  return `CASE WHEN ${isUsableTime(time)} THEN ${time} ELSE ${startTime(columns)} END`
}

const events = (columns: SourceColumns) =>
  hasColumns(columns, eventColumns)
    ? `list_transform(${zip(eventColumns)}, lambda e: struct_pack("timestamp" := ${eventTime(columns)}, "name" := coalesce(e[2], ''), "attributes" := ${toAttributes('e[3]')}))`
    : `CAST([] AS ${eventList})`

const links = (columns: SourceColumns) =>
  hasColumns(columns, linkColumns)
    ? `list_transform(${zip(linkColumns)}, lambda l: struct_pack("trace_id" := coalesce(lower(l[1]), ''), "span_id" := coalesce(lower(l[2]), ''), "trace_state" := l[3], "attributes" := ${toAttributes('l[4]')}))`
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
    trace_id: toTraceId('"TraceId"'),
    span_id: toSpanId('"SpanId"'),
    parent_span_id: toSpanId('"ParentSpanId"'),
    trace_state: toText(columnOr(columns, 'TraceState')),
    span_name: 'CAST("SpanName" AS VARCHAR)',
    span_kind: toSpanKind(columnOr(columns, 'SpanKind')),
    service_name: toText(columnOr(columns, 'ServiceName')),
    timestamp: startTime(columns),
    duration_ns: toDuration('"Duration"', startTime(columns)),
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
