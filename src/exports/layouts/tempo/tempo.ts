import type { CanonicalRelation, Mapping } from '../../canonical.ts'
import { type Cell, isAbsent } from '../../values/cell.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { noLinks, toEvents, toLinks } from '../../values/events/events.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { fieldOf, toStructFields } from '../../values/struct-type.ts'
import { toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toTimestamp } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'
import { parseDedicated, toAttributeMap, toDedicatedEntries, toFixedEntries } from './tempo-attributes.ts'

const required = ['TraceID', 'RootSpanName', 'rs']

const resourceColumns = {
  Cluster: 'cluster',
  Namespace: 'namespace',
  Pod: 'pod',
  Container: 'container',
  K8sClusterName: 'k8s.cluster.name',
  K8sNamespaceName: 'k8s.namespace.name',
  K8sPodName: 'k8s.pod.name',
  K8sContainerName: 'k8s.container.name',
}

const spanColumns = { HttpMethod: 'http.method', HttpUrl: 'http.url', HttpStatusCode: 'http.status_code' }

/** The nested types of a block: what a resource, a scope's spans and a span are. */
function toTypes(source: Source) {
  const batch: Cell = { sql: 'batch', type: column(source, 'rs').type }
  const scopeSpans = fieldOf(batch, 'ss')
  const holder: Cell = { sql: 'holder', type: scopeSpans.type }
  const spans = fieldOf(holder, 'Spans')
  return {
    resource: fieldOf(batch, 'Resource'),
    scopeSpans,
    scope: fieldOf(holder, 'Scope'),
    spans,
    span: { sql: 'span', type: spans.type },
  }
}

type Types = ReturnType<typeof toTypes>

/** An event's time: its own, or in newer blocks relative to the span; an event before its span wraps around at 2^64. */
function toEventTime(event: Cell): string {
  const own = fieldOf(event, 'TimeUnixNano')
  if (!isAbsent(own)) return toTimestamp(own)
  const since = fieldOf(event, 'TimeSinceStartNano')
  const ns = `(CAST(epoch_ns(span_start) AS HUGEINT) + CAST(${since.sql} AS HUGEINT)) % 18446744073709551616::HUGEINT`
  return toTimestamp({ sql: `(${ns})`, type: 'HUGEINT' })
}

function toEventList(span: Cell, dedicated: ReturnType<typeof parseDedicated>): string {
  const list = fieldOf(span, 'Events')
  const event: Cell = { sql: 'e', type: list.type }
  return toEvents(list.sql, 'span_start', {
    time: toEventTime(event),
    name: fieldOf(event, 'Name').sql,
    attributes: toAttributeMap(fieldOf(event, 'Attrs'), toDedicatedEntries(event, 'event', dedicated)),
  })
}

/** Links of version 3 are protobuf bytes, which are left out. */
function toLinkList(span: Cell): string {
  const list = fieldOf(span, 'Links')
  if (!toStructFields(list.type).has('TraceID')) return noLinks
  const link: Cell = { sql: 'e', type: list.type }
  return toLinks(list.sql, {
    traceId: toTraceId(fieldOf(link, 'TraceID')),
    spanId: toSpanId(fieldOf(link, 'SpanID')),
    traceState: `coalesce(${fieldOf(link, 'TraceState').sql}, '')`,
    attributes: toAttributeMap(fieldOf(link, 'Attrs'), []),
  })
}

function map(source: Source, { scope, span }: Types): Mapping<'spans'> {
  const part = (name: string) => fieldOf(span, name)
  const dedicated = parseDedicated(source.meta)
  const own = [...toFixedEntries(span, spanColumns), ...toDedicatedEntries(span, 'span', dedicated)]
  return {
    trace_id: toTraceId({ ...column(source, 'TraceID'), sql: 'trace' }),
    span_id: toSpanId(part('SpanID')),
    parent_span_id: toSpanId(part('ParentSpanID')),
    trace_state: toText(part('TraceState')),
    span_name: toSpanName(part('Name')),
    span_kind: toSpanKind(part('Kind')),
    service_name: `nullif(resource['service.name'], '')`,
    timestamp: 'span_start',
    duration_ns: toDuration(part('DurationNano'), 'span_start'),
    status_code: toStatusCode(part('StatusCode')),
    status_message: toText(part('StatusMessage')),
    resource_attributes: 'resource',
    attributes: toAttributeMap(part('Attrs'), own),
    scope_name: toText(fieldOf({ ...scope, sql: 'scope_part' }, 'Name')),
    scope_version: toText(fieldOf({ ...scope, sql: 'scope_part' }, 'Version')),
    events: toEventList(span, dedicated),
    links: toLinkList(span),
  }
}

/**
 * One row per span. What belongs to a resource is made once per resource, not once per span. The start is a column of its
 * own because DuckDB's optimiser takes the cast of a struct's field out of the TRY around it.
 */
function toSpans({ from, meta }: Source, { resource, scopeSpans, scope, spans, span }: Types): string {
  const service = `struct_pack(k := 'service.name', v := ${toText(fieldOf(resource, 'ServiceName'))})`
  const own = [
    service,
    ...toFixedEntries(resource, resourceColumns),
    ...toDedicatedEntries(resource, 'resource', parseDedicated(meta)),
  ]
  const start = toTimestamp({ ...fieldOf(span, 'StartTimeUnixNano'), sql: 'start_ns' })
  return `(
  SELECT *, ${start} AS span_start
  FROM (
    SELECT *, span."StartTimeUnixNano" AS start_ns
    FROM (
      SELECT trace, resource, ${scope.sql} AS scope_part, unnest(${spans.sql}) AS span
      FROM (
        SELECT trace, resource, unnest(holders) AS holder
        FROM (
          SELECT trace, ${toAttributeMap(fieldOf(resource, 'Attrs'), own)} AS resource, ${scopeSpans.sql} AS holders
          FROM (SELECT "TraceID" AS trace, unnest("rs") AS batch FROM ${from})
        )
      )
    )
  )
)`
}

function read(source: Source): readonly CanonicalRelation[] {
  const types = toTypes(source)
  return [{ kind: 'spans', mapping: map(source, types), from: toSpans(source, types) }]
}

/**
 * A block of Grafana Tempo in one of its Parquet versions 3, 4 and 5: one row per trace, the spans nested in scopes and
 * resources. What a version lacks is told by the declared types. Attributes that a block keeps in columns without a name
 * are named by the `meta.json` beside it and can't be read without it. Links of version 3 are left out.
 * Source: grafana/tempo, docs, operations, schema; tempodb, encoding, vparquet3 to vparquet5, schema.
 */
export const tempo: Layout = {
  name: 'tempo',
  about: 'Grafana Tempo block, vParquet3 to vParquet5',
  needs: required,
  matches: (source) =>
    hasColumns(source, required) &&
    ['Attrs', 'ServiceName'].every((name) => toStructFields(toTypes(source).resource.type).has(name)) &&
    ['SpanID', 'StartTimeUnixNano', 'Attrs', 'Events'].every((name) =>
      toStructFields(toTypes(source).spans.type).has(name),
    ),
  read,
}
