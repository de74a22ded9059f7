import type { Mapping } from '../canonical.ts'
import { toAttributes } from '../values/attributes.ts'
import type { Cell } from '../values/cell.ts'
import { toSpanKind, toStatusCode } from '../values/enums.ts'
import { noEvents, noLinks, toEvents, toLinks } from '../values/events.ts'
import { toSpanId, toTraceId } from '../values/ids.ts'
import { toText } from '../values/texts.ts'
import { toDuration, toTimestamp } from '../values/times.ts'
import { column, hasColumns, type Layout, type Source } from './layout.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'ParentSpanId', 'SpanName', 'SpanAttributes', 'Duration']

const eventColumns = ['Events.Timestamp', 'Events.Name', 'Events.Attributes']
const linkColumns = ['Links.TraceId', 'Links.SpanId', 'Links.TraceState', 'Links.Attributes']

const zip = (names: readonly string[]) => `list_zip(${names.map((name) => `"${name}"`).join(', ')})`

/** The member of a zipped list's element `e` that comes from a list column. */
function element(source: Source, names: readonly string[], name: string): Cell {
  const type = (source.columns.get(name) ?? '').replace(/\[\]$/, '')
  return { sql: `e[${names.indexOf(name) + 1}]`, type }
}

function events(source: Source, start: string): string {
  if (!hasColumns(source, eventColumns)) return noEvents
  const part = (name: string) => element(source, eventColumns, name)
  return toEvents(zip(eventColumns), start, {
    time: toTimestamp(part('Events.Timestamp')),
    name: part('Events.Name').sql,
    attributes: toAttributes(part('Events.Attributes')),
  })
}

function links(source: Source): string {
  if (!hasColumns(source, linkColumns)) return noLinks
  const part = (name: string) => element(source, linkColumns, name)
  return toLinks(zip(linkColumns), {
    traceId: `lower(${part('Links.TraceId').sql})`,
    spanId: `lower(${part('Links.SpanId').sql})`,
    traceState: part('Links.TraceState').sql,
    attributes: toAttributes(part('Links.Attributes')),
  })
}

function map(source: Source): Mapping<'spans'> {
  const attribute = (key: string): Cell => ({ sql: `"SpanAttributes"['${key}']`, type: 'VARCHAR' })
  const scope = (name: string, key: string) =>
    toText(hasColumns(source, [name]) ? column(source, name) : attribute(key))
  const start = toTimestamp(column(source, 'Timestamp'))
  return {
    trace_id: toTraceId(column(source, 'TraceId')),
    span_id: toSpanId(column(source, 'SpanId')),
    parent_span_id: toSpanId(column(source, 'ParentSpanId')),
    trace_state: toText(column(source, 'TraceState')),
    span_name: 'CAST("SpanName" AS VARCHAR)',
    span_kind: toSpanKind(column(source, 'SpanKind')),
    service_name: toText(column(source, 'ServiceName')),
    timestamp: start,
    duration_ns: toDuration(column(source, 'Duration'), start),
    status_code: toStatusCode(column(source, 'StatusCode')),
    status_message: toText(column(source, 'StatusMessage')),
    resource_attributes: toAttributes(column(source, 'ResourceAttributes')),
    attributes: toAttributes(column(source, 'SpanAttributes')),
    scope_name: scope('ScopeName', 'otel.scope.name'),
    scope_version: scope('ScopeVersion', 'otel.scope.version'),
    events: events(source, start),
    links: links(source),
  }
}

/**
 * The table `otel_traces` of the OpenTelemetry collector's ClickHouse exporter, dumped to Parquet with MAP attributes.
 * Its oldest form has no scope columns. Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, traces_table.sql.
 */
export const clickhouseTraces: Layout = {
  name: 'clickhouse-traces',
  about: 'ClickHouse exporter, otel_traces, MAP attributes',
  matches: (source) =>
    hasColumns(source, required) && column(source, 'SpanAttributes').type.startsWith('MAP('),
  read: (source) => [{ kind: 'spans', mapping: map(source), from: source.from }],
}
