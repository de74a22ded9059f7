import type { CanonicalRelation, Mapping } from '../../canonical.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { noEvents, noLinks } from '../../values/events/events.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSeverityNumber } from '../../values/severity.ts'
import { toInteger, toRawText, toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toTimestamp } from '../../values/times.ts'
import { findAttributeColumns, gatherColumns } from '../gather-columns.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'
import { restoreKey } from './lakerunner-keys.ts'

const spanColumns = ['chq_timestamp', 'span_trace_id', 'span_id', 'span_name', 'span_duration']
const logColumns = ['chq_timestamp', 'chq_telemetry_type', 'log_message', 'log_level']

const gather = (source: Source, prefix: string) =>
  gatherColumns(source, findAttributeColumns(source, prefix, restoreKey))

/** Nanoseconds where the file has them; older files have milliseconds only. */
const time = (source: Source) =>
  `coalesce(${toTimestamp(column(source, 'chq_tsns'), 'ns')}, ${toTimestamp(column(source, 'chq_timestamp'), 'ms')})`

const shared = (source: Source) => ({
  timestamp: time(source),
  service_name: toText(column(source, 'resource_service_name')),
  resource_attributes: gather(source, 'resource_'),
  attributes: gather(source, 'attr_'),
  scope_name: toText(column(source, 'scope_name')),
  scope_version: toText(column(source, 'scope_version')),
})

const mapSpans = (source: Source): Mapping<'spans'> => ({
  ...shared(source),
  trace_id: toTraceId(column(source, 'span_trace_id')),
  span_id: toSpanId(column(source, 'span_id')),
  parent_span_id: toSpanId(column(source, 'span_parent_span_id')),
  trace_state: toText(column(source, 'span_trace_state')),
  span_name: toSpanName(column(source, 'span_name')),
  span_kind: toSpanKind(column(source, 'span_kind')),
  duration_ns: toDuration(column(source, 'span_duration'), time(source), 'ms'),
  status_code: toStatusCode(column(source, 'span_status_code')),
  status_message: toText(column(source, 'span_status_message')),
  events: noEvents,
  links: noLinks,
})

const mapLogs = (source: Source): Mapping<'logs'> => ({
  ...shared(source),
  trace_id: toTraceId(column(source, 'log_trace_id', 'attr_trace_id')),
  span_id: toSpanId(column(source, 'log_span_id', 'attr_span_id')),
  trace_flags: toInteger(column(source, 'attr_trace_flags')),
  severity_text: toText(column(source, 'log_level')),
  severity_number: toSeverityNumber(column(source, 'log_level')),
  body: toRawText(column(source, 'log_message')),
  event_name: toText(column(source, 'attr_event_name')),
})

const isSpans = (source: Source) => hasColumns(source, spanColumns)

const read = (source: Source): CanonicalRelation =>
  isSpans(source)
    ? { kind: 'spans', mapping: mapSpans(source), from: source.from }
    : { kind: 'logs', mapping: mapLogs(source), from: source.from }

/**
 * "Cooked" files of CardinalHQ's lakerunner: one column for each attribute. Their names lost their dots and capitals; the
 * keys of the semantic conventions are restored, all others stay as the file has them, with underscores. Durations are whole
 * milliseconds. There are no events and links. Source: cardinalhq/lakerunner, docs/design/db-parquet/traces.md and logs.md.
 */
export const lakerunner: Layout = {
  name: 'lakerunner',
  about: 'CardinalHQ lakerunner, cooked traces and logs',
  needs: spanColumns,
  matches: (source) => isSpans(source) || hasColumns(source, logColumns),
  read: (source) => [read(source)],
}
