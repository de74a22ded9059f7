import { z } from 'zod'
import { spanKinds, statusCodes } from '../catalog/span-enums.ts'
import { parseInstant } from '../core/time-range.ts'
import type { Row } from '../engine/engine.ts'
import { toAttributes } from './read-trace.ts'

/**
 * OpenTelemetry's JSON form of traces and logs. Ids are hex, 64-bit times decimal texts, enums numbers.
 * Attribute values are texts: the exports that the lake is made from carry them so.
 * Source: opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding".
 */
const keyValueSchema = z.object({ key: z.string(), value: z.object({ stringValue: z.string() }) })
const attributesSchema = z.array(keyValueSchema)

const eventSchema = z.object({ timeUnixNano: z.string(), name: z.string(), attributes: attributesSchema })
const linkSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  traceState: z.string().optional(),
  attributes: attributesSchema,
})
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  traceState: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: attributesSchema,
  events: z.array(eventSchema).optional(),
  links: z.array(linkSchema).optional(),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }),
})
const logRecordSchema = z.object({
  timeUnixNano: z.string(),
  severityNumber: z.number().optional(),
  severityText: z.string().optional(),
  eventName: z.string().optional(),
  body: z.object({ stringValue: z.string() }),
  attributes: attributesSchema,
  traceId: z.string(),
  spanId: z.string().optional(),
})
const resourceSchema = z.object({ attributes: attributesSchema })
const scopeSchema = z.object({ name: z.string().optional(), version: z.string().optional() })

export const resourceSpansSchema = z.array(
  z.object({
    resource: resourceSchema,
    scopeSpans: z.array(z.object({ scope: scopeSchema, spans: z.array(spanSchema) })),
  }),
)
export const resourceLogsSchema = z.array(
  z.object({
    resource: resourceSchema,
    scopeLogs: z.array(z.object({ scope: scopeSchema, logRecords: z.array(logRecordSchema) })),
  }),
)

type KeyValues = z.infer<typeof attributesSchema>

const toKeyValues = (attributes: Readonly<Record<string, unknown>>): KeyValues =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: String(value) } }))

const text = (row: Row, column: string): string => String(row[column] ?? '')

/** `{ [key]: value }` where the row has a value, else nothing. */
const optional = <K extends string>(key: K, row: Row, column: string): Partial<Record<K, string>> =>
  row[column] === null || row[column] === undefined || row[column] === ''
    ? {}
    : ({ [key]: text(row, column) } as Record<K, string>)

const toNanos = (instant: string): string => String(parseInstant(instant, 'time'))

const list = (row: Row, column: string): readonly Row[] => (row[column] ?? []) as readonly Row[]

const toSpan = (row: Row): z.infer<typeof spanSchema> => {
  const events = list(row, 'events')
  const links = list(row, 'links')
  const code = statusCodes.indexOf(text(row, 'status_code'))
  return {
    traceId: text(row, 'trace_id'),
    spanId: text(row, 'span_id'),
    ...optional('parentSpanId', row, 'parent_span_id'),
    ...optional('traceState', row, 'trace_state'),
    name: text(row, 'span_name'),
    kind: Math.max(spanKinds.indexOf(text(row, 'span_kind')), 0),
    startTimeUnixNano: text(row, 'start_ns'),
    endTimeUnixNano: text(row, 'end_ns'),
    attributes: toKeyValues(toAttributes(row)),
    ...(events.length > 0 && {
      events: events.map((event) => ({
        timeUnixNano: toNanos(text(event, 'timestamp')),
        name: text(event, 'name'),
        attributes: toKeyValues(toAttributes(event)),
      })),
    }),
    ...(links.length > 0 && {
      links: links.map((link) => ({
        traceId: text(link, 'trace_id'),
        spanId: text(link, 'span_id'),
        ...optional('traceState', link, 'trace_state'),
        attributes: toKeyValues(toAttributes(link)),
      })),
    }),
    status: { ...(code > 0 && { code }), ...optional('message', row, 'status_message') },
  }
}

const toLogRecord = (row: Row): z.infer<typeof logRecordSchema> => ({
  timeUnixNano: text(row, 'time_ns'),
  ...(typeof row['severity_number'] === 'number' && { severityNumber: row['severity_number'] }),
  ...optional('severityText', row, 'severity_text'),
  ...optional('eventName', row, 'event_name'),
  body: { stringValue: text(row, 'body') },
  attributes: toKeyValues(toAttributes(row)),
  traceId: text(row, 'trace_id'),
  ...optional('spanId', row, 'span_id'),
})

type Scoped = Readonly<{
  resource: { attributes: KeyValues }
  scopes: readonly (readonly [z.infer<typeof scopeSchema>, readonly Row[]])[]
}>

/** Rows by resource and, within it, by scope, in order of first appearance. */
function groupByResource(rows: readonly Row[]): readonly Scoped[] {
  const resourceOf = (row: Row) => JSON.stringify(row['resource_attributes'])
  const scopeOf = (row: Row) => `${text(row, 'scope_name')}\n${text(row, 'scope_version')}`
  return [...Map.groupBy(rows, resourceOf).values()].map((same) => ({
    resource: { attributes: toKeyValues(toAttributes(same[0] ?? {}, 'resource_attributes')) },
    scopes: [...Map.groupBy(same, scopeOf).values()].map(
      (scoped) =>
        [
          {
            ...optional('name', scoped[0] ?? {}, 'scope_name'),
            ...optional('version', scoped[0] ?? {}, 'scope_version'),
          },
          scoped,
        ] as const,
    ),
  }))
}

export const toResourceSpans = (rows: readonly Row[]): z.infer<typeof resourceSpansSchema> =>
  groupByResource(rows).map(({ resource, scopes }) => ({
    resource,
    scopeSpans: scopes.map(([scope, scoped]) => ({ scope, spans: scoped.map(toSpan) })),
  }))

export const toResourceLogs = (rows: readonly Row[]): z.infer<typeof resourceLogsSchema> =>
  groupByResource(rows).map(({ resource, scopes }) => ({
    resource,
    scopeLogs: scopes.map(([scope, scoped]) => ({ scope, logRecords: scoped.map(toLogRecord) })),
  }))
