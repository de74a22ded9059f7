/**
 * The canonical relations that every layout is mapped to.
 * Times are TIMESTAMP_NS in UTC, attribute values are texts, ids lower-case hex, absent parents NULL.
 */
export const canonicalSpanColumns = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'trace_state',
  'span_name',
  'span_kind',
  'service_name',
  'timestamp',
  'duration_ns',
  'status_code',
  'status_message',
  'resource_attributes',
  'attributes',
  'scope_name',
  'scope_version',
  'events',
  'links',
] as const

export const canonicalLogColumns = [
  'timestamp',
  'trace_id',
  'span_id',
  'trace_flags',
  'severity_text',
  'severity_number',
  'service_name',
  'body',
  'event_name',
  'resource_attributes',
  'attributes',
  'scope_name',
  'scope_version',
] as const

/** What a layout gives for each canonical column: an SQL expression over the file's own columns. */
export type SpanMapping = Readonly<Record<(typeof canonicalSpanColumns)[number], string>>
export type LogMapping = Readonly<Record<(typeof canonicalLogColumns)[number], string>>

export const attributeMap = 'MAP(VARCHAR, VARCHAR)'
export const eventList = `STRUCT("timestamp" TIMESTAMP_NS, "name" VARCHAR, "attributes" ${attributeMap})[]`
export const linkList = `STRUCT("trace_id" VARCHAR, "span_id" VARCHAR, "trace_state" VARCHAR, "attributes" ${attributeMap})[]`

/** The SELECT list of a mapping, in canonical order. */
export const toSelectList = (mapping: Readonly<Record<string, string>>, columns: readonly string[]): string =>
  columns.map((column) => `${mapping[column]} AS "${column}"`).join(',\n  ')
