import { quoteText } from '../../../core/sql-text.ts'
import type { Mapping } from '../../canonical.ts'
import { gatherAttributes, isNameable, toRowText } from '../../values/attributes/attribute-columns.ts'
import { mergeAttributes, toAttributes } from '../../values/attributes/attributes.ts'
import { absent, type Cell } from '../../values/cell.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { snakeEvents, snakeLinks, toEventList, toLinkList } from '../../values/events/event-lists.ts'
import { toForeignSpanId, toForeignTraceId, toSpanId, toTraceId } from '../../values/ids.ts'
import { toText } from '../../values/texts.ts'
import { toDuration, toTimestampOfAnyUnit } from '../../values/times.ts'
import { collectorForm } from '../clickhouse/clickhouse-traces.ts'
import { readEvents, readLinks } from '../clickhouse/event-columns.ts'
import { column, type Layout, type Source } from '../layout.ts'
import {
  type AttributeColumns,
  findAttributeColumns,
  findServiceOfAttributes,
  findServiceOfPath,
  isAttributeColumn,
  mapNames,
} from './service-columns.ts'

/** Fields of a span, each under its name on the wire and in the lake. */
const fields = {
  trace: ['TraceId', 'trace_id'],
  span: ['SpanId', 'span_id'],
  parent: ['ParentSpanId', 'parent_span_id'],
  state: ['TraceState', 'trace_state'],
  name: ['SpanName', 'span_name'],
  kind: ['SpanKind', 'span_kind'],
  service: ['ServiceName', 'service_name'],
  time: ['Timestamp', 'timestamp'],
  duration: ['Duration', 'duration'],
  status: ['StatusCode', 'status_code'],
  message: ['StatusMessage', 'status_message'],
  scope: ['ScopeName', 'scope_name'],
  version: ['ScopeVersion', 'scope_version'],
} as const

type Rows = Readonly<{ source: Source; attributes: AttributeColumns }>

const field = ({ source }: Rows, name: keyof typeof fields): Cell => column(source, ...fields[name])

/** One attribute's cell; absent where the file has no such column. */
function attribute({ source, attributes }: Rows, key: string): Cell {
  const name = attributes.attributes.get(key)
  return name === undefined ? absent : column(source, name)
}

/** What several rows of one contact have in common, best first. */
const naturalIds = ['journey_id', 'cx.contact.initial_id', 'cx.contact.id']

function traceId(rows: Rows): string {
  const given = field(rows, 'trace')
  const natural = naturalIds.map((key) => toForeignTraceId(attribute(rows, key)))
  const content = `md5(${toRowText(rows.source.columns.keys())})`
  return `coalesce(${[toTraceId(given), toForeignTraceId(given), ...natural, content].join(', ')})`
}

function spanId(rows: Rows): string {
  const given = field(rows, 'span')
  const content = `left(md5(${toRowText(rows.source.columns.keys())}), 16)`
  return `coalesce(${[toSpanId(given), toForeignSpanId(given), content].join(', ')})`
}

/** A journey without a time of its own began at its attribute `start_time`. */
const timestamp = (rows: Rows) =>
  `coalesce(${toTimestampOfAnyUnit(field(rows, 'time'))}, ${toTimestampOfAnyUnit(attribute(rows, 'start_time'))})`

function duration(rows: Rows, start: string): string {
  const ns = field(rows, 'duration')
  const ms = toDuration(attribute(rows, 'duration_ms'), start, 'ms')
  return `CASE WHEN ${ns.sql} IS NOT NULL THEN ${toDuration(ns, start)} ELSE ${ms} END`
}

/** A folder's service makes all its rows spans of one name; without one each row has its own, or what its columns suggest. */
function spanName(rows: Rows): string {
  const named = findServiceOfPath(rows.source.path)
  if (named) return quoteText(named.spanName)
  const likely = findServiceOfAttributes(rows.attributes.attributes.keys())
  return `coalesce(${toText(field(rows, 'name'))}, ${quoteText(likely?.spanName ?? '')})`
}

const fieldNames: ReadonlySet<string> = new Set(Object.values(fields).flat())
const wholeMaps: ReadonlySet<string> = new Set(Object.values(mapNames).flat())

/** Columns of no known meaning stay, as attributes under their own names; `day` is a lake's partition. */
const isOther = (name: string) =>
  name !== '' &&
  name !== 'day' &&
  isNameable(name) &&
  !fieldNames.has(name) &&
  !wholeMaps.has(name) &&
  !/^(resource_)?attributes_|^(Resource)?Attributes[.]|^(Events|Links)\b|^(events|links)$/.test(name)

/** A map that lies in the row whole is as the source wrote it, so it goes before the columns that were made from it. */
function attributeMap({ source, attributes }: Rows, map: keyof AttributeColumns): string {
  const others = map === 'attributes' ? [...source.columns.keys()].filter(isOther) : []
  const names = new Map([...others.map((name): [string, string] => [name, name]), ...attributes[map]])
  const cells = new Map([...names].map(([key, name]) => [key, column(source, name)]))
  const whole = column(source, ...mapNames[map])
  return whole === absent
    ? gatherAttributes(cells)
    : mergeAttributes([gatherAttributes(cells), toAttributes(whole)])
}

/** Events and links stay whole, under their names on the wire or in the lake. */
const events = (source: Source, start: string) =>
  source.columns.has('events')
    ? toEventList(column(source, 'events'), start, snakeEvents)
    : readEvents(source, collectorForm, start)

const links = (source: Source) =>
  source.columns.has('links')
    ? toLinkList(column(source, 'links'), snakeLinks)
    : readLinks(source, collectorForm)

function map(source: Source): Mapping<'spans'> {
  const rows = { source, attributes: findAttributeColumns(source.columns) }
  const start = timestamp(rows)
  return {
    trace_id: traceId(rows),
    span_id: spanId(rows),
    parent_span_id: toSpanId(field(rows, 'parent')),
    trace_state: toText(field(rows, 'state')),
    span_name: spanName(rows),
    span_kind: toSpanKind(field(rows, 'kind')),
    service_name: toText(field(rows, 'service')),
    timestamp: start,
    duration_ns: duration(rows, start),
    status_code: toStatusCode(field(rows, 'status')),
    status_message: toText(field(rows, 'message')),
    resource_attributes: attributeMap(rows, 'resource_attributes'),
    attributes: attributeMap(rows, 'attributes'),
    scope_name: toText(field(rows, 'scope')),
    scope_version: toText(field(rows, 'version')),
    events: events(source, start),
    links: links(source),
  }
}

/** Column names that only rows of a service in a folder of its name are told by. */
const isServiceFolder = ({ path, columns }: Source) =>
  findServiceOfPath(path) !== undefined &&
  [...columns.keys()].some((name) => /^attributes(_|$)/.test(name)) &&
  [...fields.time, ...fields.trace].some((name) => columns.has(name))

/**
 * Rows of a contact-centre service that somebody has flattened already: one column for each attribute, named as on the
 * wire (`Attributes.cx.queue.name`) or as in the lake (`attributes_cx_queue_name`). Each row becomes the span that it
 * was made of. Source: `src/catalog/`, and docs/mapping-files.md for what is derived.
 */
export const serviceRows: Layout = {
  name: 'service-rows',
  about: 'rows of a service with one column for each attribute, such as Attributes.cx.queue.name',
  matches: (source) => [...source.columns.keys()].some(isAttributeColumn) || isServiceFolder(source),
  read: (source) => [{ kind: 'spans', mapping: map(source), from: source.from }],
}
