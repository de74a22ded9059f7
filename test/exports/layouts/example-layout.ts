import type { Mapping } from '../../../src/exports/canonical.ts'
import { column, hasColumns, type Layout, type Source } from '../../../src/exports/layouts/layout.ts'
import { toAttributeValue } from '../../../src/exports/values/attributes/attribute-value.ts'
import { toAttributes } from '../../../src/exports/values/attributes/attributes.ts'
import { toSpanKind } from '../../../src/exports/values/enums.ts'
import { type EventNames, toEventList } from '../../../src/exports/values/events/event-lists.ts'
import { noLinks } from '../../../src/exports/values/events/events.ts'
import { toSpanId, toTraceId } from '../../../src/exports/values/ids.ts'
import { toSpanName, toText } from '../../../src/exports/values/texts.ts'
import { toDuration, toTimestamp } from '../../../src/exports/values/times.ts'

const required = ['traceID', 'spanID', 'operationName', 'startTime', 'duration', 'tags']

const eventNames: EventNames = { times: ['timestamp'], name: 'event', attributes: 'fields' }

function map(source: Source): Mapping<'spans'> {
  const tags = column(source, 'tags')
  const tag = (key: string) => toAttributeValue(tags, key)
  const start = toTimestamp(column(source, 'startTime'), 'us')
  return {
    trace_id: toTraceId(column(source, 'traceID')),
    span_id: toSpanId(column(source, 'spanID')),
    parent_span_id: toSpanId(column(source, 'parentSpanID')),
    trace_state: 'CAST(NULL AS VARCHAR)',
    span_name: toSpanName(column(source, 'operationName')),
    span_kind: toSpanKind(tag('span.kind')),
    service_name: toText(column(source, 'serviceName')),
    timestamp: start,
    duration_ns: toDuration(column(source, 'duration'), start, 'us'),
    status_code: `CASE WHEN lower(${tag('error').sql}) = 'true' THEN 'Error' ELSE 'Unset' END`,
    status_message: toText(tag('otel.status_description')),
    resource_attributes: toAttributes(column(source, 'processTags')),
    attributes: toAttributes(tags),
    scope_name: toText(tag('otel.scope.name')),
    scope_version: toText(tag('otel.scope.version')),
    events: toEventList(column(source, 'logs'), start, eventNames),
    links: noLinks,
  }
}

/** Spans of Jaeger, one a row, as our nightly job flattens them: times in microseconds. Source: jobs/flatten.py. */
export const flatJaeger: Layout = {
  name: 'flat-jaeger',
  about: 'Jaeger spans, flattened',
  needs: required,
  matches: (source) => hasColumns(source, required),
  read: (source) => [{ kind: 'spans', mapping: map(source), from: source.from }],
}
