import type { Mapping } from '../../canonical.ts'
import { toAttributes } from '../../values/attributes/attributes.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { snakeEvents, snakeLinks, toEventList, toLinkList } from '../../values/events/event-lists.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toDurationBetween, toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'
import { toResource } from './duckdb-otlp-resource.ts'

const both = ['trace_id', 'span_id', 'parent_span_id', 'resource_attributes', 'span_attributes']
const required = ['start_time_unix_nano', 'name', ...both]
const olderRequired = ['timestamp', 'span_name', 'events_json', 'duration', ...both]

/** Newer files count the duration in nanoseconds; older ones in milliseconds, under another name. */
function duration(source: Source, start: string): string {
  if (hasColumns(source, ['duration_time_unix_nano']))
    return toDuration(column(source, 'duration_time_unix_nano'), start)
  if (hasColumns(source, ['end_time_unix_nano']))
    return toDurationBetween(start, toTimestampOfAnyUnit(column(source, 'end_time_unix_nano')))
  return toDuration(column(source, 'duration'), start, 'ms')
}

function map(source: Source): Mapping<'spans'> {
  const start = toTimestampOfAnyUnit(column(source, 'start_time_unix_nano', 'timestamp'))
  const resource = toResource(source)
  return {
    trace_id: toTraceId(column(source, 'trace_id')),
    span_id: toSpanId(column(source, 'span_id')),
    parent_span_id: toSpanId(column(source, 'parent_span_id')),
    trace_state: toText(column(source, 'trace_state')),
    span_name: toSpanName(column(source, 'name', 'span_name')),
    span_kind: toSpanKind(column(source, 'kind', 'span_kind')),
    service_name: resource.serviceName,
    timestamp: start,
    duration_ns: duration(source, start),
    status_code: toStatusCode(column(source, 'status_code')),
    status_message: toText(column(source, 'status_status_message', 'status_message')),
    resource_attributes: resource.attributes,
    attributes: toAttributes(column(source, 'span_attributes')),
    scope_name: toText(column(source, 'scope_name')),
    scope_version: toText(column(source, 'scope_version')),
    events: toEventList(column(source, 'events_json', 'events'), start, snakeEvents),
    links: toLinkList(column(source, 'links_json', 'links'), snakeLinks),
  }
}

/**
 * Spans as duckdb-otlp reads them and otlp2parquet's newer versions write them: enums as numbers, attributes, events and
 * links as JSON text, ids as hexadecimal text or bytes.
 * Source: smithclay/duckdb-otlp, reference/schemas.md; smithclay/otlp2records, src/schema/arrow.rs and, for the older
 * names, vrl/otlp_traces.vrl at v0.4.0.
 */
export const duckdbOtlpTraces: Layout = {
  name: 'duckdb-otlp-traces',
  about: 'duckdb-otlp and otlp2records, traces',
  needs: required,
  matches: (source) => hasColumns(source, required) || hasColumns(source, olderRequired),
  read: (source) => [{ kind: 'spans', mapping: map(source), from: source.from }],
}
