import { defineColumns } from '../column.ts'

/** The fields that every row made from one span carries. */
export const spanColumns = defineColumns('', [
  ['TraceId', 'string', '', 'Trace id, 32 hex characters; one trace is one customer journey'],
  ['SpanId', 'string', '', 'Span id, 16 hex characters'],
  ['ParentSpanId', 'string', '', 'Span id of the parent; null at the root'],
  ['Timestamp', 'timestamp', 'UTC', 'Start of the span'],
  ['Duration', 'integer', 'ns', 'Length of the span in nanoseconds (1 s = 1000000000)'],
  ['SpanName', 'string', '', 'What the span is, e.g. cx.interaction.agent'],
  ['SpanKind', 'string', '', 'Unspecified, Internal, Server, Client, Producer or Consumer'],
  ['ServiceName', 'string', '', 'System that wrote the span, e.g. amazon-connect, softphone'],
  ['StatusCode', 'string', '', 'Unset, Ok or Error'],
  ['StatusMessage', 'string', '', 'Error text of the span, if any'],
])
