import { quoteName } from '../../../core/sql-text.ts'
import { toAttributes } from '../attributes/attributes.ts'
import { toJsonOfQuoted } from '../attributes/quoted-text.ts'
import { bind } from '../bind.ts'
import { absent, type Cell, isAbsent } from '../cell.ts'
import { toSpanId, toTraceId } from '../ids.ts'
import { fieldOf, toStructFields } from '../struct-type.ts'
import { toTimestampOfAnyUnit } from '../times.ts'
import { noEvents, noLinks, toEvents, toLinks } from './events.ts'

/** What the members of an event or a link are called; times in the order in which they count. */
export type EventNames = Readonly<{ times: readonly string[]; name: string; attributes: string }>
export type LinkNames = Readonly<{ traceId: string; spanId: string; traceState: string; attributes: string }>

/** As the protocol's tables have them. */
export const snakeEvents: EventNames = {
  times: ['timestamp', 'time_unix_nano', 'time'],
  name: 'name',
  attributes: 'attributes',
}
export const snakeLinks: LinkNames = {
  traceId: 'trace_id',
  spanId: 'span_id',
  traceState: 'trace_state',
  attributes: 'attributes',
}

/** As ClickHouse's tables have them. */
export const pascalEvents: EventNames = { times: ['Timestamp'], name: 'Name', attributes: 'Attributes' }
export const pascalLinks: LinkNames = {
  traceId: 'TraceId',
  spanId: 'SpanId',
  traceState: 'TraceState',
  attributes: 'Attributes',
}

/** What is no list of structs as JSON, also a text that Python or ClickHouse wrote; NULL where it is none. */
function toJson({ sql, type }: Cell): string {
  if (type === 'JSON') return sql
  return type === 'VARCHAR'
    ? `coalesce(TRY_CAST(${sql} AS JSON), ${toJsonOfQuoted(sql)})`
    : `TRY(to_json(${sql}))`
}

/** A list of structs as it is; a JSON list, or the text that DuckDB writes for a list of structs to CSV, as one of structs of texts. */
function toStructs(cell: Cell, names: readonly string[]): Cell {
  if (cell.type.endsWith('[]') && toStructFields(cell.type).size > 0) return cell
  const type = `STRUCT(${names.map((name) => `${quoteName(name)} VARCHAR`).join(', ')})[]`
  const shape = JSON.stringify([Object.fromEntries(names.map((name) => [name, 'VARCHAR']))])
  const parsed = bind(
    toJson(cell),
    'listed',
    (json) => `TRY(CASE WHEN json_type(${json}, '$[0]') = 'OBJECT' THEN from_json(${json}, '${shape}') END)`,
  )
  return {
    sql: cell.type === 'VARCHAR' ? `coalesce(${parsed}, TRY_CAST(${cell.sql} AS ${type}))` : parsed,
    type,
  }
}

/** The first time that is there; texts are read once. */
function toTime(cells: readonly Cell[]): string {
  const given = cells.filter((cell) => !isAbsent(cell))
  if (given.length === 0) return toTimestampOfAnyUnit(absent)
  const list = (sqls: readonly string[]) =>
    sqls.length === 1 ? `${sqls[0]}` : `coalesce(${sqls.join(', ')})`
  return given.every(({ type }) => type === 'VARCHAR')
    ? toTimestampOfAnyUnit({ sql: list(given.map(({ sql }) => sql)), type: 'VARCHAR' })
    : list(given.map(toTimestampOfAnyUnit))
}

/** SQL for a span's events out of a list of structs, of objects in JSON, or a text of one of these. Members that are not there are NULL. */
export function toEventList(cell: Cell, start: string, names: EventNames, toMap = toAttributes): string {
  if (cell.type === 'NULL') return noEvents
  const list = toStructs(cell, [...names.times, names.name, names.attributes])
  const part = (name: string) => fieldOf({ ...list, sql: 'e' }, name)
  return toEvents(list.sql, start, {
    time: toTime(names.times.map(part)),
    name: `CAST(${part(names.name).sql} AS VARCHAR)`,
    attributes: toMap(part(names.attributes)),
  })
}

/** SQL for a span's links out of a list of structs, or of objects in JSON. Members that are not there are NULL. */
export function toLinkList(cell: Cell, names: LinkNames, toMap = toAttributes): string {
  if (cell.type === 'NULL') return noLinks
  const list = toStructs(cell, Object.values(names))
  const part = (name: string) => fieldOf({ ...list, sql: 'e' }, name)
  return toLinks(list.sql, {
    traceId: toTraceId(part(names.traceId)),
    spanId: toSpanId(part(names.spanId)),
    traceState: `CAST(${part(names.traceState).sql} AS VARCHAR)`,
    attributes: toMap(part(names.attributes)),
  })
}
