import { defineColumns } from '../column.ts'
import type { Service } from '../service.ts'
import { spanColumns } from './span-columns.ts'

/** Every span as exported; the way to ask about any OpenTelemetry trace. */
export const spans: Service = {
  name: 'spans',
  grain: 'one span of any kind',
  use: 'any OpenTelemetry trace; attributes are read from their maps, so prefer a service above where one fits',
  columns: [
    ...spanColumns,
    ...defineColumns('', [
      ['TraceStart', 'timestamp', 'UTC', 'Earliest start of a span of its trace'],
      ['TraceState', 'string', '', 'W3C trace state'],
      ['ScopeName', 'string', '', 'Instrumentation scope'],
      ['ScopeVersion', 'string', '', 'Version of the instrumentation scope'],
    ]),
  ],
  nestedColumns: ['attributes', 'resource_attributes', 'events', 'links'],
}

/** One row per trace. */
export const traces: Service = {
  name: 'traces',
  grain: 'one trace',
  use: 'trace sizes, durations and error counts',
  columns: defineColumns('', [
    ['TraceId', 'string', '', 'Trace id, 32 hex characters'],
    ['Timestamp', 'timestamp', 'UTC', 'Earliest start of its spans'],
    ['EndTime', 'timestamp', 'UTC', 'Latest end of its spans'],
    ['Duration', 'integer', 'ns', 'Earliest start to latest end, in nanoseconds'],
    ['RootSpanName', 'string', '', 'Name of the root span; of the earliest span where no root was exported'],
    ['RootServiceName', 'string', '', 'Service of that span'],
    ['SpanCount', 'integer', 'spans', 'Spans'],
    ['ErrorCount', 'integer', 'spans', 'Spans with StatusCode Error'],
    ['ServiceCount', 'integer', 'services', 'Different services'],
    ['RootCount', 'integer', 'spans', 'Spans without a parent; other than 1 means a partial or merged trace'],
    ['StatusCode', 'string', '', 'Error if any span failed, else Ok if any is Ok, else Unset'],
  ]),
  nestedColumns: [],
}

/** Log records, of spans and standing alone. */
export const logs: Service = {
  name: 'logs',
  grain: 'one log record',
  use: 'softphone and CCP events, error messages, anything logged',
  columns: defineColumns('', [
    ['TraceId', 'string', '', 'Trace that the record belongs to; null where it stands alone'],
    ['SpanId', 'string', '', 'Span that the record belongs to; null where it stands alone'],
    ['Timestamp', 'timestamp', 'UTC', 'Time of the record'],
    ['SeverityText', 'string', '', 'TRACE, DEBUG, INFO, WARN, ERROR or FATAL'],
    ['SeverityNumber', 'integer', '1-24', 'Severity as a number: 9 info, 13 warn, 17 error'],
    ['ServiceName', 'string', '', 'System that wrote it'],
    ['Body', 'string', '', 'Message'],
    ['EventName', 'string', '', 'Name of the event, if given'],
    ['ScopeName', 'string', '', 'Instrumentation scope'],
    ['TraceFlags', 'integer', '', 'W3C trace flags'],
  ]),
  nestedColumns: ['attributes', 'resource_attributes'],
}
