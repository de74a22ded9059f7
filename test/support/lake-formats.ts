import { writeFile } from 'node:fs/promises'
import type { LogRow, SpanRow } from './lake-rows.ts'

/** A span with nothing left out. */
export type WholeSpan = Required<SpanRow>

type Texts = Readonly<Record<string, string>>

const kinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const codes = ['Unset', 'Ok', 'Error']

/** A text as the AnyValue that an instrumented program would have sent for it. */
function toAnyValue(text: string): unknown {
  if (/^(0|-?[1-9]\d{0,14})$/.test(text)) return { intValue: text }
  if (/^-?\d+\.\d*[1-9]$/.test(text)) return { doubleValue: Number(text) }
  return text === 'true' || text === 'false' ? { boolValue: text === 'true' } : { stringValue: text }
}

const toKeyValues = (texts: Texts) =>
  Object.entries(texts).map(([key, text]) => ({ key, value: toAnyValue(text) }))

const toOtlpSpan = (span: WholeSpan) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parent !== '' && { parentSpanId: span.parent }),
  name: span.name,
  kind: kinds.indexOf(span.kind),
  startTimeUnixNano: String(span.ns),
  endTimeUnixNano: String(span.ns + span.durationNs),
  attributes: toKeyValues(span.attributes),
  events: span.events.map(({ ns, name, attributes }) => ({
    timeUnixNano: String(ns),
    name,
    attributes: toKeyValues(attributes),
  })),
  links: span.links.map(({ attributes, ...link }) => ({ ...link, attributes: toKeyValues(attributes) })),
  status: { code: codes.indexOf(span.status), ...(span.message !== '' && { message: span.message }) },
})

const scope = { name: 'scope', version: '1.0' }

/** Writes spans as the collector's file exporter does: OTLP JSON, one batch on each line. */
export async function writeOtlpSpans(path: string, rows: readonly WholeSpan[]): Promise<void> {
  const lines = rows.map((row) =>
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: toKeyValues(row.resource) },
          scopeSpans: [{ scope, spans: [toOtlpSpan(row)] }],
        },
      ],
    }),
  )
  await writeFile(path, `${lines.join('\n')}\n`)
}

/** Writes log records as OTLP JSON lines, with the fields that `writeLogFile` gives. */
export async function writeOtlpLogs(path: string, rows: readonly LogRow[]): Promise<void> {
  const resource = { attributes: toKeyValues({ 'service.name': 'softphone' }) }
  const toRecord = (row: LogRow) => ({
    timeUnixNano: String(row.ns),
    severityText: 'INFO',
    severityNumber: 9,
    flags: 1,
    body: { stringValue: row.body },
    ...(row.traceId && { traceId: row.traceId }),
    attributes: toKeyValues(row.attributes ?? {}),
  })
  const lines = rows.map((row) =>
    JSON.stringify({
      resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [toRecord(row)] }] }],
    }),
  )
  await writeFile(path, `${lines.join('\n')}\n`)
}

/** Nanoseconds since the epoch as ClickHouse prints a DateTime64(9). */
function printTime(ns: bigint): string {
  const whole = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ')
  return `${whole}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
}

const escapes: Texts = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const quote = (text: string) => `'${text.replace(/[\\'\n\r\t]/g, (sign) => escapes[sign] ?? sign)}'`
const printMap = (texts: Texts) =>
  `{${Object.entries(texts)
    .map(([key, text]) => `${quote(key)}:${quote(text)}`)
    .join(',')}}`
const printList = (items: readonly string[]) => `[${items.join(',')}]`

const toCsv = (rows: readonly Texts[]) => {
  const names = Object.keys(rows[0] ?? {})
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
  return `${lines.map((cells) => cells.map(cell).join(',')).join('\n')}\n`
}

/** Writes spans as `SELECT * FROM otel_traces FORMAT CSVWithNames` does, maps and lists in ClickHouse's own quotes. */
export async function writeClickhouseCsv(path: string, rows: readonly WholeSpan[]): Promise<void> {
  const lines = rows.map((row) => ({
    Timestamp: printTime(row.ns),
    TraceId: row.traceId,
    SpanId: row.spanId,
    ParentSpanId: row.parent,
    TraceState: '',
    SpanName: row.name,
    SpanKind: row.kind,
    ServiceName: row.service,
    ResourceAttributes: printMap(row.resource),
    ScopeName: scope.name,
    ScopeVersion: scope.version,
    SpanAttributes: printMap(row.attributes),
    Duration: String(row.durationNs),
    StatusCode: row.status,
    StatusMessage: row.message,
    'Events.Timestamp': printList(row.events.map(({ ns }) => quote(printTime(ns)))),
    'Events.Name': printList(row.events.map(({ name }) => quote(name))),
    'Events.Attributes': printList(row.events.map(({ attributes }) => printMap(attributes))),
    'Links.TraceId': printList(row.links.map((link) => quote(link.traceId))),
    'Links.SpanId': printList(row.links.map((link) => quote(link.spanId))),
    'Links.TraceState': printList(row.links.map(() => "''")),
    'Links.Attributes': printList(row.links.map(({ attributes }) => printMap(attributes))),
  }))
  await writeFile(path, toCsv(lines))
}

/** What `writeMappedCsv` writes, told to Parquetry: lies beside the file, under a name that the file's begins with. */
export const mapping = `kind: spans
ids: opentelemetry
columns:
  trace_id: Call
  span_id: Leg
  parent_span_id: Of
  span_name: What
  span_kind: {column: Way, map: {work: Internal, in: Server, out: Client}}
  service_name: Where
  timestamp: {column: Began, unit: ns}
  duration: {column: Took, unit: ns}
  status_code: Result
  status_message: Why
  scope_name: {value: scope}
  scope_version: {value: '1.0'}
attribute_maps: [More]
resource_attribute_maps: [Host]
`

const ways: Texts = { Internal: 'work', Server: 'in', Client: 'out' }

/** Writes spans under columns that no layout knows; events and links are left out. */
export async function writeMappedCsv(path: string, rows: readonly WholeSpan[]): Promise<void> {
  const lines = rows.map((row) => ({
    Call: row.traceId,
    Leg: row.spanId,
    Of: row.parent,
    What: row.name,
    Way: ways[row.kind] ?? row.kind,
    Where: row.service,
    Began: String(row.ns),
    Took: String(row.durationNs),
    Result: row.status,
    Why: row.message,
    More: JSON.stringify(row.attributes),
    Host: JSON.stringify(row.resource),
  }))
  await writeFile(path, toCsv(lines))
}
