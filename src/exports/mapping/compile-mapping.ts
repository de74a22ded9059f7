import type { CanonicalRelation, Mapping } from '../canonical.ts'
import type { Source } from '../layouts/layout.ts'
import { gatherAttributes, isNameable, toRowText } from '../values/attributes/attribute-columns.ts'
import { mergeAttributes, toAttributes } from '../values/attributes/attributes.ts'
import type { Cell } from '../values/cell.ts'
import { toSpanKind, toStatusCode } from '../values/enums.ts'
import { noEvents, noLinks } from '../values/events/events.ts'
import { toForeignSpanId, toForeignTraceId, toSpanId, toTraceId } from '../values/ids.ts'
import { toInteger, toText } from '../values/texts.ts'
import { toDurationBetween } from '../values/times.ts'
import { compileDuration, compileTime, compileValue } from './compile-value.ts'
import { listColumns } from './mapped-columns.ts'
import type { LogMapping, MappingFile, PlainRule, Rules, SpanMapping } from './mapping-schema.ts'

/** How ids are read, by whose they are. */
const idReaders = {
  own: { trace: toForeignTraceId, span: toForeignSpanId },
  opentelemetry: { trace: toTraceId, span: toSpanId },
} as const

type AttributeRules = Readonly<Record<string, Rules<PlainRule>>>

const compileAttributes = (source: Source, rules: AttributeRules) =>
  Object.entries(rules).map(([key, rule]): [string, Cell] => [key, compileValue(source, rule)])

/** Columns that the mapping doesn't name, as attributes under their own names. */
function compileRest(source: Source, mapping: MappingFile): readonly [string, Cell][] {
  const { rest } = mapping
  if (rest === false) return []
  const prefix = rest === true ? '' : (rest.prefix ?? '')
  const named = new Set(listColumns(mapping).map(({ name }) => name))
  return [...source.columns.keys()]
    .filter((name) => name !== '' && !named.has(name) && isNameable(name))
    .map((name) => [prefix + name, compileValue(source, name)])
}

/** A map of attributes: what the mapping names goes before the rest, and that before the columns that are maps. */
function compileMap(
  source: Source,
  mapping: MappingFile,
  target: 'attributes' | 'resource_attributes',
): string {
  const isAttributes = target === 'attributes'
  const restTarget = typeof mapping.rest === 'object' ? (mapping.rest.to ?? 'attributes') : 'attributes'
  const rest = restTarget === target ? compileRest(source, mapping) : []
  const given = gatherAttributes(new Map([...rest, ...compileAttributes(source, mapping[target])]))
  const names = isAttributes ? mapping.attribute_maps : mapping.resource_attribute_maps
  const maps = names.map((name) => toAttributes(compileValue(source, name)))
  return maps.length === 0 ? given : mergeAttributes([...maps, given])
}

const compileShared = (source: Source, mapping: MappingFile) => ({
  timestamp: compileTime(source, mapping.columns.timestamp),
  service_name: toText(compileValue(source, mapping.columns.service_name)),
  scope_name: toText(compileValue(source, mapping.columns.scope_name)),
  scope_version: toText(compileValue(source, mapping.columns.scope_version)),
  attributes: compileMap(source, mapping, 'attributes'),
  resource_attributes: compileMap(source, mapping, 'resource_attributes'),
})

/** A span id that a row always gets and that differs where its content does. */
const deriveSpanId = (source: Source) => `left(md5(${toRowText(source.columns.keys())}), 16)`

function compileSpans(source: Source, mapping: SpanMapping): Mapping<'spans'> {
  const { columns, ids } = mapping
  const { trace, span } = idReaders[ids]
  const shared = compileShared(source, mapping)
  const value = (rules: Rules<PlainRule> | undefined) => compileValue(source, rules)
  return {
    ...shared,
    trace_id: trace(value(columns.trace_id)),
    span_id: columns.span_id === undefined ? deriveSpanId(source) : span(value(columns.span_id)),
    parent_span_id: span(value(columns.parent_span_id)),
    trace_state: toText(value(columns.trace_state)),
    span_name: `coalesce(${toText(value(columns.span_name))}, '')`,
    span_kind: toSpanKind(value(columns.span_kind)),
    duration_ns:
      columns.duration === undefined
        ? toDurationBetween(shared.timestamp, columns.end ? compileTime(source, columns.end) : 'NULL')
        : compileDuration(source, columns.duration, shared.timestamp),
    status_code: toStatusCode(value(columns.status_code)),
    status_message: toText(value(columns.status_message)),
    events: noEvents,
    links: noLinks,
  }
}

function compileLogs(source: Source, mapping: LogMapping): Mapping<'logs'> {
  const { columns, ids } = mapping
  const { trace, span } = idReaders[ids]
  const value = (rules: Rules<PlainRule> | undefined) => compileValue(source, rules)
  return {
    ...compileShared(source, mapping),
    trace_id: trace(value(columns.trace_id)),
    span_id: span(value(columns.span_id)),
    trace_flags: toInteger(value(columns.trace_flags)),
    severity_text: toText(value(columns.severity_text)),
    severity_number: toInteger(value(columns.severity_number)),
    body: `CAST(${value(columns.body).sql} AS VARCHAR)`,
    event_name: toText(value(columns.event_name)),
  }
}

/** The rows of an export as a mapping file says; its columns must have been checked. */
export function compileMapping(source: Source, mapping: MappingFile): CanonicalRelation {
  const { from } = source
  return mapping.kind === 'spans'
    ? { kind: 'spans', mapping: compileSpans(source, mapping), from }
    : { kind: 'logs', mapping: compileLogs(source, mapping), from }
}
