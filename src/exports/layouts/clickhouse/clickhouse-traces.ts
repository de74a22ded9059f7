import type { Mapping } from '../../canonical.ts'
import { toAttributeValue } from '../../values/attributes/attribute-value.ts'
import { toUnnestedAttributes } from '../../values/attributes/nested-attributes.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'
import { type EventColumns, readEvents, readLinks } from './event-columns.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'ParentSpanId', 'SpanName', 'SpanAttributes', 'Duration']

/** Events and links as the collector's table has them. */
export const collectorForm: EventColumns = {
  events: ['Events.Timestamp', 'Events.Name', 'Events.Attributes'],
  links: ['Links.TraceId', 'Links.SpanId', 'Links.TraceState', 'Links.Attributes'],
  attributes: toUnnestedAttributes,
}

/** The canonical columns of spans in one of the forms of `otel_traces`. */
export function mapTraces(source: Source, form: EventColumns): Mapping<'spans'> {
  const attributes = column(source, 'SpanAttributes')
  const scope = (name: string, key: string) =>
    toText(hasColumns(source, [name]) ? column(source, name) : toAttributeValue(attributes, key))
  const start = toTimestampOfAnyUnit(column(source, 'Timestamp'))
  return {
    trace_id: toTraceId(column(source, 'TraceId')),
    span_id: toSpanId(column(source, 'SpanId')),
    parent_span_id: toSpanId(column(source, 'ParentSpanId')),
    trace_state: toText(column(source, 'TraceState')),
    span_name: toSpanName(column(source, 'SpanName')),
    span_kind: toSpanKind(column(source, 'SpanKind')),
    service_name: toText(column(source, 'ServiceName')),
    timestamp: start,
    duration_ns: toDuration(column(source, 'Duration'), start),
    status_code: toStatusCode(column(source, 'StatusCode')),
    status_message: toText(column(source, 'StatusMessage')),
    resource_attributes: form.attributes(column(source, 'ResourceAttributes')),
    attributes: form.attributes(attributes),
    scope_name: scope('ScopeName', 'otel.scope.name'),
    scope_version: scope('ScopeVersion', 'otel.scope.version'),
    events: readEvents(source, form, start),
    links: readLinks(source, form),
  }
}

/**
 * The table `otel_traces` of the OpenTelemetry collector's ClickHouse exporter, dumped to any format. Its attributes are a
 * map, or JSON text as `toJSONString` writes it, or ClickHouse's JSON type, which nests keys with dots. In CSV and TSV maps
 * and lists are texts in single quotes. Its oldest form has no scope columns; dumps may lack events and links, or hold them as
 * one list of events each.
 * Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, traces_table.sql and traces_json_table.sql.
 */
export const clickhouseTraces: Layout = {
  name: 'clickhouse-traces',
  about: 'ClickHouse exporter, otel_traces',
  needs: required,
  matches: (source) => hasColumns(source, required),
  read: (source) => [{ kind: 'spans', mapping: mapTraces(source, collectorForm), from: source.from }],
}
