import type { Mapping } from '../canonical.ts'
import { toAttributes } from '../values/attributes.ts'
import { absent, type Cell } from '../values/cell.ts'
import { toSpanKind, toStatusCode } from '../values/enums.ts'
import { noEvents, noLinks, toEvents, toLinks } from '../values/events.ts'
import { toSpanId, toTraceId } from '../values/ids.ts'
import { toUnnestedAttributes } from '../values/nested-attributes.ts'
import { toList } from '../values/text-lists.ts'
import { toText } from '../values/texts.ts'
import { toDuration, toTimestamp } from '../values/times.ts'
import { column, hasColumns, type Layout, type Source } from './layout.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'ParentSpanId', 'SpanName', 'SpanAttributes', 'Duration']

/** Where the forms of `otel_traces` differ. */
export type TracesForm = Readonly<{
  /** Columns that are lists of equal length, one for each part of an event or link. */
  events: readonly [time: string, name: string, attributes: string]
  links: readonly [traceId: string, spanId: string, traceState: string, attributes: string]
  /** SQL for an attribute map. */
  attributes: (cell: Cell) => string
}>

const collectorForm: TracesForm = {
  events: ['Events.Timestamp', 'Events.Name', 'Events.Attributes'],
  links: ['Links.TraceId', 'Links.SpanId', 'Links.TraceState', 'Links.Attributes'],
  attributes: toUnnestedAttributes,
}

/** The columns zipped to one list, and the members of its element `e`. */
function zip(source: Source, names: readonly string[]) {
  const lists = names.map((name) => toList(column(source, name)))
  const part = (index: number): Cell => {
    const list = lists[index] ?? absent
    return { sql: `e[${index + 1}]`, type: list.type.replace(/\[\]$/, '') }
  }
  return { list: `list_zip(${lists.map(({ sql }) => sql).join(', ')})`, part }
}

function events(source: Source, { events: names, attributes }: TracesForm, start: string): string {
  if (!hasColumns(source, names)) return noEvents
  const { list, part } = zip(source, names)
  return toEvents(list, start, {
    time: toTimestamp(part(0)),
    name: part(1).sql,
    attributes: attributes(part(2)),
  })
}

function links(source: Source, { links: names, attributes }: TracesForm): string {
  if (!hasColumns(source, names)) return noLinks
  const { list, part } = zip(source, names)
  return toLinks(list, {
    traceId: `lower(${part(0).sql})`,
    spanId: `lower(${part(1).sql})`,
    traceState: part(2).sql,
    attributes: attributes(part(3)),
  })
}

/** The canonical columns of spans in one of the forms of `otel_traces`. */
export function mapTraces(source: Source, form: TracesForm): Mapping<'spans'> {
  const attributes = form.attributes(column(source, 'SpanAttributes'))
  const flat = column(source, 'SpanAttributes')
  const attribute = (key: string): Cell => ({
    sql: `${flat.type.startsWith('MAP(') ? flat.sql : `(${toAttributes(flat)})`}['${key}']`,
    type: 'VARCHAR',
  })
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
    resource_attributes: form.attributes(column(source, 'ResourceAttributes')),
    attributes,
    scope_name: scope('ScopeName', 'otel.scope.name'),
    scope_version: scope('ScopeVersion', 'otel.scope.version'),
    events: events(source, form, start),
    links: links(source, form),
  }
}

/**
 * The table `otel_traces` of the OpenTelemetry collector's ClickHouse exporter, dumped to any format. Its attributes are a
 * map, or JSON text as `toJSONString` writes it, or ClickHouse's JSON type, which nests keys with dots. In CSV and TSV maps
 * and lists are texts in single quotes. Its oldest form has no scope columns; dumps may lack events and links.
 * Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, traces_table.sql and traces_json_table.sql.
 */
export const clickhouseTraces: Layout = {
  name: 'clickhouse-traces',
  about: 'ClickHouse exporter, otel_traces',
  needs: required,
  matches: (source) => hasColumns(source, required),
  read: (source) => [{ kind: 'spans', mapping: mapTraces(source, collectorForm), from: source.from }],
}
