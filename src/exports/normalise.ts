import { spanKinds, statusCodes } from '../catalog/span-enums.ts'
import { attributeMap } from './canonical.ts'

const toId = (sql: string, digits: number) =>
  `nullif(nullif(regexp_extract(lower(trim(CAST(${sql} AS VARCHAR))), '^[0-9a-f]{${digits}}$'), ''), '${'0'.repeat(digits)}')`

/** SQL for a trace id: 32 hexadecimal digits, lower-case; NULL for anything else and for zeros. */
export const toTraceId = (sql: string): string => toId(sql, 32)

/** SQL for a span id: 16 hexadecimal digits, lower-case; NULL for anything else and for zeros. */
export const toSpanId = (sql: string): string => toId(sql, 16)

/** SQL for a text: blank becomes NULL. */
export const toText = (sql: string): string => `nullif(CAST(${sql} AS VARCHAR), '')`

/** SQL for an attribute map without keys whose value is NULL; NULL becomes the empty map. Only maps that hold a NULL are made anew. */
export function toAttributes(sql: string): string {
  const map = `CAST(${sql} AS ${attributeMap})`
  const filled = `map_from_entries(list_filter(map_entries(${map}), lambda entry: entry.value IS NOT NULL))`
  return `CASE WHEN list_count(map_values(${map})) < cardinality(${map}) THEN ${filled} ELSE coalesce(${map}, MAP {}) END`
}

/**
 * SQL for a time in nanoseconds, by the column's own type: a timestamp of any precision, or nanoseconds since the epoch.
 * NULL where nanoseconds can't hold it, such as the year 1 of an unset time.
 */
export function toTimestamp(sql: string, type: string): string {
  if (type === 'TIMESTAMP_NS') return sql
  if (type === 'TIMESTAMP WITH TIME ZONE') return `TRY(CAST(${sql} AT TIME ZONE 'UTC' AS TIMESTAMP_NS))`
  if (type.endsWith('INT')) return `TRY(make_timestamp_ns(CAST(${sql} AS BIGINT)))`
  return `TRY(CAST(${sql} AS TIMESTAMP_NS))`
}

/** SQL for whether a canonical time is one that can be placed: from 1970 on and before 2262, so never infinite. */
export const isUsableTime = (sql: string): string =>
  `coalesce(${sql} >= TIMESTAMP_NS '1970-01-01' AND ${sql} < TIMESTAMP_NS '2262-01-01', FALSE)`

/** Nanoseconds since the epoch at the start of 2262, the last whole year that a 64-bit time of nanoseconds holds. */
const latestNs = 9_214_646_400_000_000_000n

/**
 * SQL for a duration in nanoseconds that starts at a canonical time. A negative one, which newer exporters write as an
 * unsigned number near 2^64, becomes 0; one that would end after `latestNs` is cut there.
 */
export const toDuration = (sql: string, start: string): string =>
  `greatest(0, least(coalesce(TRY_CAST(${sql} AS BIGINT), 0), ${latestNs} - greatest(epoch_ns(${start}), 0)))`

const toEnum = (sql: string, prefix: string, names: readonly string[], fallback: string): string => {
  const cases = names.map(
    (name, code) => `WHEN '${name.toUpperCase()}' THEN '${name}' WHEN '${code}' THEN '${name}'`,
  )
  return `CASE replace(upper(CAST(${sql} AS VARCHAR)), '${prefix}', '') ${cases.join(' ')} ELSE '${fallback}' END`
}

/** SQL for a span kind in any spelling: `SPAN_KIND_SERVER`, `Server`, `server`, 2. */
export const toSpanKind = (sql: string): string => toEnum(sql, 'SPAN_KIND_', spanKinds, 'Unspecified')

/** SQL for a status code in any spelling: `STATUS_CODE_ERROR`, `Error`, `ERROR`, 2. */
export const toStatusCode = (sql: string): string => toEnum(sql, 'STATUS_CODE_', statusCodes, 'Unset')
