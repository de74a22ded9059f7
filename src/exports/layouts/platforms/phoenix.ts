import type { Mapping } from '../../canonical.ts'
import { gatherAttributes, isNameable, toAttributeText } from '../../values/attributes/attribute-columns.ts'
import { mergeAttributes } from '../../values/attributes/attributes.ts'
import { toUnnestedAttributes } from '../../values/attributes/nested-attributes.ts'
import { absent, type Cell } from '../../values/cell.ts'
import { toStatusCode } from '../../values/enums.ts'
import { snakeEvents, toEventList } from '../../values/events/event-lists.ts'
import { noLinks } from '../../values/events/events.ts'
import { toForeignSpanId, toForeignTraceId } from '../../values/ids.ts'
import { toSpanName, toText } from '../../values/texts.ts'
import { toDurationBetween, toTimestampOfAnyUnit } from '../../values/times.ts'
import { findAttributeColumns } from '../gather-columns.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'

const required = ['name', 'span_kind', 'parent_id', 'start_time', 'end_time']
const prefix = 'attributes.'

const text = (sql: string): Cell => ({ sql, type: 'VARCHAR' })

/** A column of any type as JSON; what is no JSON is NULL. */
function toJson({ sql, type }: Cell): string {
  if (type === 'NULL') return 'CAST(NULL AS JSON)'
  return type === 'VARCHAR' || type === 'JSON' ? `TRY_CAST(${sql} AS JSON)` : `TRY(to_json(${sql}))`
}

/** A part of the span's context: a column of a dataframe, or a member of an object. */
function toContext(source: Source, name: string): Cell {
  const whole = column(source, 'context')
  const flat = column(source, `context.${name}`)
  return flat === absent ? text(`${toJson(whole)} ->> '$.${name}'`) : flat
}

/**
 * Dataframes hold whole numbers as DOUBLE where some are missing, and write them so to JSON and CSV; counts of tokens are
 * whole. A NaN is a missing value.
 */
function withoutNan(key: string, { sql, type }: Cell): Cell {
  if (type === 'VARCHAR' && key.includes('token_count'))
    return text(`regexp_replace(${sql}, '^([0-9]+)[.]0+$', '\\1')`)
  if (type !== 'DOUBLE' && type !== 'FLOAT') return { sql, type }
  const whole = `CAST(TRY_CAST(${sql} AS BIGINT) AS VARCHAR)`
  const number = key.includes('token_count')
    ? `coalesce(${whole}, ${toAttributeText({ sql, type })})`
    : toAttributeText({ sql, type })
  return text(`CASE WHEN NOT isnan(${sql}) THEN ${number} END`)
}

const attributeColumns = (source: Source): ReadonlyMap<string, Cell> =>
  new Map(
    Object.entries(findAttributeColumns(source, prefix))
      .filter(([, name]) => isNameable(name))
      .map(([key, name]) => [key, withoutNan(key, column(source, name))]),
  )

/** An id as Phoenix has it, where it isn't the canonical one. */
const toOriginal = ({ sql }: Cell, canonical: string) =>
  text(`CASE WHEN CAST(${sql} AS VARCHAR) IS DISTINCT FROM ${canonical} THEN CAST(${sql} AS VARCHAR) END`)

function attributes(source: Source): string {
  const [trace, span] = [toContext(source, 'trace_id'), toContext(source, 'span_id')]
  const own = new Map([
    ['phoenix.trace.id', toOriginal(trace, toForeignTraceId(trace))],
    ['phoenix.span.id', toOriginal(span, toForeignSpanId(span))],
    ['openinference.span.kind', column(source, 'span_kind')],
  ])
  return mergeAttributes([
    gatherAttributes(own),
    gatherAttributes(attributeColumns(source)),
    toUnnestedAttributes({ sql: toJson(column(source, 'attributes')), type: 'JSON' }),
  ])
}

/** The service, where an attribute names it. */
function toService(source: Source): string {
  const nested = `${toJson(column(source, 'attributes'))} ->> '$."service.name"'`
  return toText(text(`coalesce(CAST(${column(source, `${prefix}service.name`).sql} AS VARCHAR), ${nested})`))
}

function map(source: Source): Mapping<'spans'> {
  const start = toTimestampOfAnyUnit(column(source, 'start_time'))
  const service = toService(source)
  return {
    trace_id: toForeignTraceId(toContext(source, 'trace_id')),
    span_id: toForeignSpanId(toContext(source, 'span_id')),
    parent_span_id: toForeignSpanId(column(source, 'parent_id')),
    trace_state: toText(toContext(source, 'trace_state')),
    span_name: toSpanName(column(source, 'name')),
    span_kind: `CASE WHEN upper(${toText(column(source, 'span_kind'))}) IN ('LLM', 'EMBEDDING') THEN 'Client' ELSE 'Internal' END`,
    service_name: `coalesce(${service}, 'phoenix')`,
    timestamp: start,
    duration_ns: toDurationBetween(start, toTimestampOfAnyUnit(column(source, 'end_time'))),
    status_code: toStatusCode(column(source, 'status_code')),
    status_message: toText(column(source, 'status_message')),
    resource_attributes: gatherAttributes(new Map([['service.name', text(service)]])),
    attributes: attributes(source),
    scope_name: 'CAST(NULL AS VARCHAR)',
    scope_version: 'CAST(NULL AS VARCHAR)',
    events: toEventList(column(source, 'events'), start, snakeEvents, toUnnestedAttributes),
    links: noLinks,
  }
}

/**
 * Spans of Arize Phoenix in the OpenInference conventions: a dataframe saved as Parquet, with a column for each
 * attribute (`attributes.llm.model_name`), or the JSON of its API, with `context` and `attributes` as objects.
 *
 * Its kinds are those of OpenInference and become the attribute `openinference.span.kind`; calls of a model (LLM, EMBEDDING)
 * are of kind Client, everything else is Internal. Resources are not exported, so that the service is an attribute's where
 * there is one, and else `phoenix`.
 * Source: Arize-ai/phoenix, src/phoenix/trace/trace_dataset.py and the API's span format.
 */
export const phoenix: Layout = {
  name: 'phoenix',
  about: 'Arize Phoenix, OpenInference spans',
  needs: [...required, 'context.trace_id', 'context.span_id'],
  matches: (source) =>
    hasColumns(source, required) &&
    (hasColumns(source, ['context.trace_id', 'context.span_id']) ||
      hasColumns(source, ['context', 'attributes'])),
  read: (source) => [{ kind: 'spans', mapping: map(source), from: source.from }],
}
