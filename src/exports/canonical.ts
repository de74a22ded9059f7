/**
 * The canonical relations that every layout is mapped to.
 * Times are TIMESTAMP_NS in UTC, attribute values are texts, ids lower-case hex, absent parents NULL.
 */
export const canonicalColumns = {
  spans: [
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
  ],
  logs: [
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
  ],
} as const

/** What rows a relation holds. */
export type Kind = keyof typeof canonicalColumns

export const kinds = ['spans', 'logs'] as const satisfies readonly Kind[]

/** What a layout gives for each canonical column: an SQL expression over the relation that it reads. */
export type Mapping<K extends Kind> = Readonly<Record<(typeof canonicalColumns)[K][number], string>>

/** Canonical rows of one kind, as a layout gives them. */
export type CanonicalRelation = {
  [K in Kind]: Readonly<{
    kind: K
    mapping: Mapping<K>
    /** What stands after FROM. */
    from: string
  }>
}[Kind]

export const attributeMap = 'MAP(VARCHAR, VARCHAR)'
export const emptyMap = `CAST(MAP {} AS ${attributeMap})`
export const eventList = `STRUCT(timestamp TIMESTAMP_NS, name VARCHAR, attributes ${attributeMap})[]`
export const linkList = `STRUCT(trace_id VARCHAR, span_id VARCHAR, trace_state VARCHAR, attributes ${attributeMap})[]`

/** SELECT of a relation's canonical rows, columns in canonical order. */
export function toSelect({ kind, mapping, from }: CanonicalRelation): string {
  const expressions: Readonly<Record<string, string>> = mapping
  const list = canonicalColumns[kind].map((column) => `${expressions[column]} AS "${column}"`)
  return `SELECT\n  ${list.join(',\n  ')}\nFROM ${from}`
}
