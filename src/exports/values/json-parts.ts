import { toAttributes } from './attributes.ts'
import type { Cell } from './cell.ts'
import { noEvents, noLinks, toEvents, toLinks } from './events.ts'
import { toTimestamp } from './times.ts'

const items = ({ sql }: Cell, shape: string) => `TRY(from_json(TRY_CAST(${sql} AS JSON), '[${shape}]'))`

const member = (name: string, type: string): Cell => ({ sql: `e."${name}"`, type })

/** SQL for a span's events out of a JSON list of objects with `time_unix_nano`, `name` and `attributes`. */
export function toJsonEvents(cell: Cell, start: string): string {
  if (cell.type === 'NULL') return noEvents
  const list = items(cell, '{"time_unix_nano": "VARCHAR", "name": "VARCHAR", "attributes": "JSON"}')
  return toEvents(list, start, {
    time: toTimestamp(member('time_unix_nano', 'VARCHAR')),
    name: member('name', 'VARCHAR').sql,
    attributes: toAttributes(member('attributes', 'JSON')),
  })
}

/** SQL for a span's links out of a JSON list of objects with `trace_id`, `span_id`, `trace_state` and `attributes`. */
export function toJsonLinks(cell: Cell): string {
  if (cell.type === 'NULL') return noLinks
  const list = items(
    cell,
    '{"trace_id": "VARCHAR", "span_id": "VARCHAR", "trace_state": "VARCHAR", "attributes": "JSON"}',
  )
  return toLinks(list, {
    traceId: 'lower(e."trace_id")',
    spanId: 'lower(e."span_id")',
    traceState: 'e."trace_state"',
    attributes: toAttributes(member('attributes', 'JSON')),
  })
}
