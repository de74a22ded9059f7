import { attributeMap } from './canonical.ts'

/** SQL for an id: lower-case, blank and all-zero ids NULL. */
export const toId = (sql: string): string =>
  `nullif(nullif(lower(trim(CAST(${sql} AS VARCHAR))), ''), repeat('0', length(trim(CAST(${sql} AS VARCHAR)))))`

/** SQL for a text: blank becomes NULL. */
export const toText = (sql: string): string => `nullif(CAST(${sql} AS VARCHAR), '')`

/** SQL for an attribute map: NULL becomes the empty map. */
export const toAttributes = (sql: string): string => `coalesce(CAST(${sql} AS ${attributeMap}), MAP {})`

/** SQL for a time in nanoseconds, by the column's own type: a timestamp of any precision, or nanoseconds since the epoch. */
export function toTimestamp(sql: string, type: string): string {
  if (type === 'TIMESTAMP WITH TIME ZONE') return `CAST(${sql} AT TIME ZONE 'UTC' AS TIMESTAMP_NS)`
  if (type.endsWith('INT')) return `make_timestamp_ns(CAST(${sql} AS BIGINT))`
  return `CAST(${sql} AS TIMESTAMP_NS)`
}

const toEnum = (sql: string, prefix: string, names: readonly string[], fallback: string): string => {
  const cases = names.map(
    (name, code) => `WHEN '${name.toUpperCase()}' THEN '${name}' WHEN '${code}' THEN '${name}'`,
  )
  return `CASE replace(upper(CAST(${sql} AS VARCHAR)), '${prefix}', '') ${cases.join(' ')} ELSE '${fallback}' END`
}

/** The span kinds in the order of their protocol numbers. Source: opentelemetry-proto, trace.proto, SpanKind. */
const spanKinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']

/** The status codes in the order of their protocol numbers. Source: opentelemetry-proto, trace.proto, StatusCode. */
const statusCodes = ['Unset', 'Ok', 'Error']

/** SQL for a span kind in any spelling: `SPAN_KIND_SERVER`, `Server`, `server`, 2. */
export const toSpanKind = (sql: string): string => toEnum(sql, 'SPAN_KIND_', spanKinds, 'Unspecified')

/** SQL for a status code in any spelling: `STATUS_CODE_ERROR`, `Error`, `ERROR`, 2. */
export const toStatusCode = (sql: string): string => toEnum(sql, 'STATUS_CODE_', statusCodes, 'Unset')
