import {
  DuckDBListValue,
  DuckDBMapValue,
  type DuckDBResultReader,
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
import type { Row } from '../engine.ts'

/** The last microsecond that a JavaScript date can be, in the year 275760. */
const lastMicros = 8_640_000_000_000_000_000n

/** ISO 8601 UTC; the infinities by name. */
function formatMicros(micros: bigint, value: DuckDBValue): string {
  if (micros >= -lastMicros && micros <= lastMicros) return formatInstant(micros * 1000n)
  return String(value)
}

/**
 * A DuckDB value as JSON can carry it: timestamps as ISO 8601 UTC, maps as objects, integers beyond 2^53
 * as decimal strings, NaN and infinities by name, everything else (dates, decimals, blobs) as DuckDB prints it.
 */
function toJson(value: DuckDBValue): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' || typeof value === 'bigint') return toJsonNumber(value)
  if (value instanceof DuckDBTimestampNanosecondsValue) return formatInstant(value.nanos)
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return formatMicros(value.micros)
  if (value instanceof DuckDBTimestampMillisecondsValue) return formatMicros(value.millis * 1000n)
  if (value instanceof DuckDBTimestampSecondsValue) return formatMicros(value.seconds * 1_000_000n)
  if (value instanceof DuckDBListValue) return value.items.map(toJson)
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: entry }) => [String(key), toJson(entry)]))
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, toJson(entry)]))
  }
  return value.toString()
}

/** All rows of a result, JSON-safe. */
export function toJsonRows(result: DuckDBResultReader): readonly Row[] {
  const names = result.deduplicatedColumnNames()
  return result
    .getRows()
    .map((row) => Object.fromEntries(row.map((value, i) => [names[i] ?? `column_${i}`, toJson(value)])))
}
