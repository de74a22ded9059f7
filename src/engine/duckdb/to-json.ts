import {
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { type JsonValue, toJsonNumber } from '../../core/json-value.ts'
import { formatInstant } from '../../core/time-range.ts'

const infinity = 2n ** 63n - 1n

/** The last nanosecond that a JavaScript date can be, in the year 275760. */
const lastNs = 8_640_000_000_000_000_000_000n

/** A count of units of `unitNs` since the epoch as ISO 8601 UTC; the infinities, and years beyond JavaScript's, as DuckDB prints them. */
function toTime(count: bigint, unitNs: bigint, value: DuckDBValue): string {
  if (count === infinity) return 'infinity'
  if (count === -infinity) return '-infinity'
  const ns = count * unitNs
  return ns >= -lastNs && ns <= lastNs ? formatInstant(ns) : String(value)
}

/**
 * A DuckDB value as JSON can carry it: timestamps as ISO 8601 UTC, maps as objects, integers beyond 2^53
 * as decimal strings, NaN and infinities by name, everything else (dates, decimals, blobs) as DuckDB prints it.
 */
export function toJson(value: DuckDBValue): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' || typeof value === 'bigint') return toJsonNumber(value)
  if (value instanceof DuckDBTimestampNanosecondsValue) return toTime(value.nanos, 1n, value)
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return toTime(value.micros, 1000n, value)
  if (value instanceof DuckDBTimestampMillisecondsValue) return toTime(value.millis, 1_000_000n, value)
  if (value instanceof DuckDBTimestampSecondsValue) return toTime(value.seconds, 1_000_000_000n, value)
  if (value instanceof DuckDBDateValue && !value.isFinite) return value.days > 0 ? 'infinity' : '-infinity'
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(toJson)
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: entry }) => [String(key), toJson(entry)]))
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, toJson(entry)]))
  }
  return value.toString()
}
