import { attributeMap, emptyMap, eventList, linkList } from '../../canonical.ts'
import type { Cell } from '../../values/cell.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toText } from '../../values/texts.ts'
import { toTimestamp } from '../../values/times.ts'
import { hasColumns, type Source, type Table } from '../layout.ts'
import { toAnyValue } from './any-values.ts'
import { toColumn } from './members.ts'

/** A table that has the columns. */
export function findTable(source: Source, name: string, columns: readonly string[]): Table | undefined {
  const table = source.tables.get(name)
  return table && hasColumns(table, columns) ? table : undefined
}

const nestedText = 'nested."text"'

/** SQL that joins the JSON of a list or map to the CBOR that it was decoded from. */
export function joinNested({ tables }: Source, cbor: Cell): string {
  const nested = tables.get('nested')
  if (!nested || cbor.type !== 'BLOB') return 'LEFT JOIN (SELECT NULL AS "text") AS nested ON FALSE'
  return `LEFT JOIN ${nested.from} AS nested ON nested.ser = ${cbor.sql}`
}

/**
 * SELECT of `owner` and `attributes`, one row for each owner that has any, out of a table of one row for each attribute;
 * undefined where there is no such table. Of equal keys one stays.
 */
function gather(source: Source, name: string): string | undefined {
  const table = findTable(source, name, ['parent_id', 'key', 'type'])
  if (!table) return undefined
  const value = toAnyValue((part) => toColumn(table, 'attribute', part), nestedText)
  return `SELECT "owner", map_from_entries(list(struct_pack(k := "key", v := "text"))) AS "attributes"
    FROM (
      SELECT attribute.parent_id AS "owner", CAST(attribute."key" AS VARCHAR) AS "key", last(${value}) AS "text"
      FROM ${table.from} AS attribute ${joinNested(source, toColumn(table, 'attribute', 'ser'))}
      WHERE attribute.parent_id IS NOT NULL AND attribute."key" IS NOT NULL AND ${value} IS NOT NULL
      GROUP BY ALL
    )
    GROUP BY "owner"`
}

/** SQL that is joined to a relation, and the SQL of what it adds. */
export type Joined = Readonly<{ join: string; sql: string }>

/** The attributes whose owner's id is an expression, canonical; `as` names the join. */
export function joinAttributes(source: Source, table: string, as: string, owner: string): Joined {
  const attributes = gather(source, table)
  if (!attributes) return { join: '', sql: emptyMap }
  return {
    join: `LEFT JOIN (${attributes}) AS "${as}" ON "${as}"."owner" = ${owner}`,
    sql: `CAST(coalesce("${as}"."attributes", ${emptyMap}) AS ${attributeMap})`,
  }
}

type ListPart = Readonly<{
  table: string
  attributes: string
  order: string
  pack(table: Table, attributes: string): string
}>

/** Rows that belong to a span, as a list for each span. */
function joinList(source: Source, part: ListPart, type: string, owner: string): Joined {
  const table = findTable(source, part.table, ['parent_id'])
  if (!table) return { join: '', sql: `CAST([] AS ${type})` }
  const own = joinAttributes(source, part.attributes, 'own', toColumn(table, 'item', 'id').sql)
  const order = hasColumns(table, [part.order]) ? `ORDER BY item."${part.order}"` : ''
  return {
    join: `LEFT JOIN (
      SELECT item.parent_id AS "owner", list(${part.pack(table, own.sql)} ${order}) AS "items"
      FROM ${table.from} AS item ${own.join}
      GROUP BY item.parent_id
    ) AS "${part.table}" ON "${part.table}"."owner" = ${owner}`,
    sql: `coalesce(CAST("${part.table}"."items" AS ${type}), CAST([] AS ${type}))`,
  }
}

const events: ListPart = {
  table: 'span_events',
  attributes: 'span_event_attrs',
  order: 'time_unix_nano',
  pack: (table, attributes) => `struct_pack(
    "timestamp" := ${toTimestamp(toColumn(table, 'item', 'time_unix_nano'))},
    "name" := coalesce(CAST(${toColumn(table, 'item', 'name').sql} AS VARCHAR), ''),
    "attributes" := ${attributes})`,
}

const links: ListPart = {
  table: 'span_links',
  attributes: 'span_link_attrs',
  order: 'id',
  pack: (table, attributes) => `struct_pack(
    "trace_id" := coalesce(${toTraceId(toColumn(table, 'item', 'trace_id'))}, ''),
    "span_id" := coalesce(${toSpanId(toColumn(table, 'item', 'span_id'))}, ''),
    "trace_state" := CAST(${toText(toColumn(table, 'item', 'trace_state'))} AS VARCHAR),
    "attributes" := ${attributes})`,
}

/** The events of the span whose id is an expression, canonical but for their times, in order of time. */
export const joinEvents = (source: Source, owner: string): Joined =>
  joinList(source, events, eventList, owner)

/** The links of the span whose id is an expression, canonical, in order of their ids. */
export const joinLinks = (source: Source, owner: string): Joined => joinList(source, links, linkList, owner)
