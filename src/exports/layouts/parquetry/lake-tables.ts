import type { Mapping } from '../../canonical.ts'
import { toAttributes } from '../../values/attributes/attributes.ts'
import type { Cell } from '../../values/cell.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { snakeEvents, snakeLinks, toEventList, toLinkList } from '../../values/events/event-lists.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toInteger, toRawText, toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'

const spanColumns = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'span_name',
  'span_kind',
  'timestamp',
  'duration',
  'resource_attributes',
  'attributes',
  'events',
  'links',
]

const logColumns = ['timestamp', 'trace_id', 'span_id', 'severity_text', 'body', 'attributes', 'event_name']

/** A list of structs; in JSON lines and CSV it is a text. */
const isList = ({ type }: Cell) => type === 'VARCHAR' || (type.endsWith('[]') && type.startsWith('STRUCT('))

const shared = (source: Source) => ({
  trace_id: toTraceId(column(source, 'trace_id')),
  span_id: toSpanId(column(source, 'span_id')),
  service_name: toText(column(source, 'service_name')),
  timestamp: toTimestampOfAnyUnit(column(source, 'timestamp')),
  resource_attributes: toAttributes(column(source, 'resource_attributes')),
  attributes: toAttributes(column(source, 'attributes')),
  scope_name: toText(column(source, 'scope_name')),
  scope_version: toText(column(source, 'scope_version')),
})

function mapSpans(source: Source): Mapping<'spans'> {
  const same = shared(source)
  return {
    ...same,
    parent_span_id: toSpanId(column(source, 'parent_span_id')),
    trace_state: toText(column(source, 'trace_state')),
    span_name: toSpanName(column(source, 'span_name')),
    span_kind: toSpanKind(column(source, 'span_kind')),
    duration_ns: toDuration(column(source, 'duration'), same.timestamp),
    status_code: toStatusCode(column(source, 'status_code')),
    status_message: toText(column(source, 'status_message')),
    events: toEventList(column(source, 'events'), same.timestamp, snakeEvents),
    links: toLinkList(column(source, 'links'), snakeLinks),
  }
}

const mapLogs = (source: Source): Mapping<'logs'> => ({
  ...shared(source),
  trace_flags: toInteger(column(source, 'trace_flags')),
  severity_text: toText(column(source, 'severity_text')),
  severity_number: toInteger(column(source, 'severity_number')),
  body: toRawText(column(source, 'body')),
  event_name: toText(column(source, 'event_name')),
})

/** The table `spans` of a Parquetry lake, dropped into another's exports. Its columns are the canonical ones, in nanoseconds. */
export const lakeSpans: Layout = {
  name: 'lake-spans',
  about: 'the spans table of a Parquetry lake',
  needs: spanColumns,
  matches: (source) =>
    hasColumns(source, spanColumns) && isList(column(source, 'events')) && isList(column(source, 'links')),
  read: (source) => [{ kind: 'spans', mapping: mapSpans(source), from: source.from }],
}

/** The table `logs` of a Parquetry lake, dropped into another's exports. */
export const lakeLogs: Layout = {
  name: 'lake-logs',
  about: 'the logs table of a Parquetry lake',
  needs: logColumns,
  matches: (source) => hasColumns(source, logColumns),
  read: (source) => [{ kind: 'logs', mapping: mapLogs(source), from: source.from }],
}
