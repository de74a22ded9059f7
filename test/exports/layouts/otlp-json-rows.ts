/** An independent reader of OTLP JSON in plain JavaScript, for files that stick to camel case. */
type Json = Readonly<Record<string, unknown>>
type Texts = Readonly<Record<string, string>>

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null

const objectOf = (value: unknown): Json => (isJson(value) ? value : {})
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(objectOf) : [])
const textOf = (value: unknown): string | null => (value === undefined || value === '' ? null : String(value))

const bytesOf = (id: string) =>
  /^[0-9a-f]+$/i.test(id) && [16, 32].includes(id.length)
    ? id.toLowerCase()
    : Buffer.from(id, 'base64').toString('hex')

/** An id of zeros is none. */
function idOf(value: unknown): string | null {
  const id = typeof value === 'string' ? bytesOf(value) : ''
  return /^0*$/.test(id) ? null : id
}

/** Nanoseconds since the epoch as the engine shows a time: with as many groups of three digits as it needs. */
function toTimeText(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n)).toISOString()
  const nanos = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/(000)+$/, '')
  return `${date.slice(0, 19)}${nanos === '' ? '' : `.${nanos}`}Z`
}

const timeOf = (value: unknown) => (value === undefined ? null : toTimeText(BigInt(String(value))))

/** An AnyValue as a plain JavaScript value. */
function plainOf(any: Json): unknown {
  const [kind, value] = Object.entries(any)[0] ?? []
  if (kind === 'intValue') return Number(value)
  if (kind === 'arrayValue') return listOf(objectOf(value)['values']).map(plainOf)
  if (kind !== 'kvlistValue') return value ?? null
  const entries = listOf(objectOf(value)['values'])
  return Object.fromEntries(entries.map((entry) => [entry['key'], plainOf(objectOf(entry['value']))]))
}

function anyOf(any: Json): string | null {
  const value = plainOf(any)
  if (value === null) return null
  return isJson(value) ? JSON.stringify(value) : String(value)
}

function attributesOf(list: unknown): Texts {
  const entries = listOf(list).map(({ key, value }) => [String(key), anyOf(objectOf(value))] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null))
}

type Holder = Readonly<{ resource: Texts; scope: Json; item: Json }>

const itemsOf = (document: Json, batches: string, scopes: string, items: string): readonly Holder[] =>
  listOf(document[batches]).flatMap((batch) =>
    listOf(batch[scopes]).flatMap((holder) =>
      listOf(holder[items]).map((item) => ({
        resource: attributesOf(objectOf(batch['resource'])['attributes']),
        scope: objectOf(holder['scope']),
        item,
      })),
    ),
  )

const nameOf = (name: unknown, prefix: string, names: readonly string[]): string => {
  const text = String(name ?? 0).replace(prefix, '')
  return names.find((candidate, i) => candidate.toUpperCase() === text || String(i) === text) ?? 'unknown'
}

const kinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const codes = ['Unset', 'Ok', 'Error']

function spanOf({ resource, scope, item }: Holder) {
  const status = objectOf(item['status'])
  const [start, end] = [item['startTimeUnixNano'], item['endTimeUnixNano']]
  return {
    trace_id: idOf(item['traceId']),
    span_id: idOf(item['spanId']),
    parent_span_id: idOf(item['parentSpanId']),
    trace_state: textOf(item['traceState']),
    span_name: item['name'],
    span_kind: nameOf(item['kind'], 'SPAN_KIND_', kinds),
    service_name: resource['service.name'] ?? null,
    timestamp: timeOf(start),
    duration_ns: start === undefined ? 0 : Number(BigInt(String(end)) - BigInt(String(start))),
    status_code: nameOf(status['code'], 'STATUS_CODE_', codes),
    status_message: textOf(status['message']),
    resource_attributes: resource,
    attributes: attributesOf(item['attributes']),
    scope_name: textOf(scope['name']),
    scope_version: textOf(scope['version']),
    events: listOf(item['events']).map((event) => ({
      timestamp: timeOf(event['timeUnixNano']),
      name: event['name'],
      attributes: attributesOf(event['attributes']),
    })),
    links: listOf(item['links']).map((link) => ({
      trace_id: idOf(link['traceId']) ?? '',
      span_id: idOf(link['spanId']) ?? '',
      trace_state: link['traceState'] ?? '',
      attributes: attributesOf(link['attributes']),
    })),
  }
}

const severities: Readonly<Record<string, number>> = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17 }

function logOf({ resource, scope, item }: Holder) {
  const attributes = attributesOf(item['attributes'])
  const severity = item['severityNumber']
  return {
    timestamp: timeOf(item['timeUnixNano']),
    trace_id: idOf(item['traceId']),
    span_id: idOf(item['spanId']),
    trace_flags: item['flags'] ?? null,
    severity_text: textOf(item['severityText']),
    severity_number:
      typeof severity === 'string' ? severities[severity.replace('SEVERITY_NUMBER_', '')] : severity,
    service_name: resource['service.name'] ?? null,
    body: anyOf(objectOf(item['body'])),
    event_name: textOf(item['eventName'] ?? attributes['event.name']),
    resource_attributes: resource,
    attributes,
    scope_name: textOf(scope['name']),
    scope_version: textOf(scope['version']),
  }
}

/** The documents of a file: one, or one per line. */
export const readDocuments = (text: string, path: string): readonly Json[] =>
  (path.endsWith('.jsonl') ? text.trim().split('\n') : [text]).map((part) => objectOf(JSON.parse(part)))

export const readSpansPlainly = (documents: readonly Json[]) =>
  documents.flatMap((document) => itemsOf(document, 'resourceSpans', 'scopeSpans', 'spans').map(spanOf))

export const readLogsPlainly = (documents: readonly Json[]) =>
  documents.flatMap((document) => itemsOf(document, 'resourceLogs', 'scopeLogs', 'logRecords').map(logOf))
