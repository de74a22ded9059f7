import type { CanonicalRelation, Mapping } from '../../canonical.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { noEvents, noLinks } from '../../values/events/events.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSeverityNumber } from '../../values/severity.ts'
import { toRawText, toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toTimestampOfAnyUnit } from '../../values/times.ts'
import { findAttributeColumns, gatherColumns } from '../gather-columns.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'

const spanColumns = [
  'time',
  'trace_id',
  'span_id',
  'parent_span_id',
  'span_name',
  'duration',
  'attr.span_kind',
]
const logColumns = ['time', 'trace_id', 'span_id', 'service_name', 'level', 'message', 'attr.k8s.pod.name']

/** Not attributes, but columns of a span. */
const spanFields = ['span_kind', 'status_code', 'status_message']

/** Attributes of what ran, which the conversion takes from the resource; all others are the span's or record's own. */
const isResource = ([key]: [string, string]) => key.startsWith('k8s.')

function shared(source: Source) {
  const columns = Object.entries(findAttributeColumns(source, 'attr.'))
  const own = columns.filter((entry) => !isResource(entry) && !spanFields.includes(entry[0]))
  return {
    timestamp: toTimestampOfAnyUnit(column(source, 'time')),
    trace_id: toTraceId(column(source, 'trace_id')),
    span_id: toSpanId(column(source, 'span_id')),
    service_name: toText(column(source, 'service_name')),
    resource_attributes: gatherColumns(source, Object.fromEntries(columns.filter(isResource))),
    attributes: gatherColumns(source, Object.fromEntries(own)),
    scope_name: 'CAST(NULL AS VARCHAR)',
    scope_version: 'CAST(NULL AS VARCHAR)',
  }
}

function mapSpans(source: Source): Mapping<'spans'> {
  const common = shared(source)
  return {
    ...common,
    parent_span_id: toSpanId(column(source, 'parent_span_id')),
    trace_state: 'CAST(NULL AS VARCHAR)',
    span_name: toSpanName(column(source, 'span_name')),
    span_kind: toSpanKind(column(source, 'attr.span_kind')),
    duration_ns: toDuration(column(source, 'duration'), common.timestamp),
    status_code: toStatusCode(column(source, 'attr.status_code')),
    status_message: toText(column(source, 'attr.status_message')),
    events: noEvents,
    links: noLinks,
  }
}

const mapLogs = (source: Source): Mapping<'logs'> => ({
  ...shared(source),
  trace_flags: 'CAST(NULL AS BIGINT)',
  severity_text: toText(column(source, 'level')),
  severity_number: toSeverityNumber(column(source, 'level')),
  body: toRawText(column(source, 'message')),
  event_name: 'CAST(NULL AS VARCHAR)',
})

const isSpans = (source: Source) => hasColumns(source, spanColumns)

const read = (source: Source): CanonicalRelation =>
  isSpans(source)
    ? { kind: 'spans', mapping: mapSpans(source), from: source.from }
    : { kind: 'logs', mapping: mapLogs(source), from: source.from }

/**
 * Traces and logs as RCABench converts them: some attributes as columns `attr.KEY`, durations in nanoseconds, no events and
 * links. Source: OperationsPAI/rcabench-platform, src/rcabench_platform/v3/internal/sources/rcabench.py.
 */
export const rcabench: Layout = {
  name: 'rcabench',
  about: 'RCABench, converted traces and logs',
  needs: spanColumns,
  matches: (source) => isSpans(source) || hasColumns(source, logColumns),
  read: (source) => [read(source)],
}
