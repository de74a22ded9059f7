import type { Mapping } from '../../canonical.ts'
import { toAttributeValue } from '../../values/attributes/attribute-value.ts'
import { toAttributes } from '../../values/attributes/attributes.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toInteger, toRawText, toText } from '../../values/texts.ts'
import { toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'
import { toResource } from './duckdb-otlp-resource.ts'

const both = ['trace_id', 'span_id', 'severity_text', 'body', 'resource_attributes', 'log_attributes']
const required = ['time_unix_nano', ...both]
const olderRequired = ['timestamp', ...both]

function map(source: Source): Mapping<'logs'> {
  const resource = toResource(source)
  const attributes = column(source, 'log_attributes')
  const time = toTimestampOfAnyUnit(column(source, 'time_unix_nano', 'timestamp'))
  const seen = toTimestampOfAnyUnit(column(source, 'observed_time_unix_nano'))
  return {
    timestamp: `CASE WHEN epoch_ns(${time}) > 0 THEN ${time} ELSE coalesce(${seen}, ${time}) END`,
    trace_id: toTraceId(column(source, 'trace_id')),
    span_id: toSpanId(column(source, 'span_id')),
    trace_flags: toInteger(column(source, 'flags')),
    severity_text: toText(column(source, 'severity_text')),
    severity_number: toInteger(column(source, 'severity_number')),
    service_name: resource.serviceName,
    body: toRawText(column(source, 'body')),
    event_name: `coalesce(${toText(column(source, 'event_name'))}, ${toAttributeValue(attributes, 'event.name').sql})`,
    resource_attributes: resource.attributes,
    attributes: toAttributes(attributes),
    scope_name: toText(column(source, 'scope_name')),
    scope_version: toText(column(source, 'scope_version')),
  }
}

/**
 * Log records as duckdb-otlp reads them and otlp2parquet's newer versions write them. A record without a time of its own has
 * the time at which it was observed.
 * Source: smithclay/duckdb-otlp, reference/schemas.md; smithclay/otlp2records, src/schema/arrow.rs.
 */
export const duckdbOtlpLogs: Layout = {
  name: 'duckdb-otlp-logs',
  about: 'duckdb-otlp and otlp2records, logs',
  needs: required,
  matches: (source) => hasColumns(source, required) || hasColumns(source, olderRequired),
  read: (source) => [{ kind: 'logs', mapping: map(source), from: source.from }],
}
