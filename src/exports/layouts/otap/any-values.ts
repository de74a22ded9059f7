import { type Cell, isAbsent } from '../../values/cell.ts'

/** Types of a value, as OTAP numbers them, and what a value of that type is where its column is NULL or missing. */
const scalars = [
  { code: 1, column: 'str', none: '', toText: (sql: string) => `CAST(${sql} AS VARCHAR)` },
  { code: 2, column: 'int', none: '0', toText: (sql: string) => `CAST(${sql} AS VARCHAR)` },
  { code: 3, column: 'double', none: '0.0', toText: (sql: string) => `CAST(${sql} AS VARCHAR)` },
  { code: 4, column: 'bool', none: 'false', toText: (sql: string) => `CAST(${sql} AS VARCHAR)` },
  { code: 7, column: 'bytes', none: '', toText: (sql: string) => `base64(${sql})` },
] as const

/**
 * SQL for the text of an OTAP value, given its columns by name: `type`, one for each type of scalar, and lists and maps as
 * CBOR, whose JSON is `nested`. NULL for the empty value. Columns that hold only defaults may be left out of a batch.
 * Source: open-telemetry/otel-arrow, rust/otap-dataflow, pdata: otlp/attributes.rs.
 */
export function toAnyValue(get: (name: string) => Cell, nested: string): string {
  const cases = scalars.map(({ code, column, none, toText }) => {
    const cell = get(column)
    return `WHEN ${code} THEN ${isAbsent(cell) ? `'${none}'` : `coalesce(${toText(cell.sql)}, '${none}')`}`
  })
  return `CASE CAST(${get('type').sql} AS INTEGER) ${cases.join(' ')} WHEN 5 THEN ${nested} WHEN 6 THEN ${nested} END`
}
