import { quoteText } from '../../core/sql-text.ts'
import { type AttributeTable, toAttributeMap } from './attribute-map.ts'

/**
 * How one kind of span is read from the stage tables. All but `name` and `kind` are SQL;
 * `from` gives the journey as `j`. Times are milliseconds since the epoch.
 */
export type SpanSource = Readonly<{
  name: string
  kind: 'Server' | 'Client' | 'Internal'
  service: string
  from: string
  spanId: string
  parentId: string
  startMs: string
  endMs: string
  status?: string
  statusMessage?: string
  attributes: AttributeTable
  /** Events as parallel lists; NULL stands for none. */
  events?: Readonly<{ name: string; atMs: string; attributes: string }>
  /** The span linked to; NULL stands for no link. */
  linkedSpanId?: string
}>

/** A millisecond as the layout's TIMESTAMP_NS; each journey has its own nanoseconds within the millisecond. */
export const toTimestamp = (ms: string): string => `make_timestamp_ns((${ms}) * 1000000 + j.sub_ms_ns)`

/** Attributes of the resource that reports as the service named by the SQL `service`. */
export const toResourceMap = (service: string): string => `MAP {
      'service.name': ${service},
      'cloud.region': j.region,
      'cx.platform': CASE WHEN ${service} = 'softphone' THEN 'amazon-connect' ELSE ${service} END,
      'cx.group.id': '7f3c2a54-9d1e-4b60-8c77-2e5f0a91d6b3',
      'deployment.environment': 'production'
    }`

const noEvents = { name: `''`, atMs: '[]::BIGINT[]', attributes: '[]::MAP(VARCHAR, VARCHAR)[]' } as const

const orEmpty = (list: string, type: string): string => `coalesce(${list}, []::${type}[])`

const toLink = (spanId: string, value: string, type: string): string =>
  `CASE WHEN ${spanId} IS NULL THEN []::${type}[] ELSE [${value}] END`

/**
 * One SELECT in the layout of the ClickHouse exporter's table `otel_traces`
 * (opentelemetry-collector-contrib, exporter/clickhouseexporter, traces_table.sql).
 */
export function compileSpanSource(source: SpanSource): string {
  const { status = `'Unset'`, statusMessage = `''`, events = noEvents, linkedSpanId = 'NULL' } = source
  return `
  SELECT
    ${toTimestamp(source.startMs)} AS "Timestamp",
    j.trace_id AS "TraceId",
    ${source.spanId} AS "SpanId",
    ${source.parentId} AS "ParentSpanId",
    '' AS "TraceState",
    ${quoteText(source.name)} AS "SpanName",
    ${quoteText(source.kind)} AS "SpanKind",
    ${source.service} AS "ServiceName",
    ${toResourceMap(source.service)} AS "ResourceAttributes",
    'cx.' || ${source.service} AS "ScopeName",
    '1.4.0' AS "ScopeVersion",
    ${toAttributeMap(source.attributes)} AS "SpanAttributes",
    CAST(((${source.endMs}) - (${source.startMs})) * 1000000 AS UBIGINT) AS "Duration",
    ${status} AS "StatusCode",
    ${statusMessage} AS "StatusMessage",
    list_transform(${orEmpty(events.atMs, 'BIGINT')}, lambda at_ms: ${toTimestamp('at_ms')}) AS "Events.Timestamp",
    list_transform(${orEmpty(events.atMs, 'BIGINT')}, lambda at_ms: ${events.name}) AS "Events.Name",
    ${orEmpty(events.attributes, 'MAP(VARCHAR, VARCHAR)')} AS "Events.Attributes",
    ${toLink(linkedSpanId, 'j.trace_id', 'VARCHAR')} AS "Links.TraceId",
    ${toLink(linkedSpanId, linkedSpanId, 'VARCHAR')} AS "Links.SpanId",
    ${toLink(linkedSpanId, `''`, 'VARCHAR')} AS "Links.TraceState",
    ${toLink(linkedSpanId, `MAP {'link.type': 'transfer'}`, 'MAP(VARCHAR, VARCHAR)')} AS "Links.Attributes"
  FROM ${source.from}`
}
