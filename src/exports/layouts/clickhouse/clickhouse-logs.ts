import type { Mapping } from '../../canonical.ts'
import { toAttributeValue } from '../../values/attributes/attribute-value.ts'
import { toUnnestedAttributes } from '../../values/attributes/nested-attributes.ts'
import type { Cell } from '../../values/cell.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toInteger, toRawText, toText } from '../../values/texts.ts'
import { toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'

const required = ['Timestamp', 'TraceId', 'SpanId', 'SeverityText', 'Body', 'LogAttributes']

/** The canonical columns of log records in the columns of `otel_logs`, its attributes read as told. */
export function mapLogs(source: Source, toMap: (cell: Cell) => string): Mapping<'logs'> {
  const attributes = column(source, 'LogAttributes')
  const named = toAttributeValue(attributes, 'event.name', toMap)
  return {
    timestamp: toTimestampOfAnyUnit(column(source, 'Timestamp')),
    trace_id: toTraceId(column(source, 'TraceId')),
    span_id: toSpanId(column(source, 'SpanId')),
    trace_flags: toInteger(column(source, 'TraceFlags')),
    severity_text: toText(column(source, 'SeverityText')),
    severity_number: toInteger(column(source, 'SeverityNumber')),
    service_name: toText(column(source, 'ServiceName')),
    body: toRawText(column(source, 'Body')),
    event_name: `coalesce(${toText(column(source, 'EventName'))}, ${named.sql})`,
    resource_attributes: toMap(column(source, 'ResourceAttributes')),
    attributes: toMap(attributes),
    scope_name: toText(column(source, 'ScopeName')),
    scope_version: toText(column(source, 'ScopeVersion')),
  }
}

/**
 * The table `otel_logs` of the OpenTelemetry collector's ClickHouse exporter, dumped to any format, with attributes in the
 * same forms as `otel_traces`. The event's name is a column of newer versions; older ones carry it as the attribute
 * `event.name`. Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, logs_table.sql and logs_json_table.sql.
 */
export const clickhouseLogs: Layout = {
  name: 'clickhouse-logs',
  about: 'ClickHouse exporter, otel_logs',
  needs: required,
  matches: (source) => hasColumns(source, required),
  read: (source) => [{ kind: 'logs', mapping: mapLogs(source, toUnnestedAttributes), from: source.from }],
}
