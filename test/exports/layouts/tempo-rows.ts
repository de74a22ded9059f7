import { join } from 'node:path'
import type { JsonValue } from '../../../src/core/json-value.ts'
import type { Row } from '../../../src/engine/engine.ts'
import { toSelect } from '../../../src/exports/canonical.ts'
import type { Source } from '../../../src/exports/layouts/layout.ts'
import { tempo } from '../../../src/exports/layouts/tempo/tempo.ts'
import type { LakeWorld } from '../../support/lake-world.ts'

export type Version = 3 | 4 | 5

const count = (n: number, name: string, type: string) =>
  Array.from({ length: n }, (_, i) => `${name}${String(i + 1).padStart(2, '0')} ${type}`).join(', ')

const scalarAttribute =
  'STRUCT("Key" VARCHAR, "Value" VARCHAR, ValueInt BIGINT, ValueDouble DOUBLE, ValueBool BOOLEAN, ValueDropped VARCHAR)'
const listAttribute =
  'STRUCT("Key" VARCHAR, IsArray BOOLEAN, "Value" VARCHAR[], ValueInt BIGINT[], ValueDouble DOUBLE[], ValueBool BOOLEAN[], ValueUnsupported VARCHAR)'

const attributes = { 3: scalarAttribute, 4: listAttribute, 5: listAttribute } as const
const strings = `STRUCT(${count(10, 'String', 'VARCHAR')})`
const lists = `STRUCT(${count(20, 'String', 'VARCHAR[]')}, ${count(5, 'Int', 'BIGINT[]')})`
const dedicated = { 3: strings, 4: strings, 5: lists } as const

const listLinks = (attribute: string) =>
  `STRUCT(TraceID BLOB, SpanID BLOB, TraceState VARCHAR, Attrs ${attribute}[], DroppedAttributesCount INTEGER)[]`
const links = { 3: 'BLOB', 4: listLinks(listAttribute), 5: listLinks(listAttribute) } as const

const events = {
  3: 'STRUCT(TimeUnixNano UBIGINT, "Name" VARCHAR, Attrs STRUCT("Key" VARCHAR, "Value" BLOB)[], DroppedAttributesCount INTEGER)[]',
  4: `STRUCT(TimeSinceStartNano UBIGINT, "Name" VARCHAR, Attrs ${listAttribute}[], DroppedAttributesCount INTEGER)[]`,
  5: `STRUCT(TimeSinceStartNano UBIGINT, "Name" VARCHAR, Attrs ${listAttribute}[], DroppedAttributesCount INTEGER, DedicatedAttributes STRUCT(${count(20, 'String', 'VARCHAR[]')}))[]`,
} as const

const places =
  'ServiceName VARCHAR, "Cluster" VARCHAR, Namespace VARCHAR, Pod VARCHAR, Container VARCHAR, K8sClusterName VARCHAR, K8sNamespaceName VARCHAR, K8sPodName VARCHAR, K8sContainerName VARCHAR'
const resourceColumns = { 3: places, 4: places, 5: 'ServiceName VARCHAR' } as const
const http = 'HttpMethod VARCHAR, HttpUrl VARCHAR, HttpStatusCode BIGINT, '
const spanColumns = { 3: http, 4: http, 5: '' } as const
const rounded = count(1, 'StartTimeRounded', 'UINTEGER')

/** The type of `rs`. Source: grafana/tempo, tempodb/encoding, vparquet3 to vparquet5, schema. */
function toType(version: Version): string {
  const attribute = attributes[version]
  const scopeAttributes = version === 3 ? '' : `, Attrs ${attribute}[], DroppedAttributesCount INTEGER`
  const span = `STRUCT(SpanID BLOB, ParentSpanID BLOB, ParentID INTEGER, NestedSetLeft INTEGER, NestedSetRight INTEGER, "Name" VARCHAR, Kind BIGINT, TraceState VARCHAR, StartTimeUnixNano UBIGINT, DurationNano UBIGINT, StatusCode BIGINT, StatusMessage VARCHAR, Attrs ${attribute}[], DroppedAttributesCount INTEGER, Events ${events[version]}, DroppedEventsCount INTEGER, Links ${links[version]}, DroppedLinksCount INTEGER, ${spanColumns[version]}DedicatedAttributes ${dedicated[version]}, ${rounded})`
  const scope = `STRUCT("Name" VARCHAR, "Version" VARCHAR${scopeAttributes})`
  return `STRUCT(Resource STRUCT(Attrs ${attribute}[], DroppedAttributesCount INTEGER, ${resourceColumns[version]}, DedicatedAttributes ${dedicated[version]}), ss STRUCT("Scope" ${scope}, Spans ${span}[])[])[]`
}

/** Hexadecimal digits as DuckDB reads a blob out of text. */
export const toBlob = (hex: string): string => hex.replaceAll(/../g, (byte) => `\\x${byte}`)

export type Trace = Readonly<{ traceId: string; rs: unknown }>

/** Writes a block's `data.parquet`, one row per trace. */
export async function writeBlock(
  { engine, exportsDir }: LakeWorld,
  path: string,
  version: Version,
  traces: readonly Trace[],
) {
  const type = toType(version)
  const shape = `[{"traceId": "VARCHAR", "text": "VARCHAR", "rs": ${JSON.stringify(type.replaceAll('BLOB', 'VARCHAR'))}}]`
  const rows = traces.map(({ traceId, rs }) => ({
    traceId: toBlob(traceId),
    text: traceId.replace(/^0+/, ''),
    rs,
  }))
  await engine.run({
    sql: `COPY (
  SELECT t.traceId::BLOB AS "TraceID", t."text" AS "TraceIDText", 1::UBIGINT AS "StartTimeUnixNano", 2::UBIGINT AS "EndTimeUnixNano",
    1::UBIGINT AS "DurationNano", '' AS "RootServiceName", '' AS "RootSpanName", t.rs::${type} AS rs
  FROM (SELECT unnest(from_json(?, '${shape}')) AS t)
) TO '${join(exportsDir, path)}' (FORMAT parquet)`,
    params: [JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))],
  })
}

/** A block as a source, plain binary read as bytes. */
export async function openBlock(
  { query, exportsDir }: LakeWorld,
  path: string,
  meta?: JsonValue,
): Promise<Source> {
  const from = `read_parquet('${join(exportsDir, path)}')`
  const rows = await query(`DESCRIBE FROM ${from}`)
  const columns = new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]))
  return { path, from, columns, tables: new Map(), meta }
}

/** SELECT of a block's canonical rows. */
export async function selectBlock(world: LakeWorld, path: string, meta?: JsonValue): Promise<string> {
  const source = await openBlock(world, path, meta)
  if (!tempo.matches(source)) throw new Error(`${path} is no block`)
  return tempo.read(source).map(toSelect).join('\nUNION ALL\n')
}

export const readBlock = async (world: LakeWorld, path: string, meta?: JsonValue): Promise<readonly Row[]> =>
  world.query(`FROM (${await selectBlock(world, path, meta)}) ORDER BY trace_id, span_id, "timestamp"`)
