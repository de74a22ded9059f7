import { quoteName } from '../../../core/sql-text.ts'
import type { CanonicalRelation, Mapping } from '../../canonical.ts'
import { type JsonShape, type Spelling, spell, toKeyValueMap } from '../../values/attributes/any-value.ts'
import type { Cell } from '../../values/cell.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { toEvents, toLinks } from '../../values/events/events.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSpanName, toText } from '../../values/texts.ts'
import { toDurationBetween, toTimestamp } from '../../values/times.ts'
import type { Layout, Source } from '../layout.ts'
import { type Batches, findColumn, inMember, toItems } from './otlp-batches.ts'
import { readLogs } from './otlp-json-logs.ts'

const names = { scopes: ['scopeSpans', 'instrumentationLibrarySpans'], items: 'spans' } as const

const span: JsonShape = {
  traceId: 'VARCHAR',
  spanId: 'VARCHAR',
  parentSpanId: 'VARCHAR',
  traceState: 'VARCHAR',
  name: 'VARCHAR',
  kind: 'VARCHAR',
  startTimeUnixNano: 'VARCHAR',
  endTimeUnixNano: 'VARCHAR',
  attributes: 'JSON',
  events: [{ timeUnixNano: 'VARCHAR', name: 'VARCHAR', attributes: 'JSON' }],
  links: [{ traceId: 'VARCHAR', spanId: 'VARCHAR', traceState: 'VARCHAR', attributes: 'JSON' }],
  status: { code: 'VARCHAR', message: 'VARCHAR' },
}

function map(spelling: Spelling): Mapping<'spans'> {
  const spelled = (name: string) => quoteName(spell(name, spelling))
  const part = (name: string): Cell => ({ sql: spelled(name), type: 'VARCHAR' })
  const element = (name: string): Cell => ({ sql: `e.${spelled(name)}`, type: 'VARCHAR' })
  const attributes = toKeyValueMap(element('attributes').sql, spelling)
  const start = 'span_start'
  return {
    trace_id: toTraceId(part('traceId')),
    span_id: toSpanId(part('spanId')),
    parent_span_id: toSpanId(part('parentSpanId')),
    trace_state: toText(part('traceState')),
    span_name: toSpanName(part('name')),
    span_kind: toSpanKind(part('kind')),
    service_name: `nullif(resource['service.name'], '')`,
    timestamp: start,
    duration_ns: toDurationBetween(start, 'span_end'),
    status_code: toStatusCode({ sql: 'status.code', type: 'VARCHAR' }),
    status_message: toText({ sql: 'status.message', type: 'VARCHAR' }),
    resource_attributes: 'resource',
    attributes: 'attribute_map',
    scope_name: `nullif("scope"."name", '')`,
    scope_version: `nullif("scope"."version", '')`,
    events: toEvents(part('events').sql, start, {
      time: toTimestamp(element('timeUnixNano')),
      name: element('name').sql,
      attributes,
    }),
    links: toLinks(part('links').sql, {
      traceId: toTraceId(element('traceId')),
      spanId: toSpanId(element('spanId')),
      traceState: `coalesce(${element('traceState').sql}, '')`,
      attributes,
    }),
  }
}

function readSpans(batches: Batches): CanonicalRelation {
  const time = (name: string) =>
    toTimestamp({ sql: quoteName(spell(name, batches.spelling)), type: 'VARCHAR' })
  const times = `${time('startTimeUnixNano')} AS span_start, ${time('endTimeUnixNano')} AS span_end`
  return {
    kind: 'spans',
    mapping: map(batches.spelling),
    from: `(SELECT *, ${times} FROM ${toItems(batches, names, span)})`,
  }
}

/** The columns of Tempo's answer to a query for one trace; `trace` alone could be anything. */
const answerColumns = ['trace', 'metrics', 'status', 'message']

const isAnswer = ({ columns }: Source) =>
  columns.get('trace') === 'VARCHAR' && [...columns.keys()].every((name) => answerColumns.includes(name))

const findAnswer = (source: Source): readonly Batches[] =>
  isAnswer(source)
    ? [
        inMember(source, 'trace', 'resourceSpans', 'camel'),
        inMember(source, 'trace', 'batches', 'camel'),
        inMember(source, 'trace', 'resourceSpans', 'snake'),
      ]
    : []

const findSpans = (source: Source): readonly Batches[] => [
  ...findColumn(source, 'resourceSpans'),
  ...(source.columns.size === 1 ? findColumn(source, 'batches') : []),
  ...findAnswer(source),
]

const findLogs = (source: Source) => findColumn(source, 'resourceLogs')

/**
 * OTLP in JSON, as the collector's file and S3 exporters write it, one batch per line or per file, and as Tempo answers a
 * query for a trace (`batches`, `trace`). Traces and logs may stand in one file. Ids may be hexadecimal of any case or
 * base64, enums numbers or names, 64-bit numbers texts or numbers, names snake_case throughout a file.
 * Source: opentelemetry-proto, docs/specification.md, JSON Protobuf Encoding; trace.proto; logs.proto.
 */
export const otlpJson: Layout = {
  name: 'otlp-json',
  about: 'OTLP JSON, resourceSpans and resourceLogs',
  needs: ['resourceSpans'],
  matches: (source) => findSpans(source).length + findLogs(source).length > 0,
  read: (source) => [...findSpans(source).map(readSpans), ...findLogs(source).map(readLogs)],
}
