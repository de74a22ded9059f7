import type { CanonicalRelation } from '../../canonical.ts'
import { toSpanKind, toStatusCode } from '../../values/enums.ts'
import { toEvents } from '../../values/events/events.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSpanName, toText } from '../../values/texts.ts'
import { toDuration, toTimestamp } from '../../values/times.ts'
import type { Source, Table } from '../layout.ts'
import { main, toMain, toMember } from './members.ts'
import { joinResource } from './resource-keys.ts'
import { joinAttributes, joinEvents, joinLinks } from './side-tables.ts'

/** The spans of an OTAP export, with what its other tables hold of them. */
export function readSpans(source: Source, table: Table): CanonicalRelation {
  const id = toMain(table, 'id').sql
  const own = joinAttributes(source, 'span_attrs', 'attrs', id)
  const resource = joinResource(source, table)
  const events = joinEvents(source, id)
  const links = joinLinks(source, id)
  const start = toTimestamp(toMain(table, 'start_time_unix_nano'))
  return {
    kind: 'spans',
    mapping: {
      trace_id: toTraceId(toMain(table, 'trace_id')),
      span_id: toSpanId(toMain(table, 'span_id')),
      parent_span_id: toSpanId(toMain(table, 'parent_span_id')),
      trace_state: toText(toMain(table, 'trace_state')),
      span_name: toSpanName(toMain(table, 'name')),
      span_kind: toSpanKind(toMain(table, 'kind')),
      service_name: `nullif(${resource.sql}['service.name'], '')`,
      timestamp: start,
      duration_ns: toDuration(toMain(table, 'duration_time_unix_nano'), start),
      status_code: toStatusCode(toMember(table, 'status', 'code')),
      status_message: toText(toMember(table, 'status', 'status_message')),
      resource_attributes: resource.sql,
      attributes: own.sql,
      scope_name: toText(toMember(table, 'scope', 'name')),
      scope_version: toText(toMember(table, 'scope', 'version')),
      events: toEvents(events.sql, start, {
        time: 'e."timestamp"',
        name: 'e."name"',
        attributes: 'e."attributes"',
      }),
      links: links.sql,
    },
    from: [`${table.from} AS ${main}`, own.join, resource.join, events.join, links.join].join('\n'),
  }
}
