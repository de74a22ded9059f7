import type { LayoutWorld } from '../layout-world.ts'

/** Rows of OTAP's tables as the exporter writes them: structs nested, ids that it widened as UInt32, the rest as UInt16. */
export type SpanRow = Readonly<{
  id: number | null
  resource?: number | null
  trace?: string
  span: string
  parent?: string | null
  /** Nanoseconds since the epoch. */
  start?: bigint
  duration?: number
  name?: string
  kind?: number | null
  status?: number | null
  message?: string | null
  scope?: string | null
  version?: string | null
}>

export type AttributeRow = Readonly<{
  parent: number
  key: string
  type: number
  str?: string
  int?: bigint
  double?: number
  bool?: boolean
  /** Hexadecimal. */
  bytes?: string
  ser?: string
}>

export type LogRow = Readonly<{
  id: number | null
  resource?: number
  time: bigint
  observed?: bigint
  trace?: string
  span?: string
  severity?: number
  body?: string
  event?: string
}>

const text = (value: string | null | undefined) =>
  value === null || value === undefined ? 'NULL::VARCHAR' : `'${value.replaceAll("'", "''")}'`
const blob = (hex: string | null | undefined) =>
  hex === null || hex === undefined ? 'NULL::BLOB' : `unhex('${hex}')`
const plain = (value: unknown, type: string) => `${value ?? 'NULL'}::${type}`

export const firstNs = 1_777_629_600_123_456_789n

const toSpan = (row: SpanRow) => `SELECT
  ${plain(row.id, 'UINTEGER')} AS id,
  {'id': ${plain(row.resource === undefined ? 0 : row.resource, 'USMALLINT')}, 'schema_url': NULL::VARCHAR, 'dropped_attributes_count': 0::UINTEGER} AS resource,
  {'id': 0::USMALLINT, 'name': ${text(row.scope)}, 'version': ${text(row.version)}, 'dropped_attributes_count': 0::UINTEGER} AS scope,
  '' AS schema_url,
  make_timestamp_ns(${row.start ?? firstNs}) AS start_time_unix_nano,
  ${plain(row.duration ?? 0, 'BIGINT')} AS duration_time_unix_nano,
  ${blob(row.trace ?? '0af7651916cd43dd8448eb211c80319c')} AS trace_id,
  ${blob(row.span)} AS span_id,
  NULL::VARCHAR AS trace_state,
  ${blob(row.parent)} AS parent_span_id,
  ${text(row.name ?? 'work')} AS "name",
  ${plain(row.kind, 'INTEGER')} AS kind,
  {'code': ${plain(row.status, 'INTEGER')}, 'status_message': ${text(row.message)}} AS status`

const toAttribute = (row: AttributeRow) => `SELECT
  ${plain(row.parent, 'UINTEGER')} AS parent_id, ${text(row.key)} AS "key", ${plain(row.type, 'UTINYINT')} AS "type",
  ${text(row.str)} AS str, ${plain(row.int, 'BIGINT')} AS "int", ${plain(row.double, 'DOUBLE')} AS "double",
  ${plain(row.bool, 'BOOLEAN')} AS bool, ${blob(row.bytes)} AS bytes, ${blob(row.ser)} AS ser`

const toLog = (row: LogRow) => `SELECT
  ${plain(row.id, 'UINTEGER')} AS id,
  {'id': ${plain(row.resource ?? 0, 'USMALLINT')}, 'schema_url': NULL::VARCHAR, 'dropped_attributes_count': 0::UINTEGER} AS resource,
  {'id': 0::USMALLINT, 'name': 'logger', 'version': NULL::VARCHAR, 'dropped_attributes_count': 0::UINTEGER} AS scope,
  '' AS schema_url,
  make_timestamp_ns(${row.time}) AS time_unix_nano,
  make_timestamp_ns(${row.observed ?? 0}) AS observed_time_unix_nano,
  ${blob(row.trace)} AS trace_id, ${blob(row.span)} AS span_id,
  ${plain(row.severity ?? 9, 'INTEGER')} AS severity_number, NULL::VARCHAR AS severity_text,
  ${row.body ?? "{'type': 1::UTINYINT, 'str': 'said'}"} AS body,
  ${text(row.event)} AS event_name, 1::UINTEGER AS flags`

const union = (selects: readonly string[]) => selects.join('\nUNION ALL\n')

/** Writes rows as files of OTAP's tables, in their order. */
export const writeSpans = (world: LayoutWorld, path: string, rows: readonly SpanRow[]): Promise<void> =>
  world.parquet(path, union(rows.map(toSpan)))
export const writeAttributes = (
  world: LayoutWorld,
  path: string,
  rows: readonly AttributeRow[],
): Promise<void> => world.parquet(path, union(rows.map(toAttribute)))
export const writeLogs = (world: LayoutWorld, path: string, rows: readonly LogRow[]): Promise<void> =>
  world.parquet(path, union(rows.map(toLog)))

/** An attribute that is a text, such as most are. */
export const textAttribute = (parent: number, key: string, str: string): AttributeRow => ({
  parent,
  key,
  type: 1,
  str,
})

export type Batch = readonly Readonly<{ service: string; spans: number }>[]

/**
 * What the exporter writes for batches, computed as its id generator does: it adds one offset to the ids of a whole batch,
 * and then moves on behind the largest of them, but leaves alone the number of the resource within the span.
 * `events` are how many ids the batch's events use up.
 */
export function exportBatches(batches: readonly Readonly<{ resources: Batch; events?: number }>[]) {
  const spans: SpanRow[] = []
  const owners: AttributeRow[] = []
  const expected: string[] = []
  let offset = 0
  for (const { resources, events = 0 } of batches) {
    let id = 0
    for (const [resource, { service, spans: count }] of resources.entries()) {
      owners.push(textAttribute(offset + resource, 'service.name', service))
      for (let n = 0; n < count; n++) {
        spans.push({ id: offset + id++, resource, span: (spans.length + 1).toString(16).padStart(16, '0') })
        expected.push(service)
      }
    }
    offset += Math.max(id - 1, events - 1) + 1
  }
  return { spans, owners, expected }
}
