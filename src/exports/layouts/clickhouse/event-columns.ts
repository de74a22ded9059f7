import { absent, type Cell } from '../../values/cell.ts'
import { pascalEvents, pascalLinks, toEventList, toLinkList } from '../../values/events/event-lists.ts'
import { toEvents, toLinks } from '../../values/events/events.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toList } from '../../values/text-lists.ts'
import { toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Source } from '../layout.ts'

/** How a form of `otel_traces` holds events and links. */
export type EventColumns = Readonly<{
  /** Columns that are lists of equal length, one for each part of an event or link. */
  events: readonly [time: string, name: string, attributes: string]
  links: readonly [traceId: string, spanId: string, traceState: string, attributes: string]
  /** SQL for an attribute map. */
  attributes: (cell: Cell) => string
}>

/** The columns zipped to one list, and the members of its element `e`. */
function zip(source: Source, names: readonly string[]) {
  const lists = names.map((name) => toList(column(source, name)))
  const part = (index: number): Cell => {
    const list = lists[index] ?? absent
    return { sql: `e[${index + 1}]`, type: list.type.replace(/\[\]$/, '') }
  }
  return { list: `list_zip(${lists.map(({ sql }) => sql).join(', ')})`, part }
}

/** SQL for the events of a span that starts at a canonical time. */
export function readEvents(
  source: Source,
  { events: names, attributes }: EventColumns,
  start: string,
): string {
  if (!hasColumns(source, names))
    return toEventList(column(source, 'Events'), start, pascalEvents, attributes)
  const { list, part } = zip(source, names)
  return toEvents(list, start, {
    time: toTimestampOfAnyUnit(part(0)),
    name: part(1).sql,
    attributes: attributes(part(2)),
  })
}

/** SQL for the links of a span. */
export function readLinks(source: Source, { links: names, attributes }: EventColumns): string {
  if (!hasColumns(source, names)) return toLinkList(column(source, 'Links'), pascalLinks, attributes)
  const { list, part } = zip(source, names)
  return toLinks(list, {
    traceId: toTraceId(part(0)),
    spanId: toSpanId(part(1)),
    traceState: part(2).sql,
    attributes: attributes(part(3)),
  })
}
