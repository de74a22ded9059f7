import type { Engine } from '../../src/engine/engine.ts'

export type Attributes = Readonly<Record<string, string>>

/** A span as a test states it; what is left out gets a plain default. */
export type SpanRow = Readonly<{
  traceId: string
  spanId: string
  /** Start in nanoseconds since the epoch. */
  ns: bigint
  durationNs?: bigint
  parent?: string
  name?: string
  kind?: string
  service?: string
  status?: string
  message?: string
  attributes?: Attributes
  resource?: Attributes
  events?: readonly Readonly<{ ns: bigint; name: string; attributes: Attributes }>[]
  links?: readonly Readonly<{ traceId: string; spanId: string; attributes: Attributes }>[]
}>

export type LogRow = Readonly<{
  ns: bigint
  body: string
  traceId?: string
  spanId?: string
  severity?: number
  eventName?: string
  attributes?: Attributes
}>

/** Column → SQL over the row `r`; NULL leaves the column out of the file. */
export type ColumnSql = Readonly<Record<string, string | null>>

const spanShape = `[{"traceId": "VARCHAR", "spanId": "VARCHAR", "ns": "VARCHAR", "durationNs": "VARCHAR", "parent": "VARCHAR",
  "name": "VARCHAR", "kind": "VARCHAR", "service": "VARCHAR", "status": "VARCHAR", "message": "VARCHAR",
  "attributes": "MAP(VARCHAR, VARCHAR)", "resource": "MAP(VARCHAR, VARCHAR)",
  "events": [{"ns": "VARCHAR", "name": "VARCHAR", "attributes": "MAP(VARCHAR, VARCHAR)"}],
  "links": [{"traceId": "VARCHAR", "spanId": "VARCHAR", "attributes": "MAP(VARCHAR, VARCHAR)"}]}]`

const logShape = `[{"ns": "VARCHAR", "body": "VARCHAR", "traceId": "VARCHAR", "spanId": "VARCHAR", "severity": "VARCHAR",
  "eventName": "VARCHAR", "attributes": "MAP(VARCHAR, VARCHAR)"}]`

/** The newest form of `otel_traces`. */
const spanColumns: ColumnSql = {
  Timestamp: 'make_timestamp_ns(r.ns::BIGINT)',
  TraceId: 'r.traceId',
  SpanId: 'r.spanId',
  ParentSpanId: 'r.parent',
  TraceState: "''",
  SpanName: 'r."name"',
  SpanKind: 'r.kind',
  ServiceName: 'r.service',
  ResourceAttributes: 'r.resource',
  ScopeName: "'scope'",
  ScopeVersion: "'1.0'",
  SpanAttributes: 'r.attributes',
  Duration: 'r.durationNs::UBIGINT',
  StatusCode: 'r.status',
  StatusMessage: 'r.message',
  'Events.Timestamp': 'list_transform(r.events, lambda e: make_timestamp_ns(e.ns::BIGINT))',
  'Events.Name': 'list_transform(r.events, lambda e: e."name")',
  'Events.Attributes': 'list_transform(r.events, lambda e: e.attributes)',
  'Links.TraceId': 'list_transform(r.links, lambda l: l.traceId)',
  'Links.SpanId': 'list_transform(r.links, lambda l: l.spanId)',
  'Links.TraceState': "list_transform(r.links, lambda l: '')",
  'Links.Attributes': 'list_transform(r.links, lambda l: l.attributes)',
}

/** The oldest form of `otel_traces`, without scope, events and links, with a signed duration. */
export const oldestSpanColumns: ColumnSql = {
  Duration: 'r.durationNs::BIGINT',
  ...Object.fromEntries(
    Object.keys(spanColumns)
      .filter((name) => /^(Scope|Events|Links)/.test(name))
      .map((name) => [name, null]),
  ),
}

const logColumns: ColumnSql = {
  Timestamp: 'make_timestamp_ns(r.ns::BIGINT)',
  TraceId: 'r.traceId',
  SpanId: 'r.spanId',
  TraceFlags: '1::UTINYINT',
  SeverityText: "CASE WHEN r.severity = '17' THEN 'ERROR' ELSE 'INFO' END",
  SeverityNumber: 'r.severity::UTINYINT',
  ServiceName: "'softphone'",
  Body: 'r.body',
  ResourceAttributes: "MAP {'service.name': 'softphone'}",
  ScopeName: "'scope'",
  ScopeVersion: "'1.0'",
  LogAttributes: 'r.attributes',
}

const toText = (value: unknown) =>
  JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item))

async function writeRows(engine: Engine, path: string, rows: unknown, shape: string, columns: ColumnSql) {
  const list = Object.entries(columns).flatMap(([name, sql]) => (sql === null ? [] : [`${sql} AS "${name}"`]))
  await engine.run({
    sql: `COPY (
  SELECT ${list.join(', ')}
  FROM (SELECT unnest(from_json(?, '${shape}')) AS r)
) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`,
    params: [toText(rows)],
  })
}

/** Writes spans as a Parquet dump of `otel_traces`; `columns` replaces or leaves out some of its columns. */
export async function writeSpanFile(
  engine: Engine,
  path: string,
  rows: readonly SpanRow[],
  columns: ColumnSql = {},
): Promise<void> {
  const whole = rows.map((row) => ({
    durationNs: 0n,
    parent: '',
    name: 'work',
    kind: 'Internal',
    service: 'app',
    status: 'Unset',
    message: '',
    attributes: {},
    resource: {},
    events: [],
    links: [],
    ...row,
  }))
  await writeRows(engine, path, whole, spanShape, { ...spanColumns, ...columns })
}

/** Writes log records as a Parquet dump of `otel_logs`. */
export async function writeLogFile(
  engine: Engine,
  path: string,
  rows: readonly LogRow[],
  columns: ColumnSql = {},
): Promise<void> {
  const whole = rows.map((row) => ({ traceId: '', spanId: '', severity: 9, attributes: {}, ...row }))
  await writeRows(engine, path, whole, logShape, { ...logColumns, ...columns })
}

/** Nanoseconds since the epoch of a UTC time. */
export const at = (iso: string, nanos = 0n): bigint => BigInt(Date.parse(iso)) * 1_000_000n + nanos

/** A trace id and a span id that show their number. */
export const traceId = (n: number): string => (0xa000 + n).toString(16).padStart(32, 'a')
export const spanId = (n: number): string => (0xb000 + n).toString(16).padStart(16, 'b')
