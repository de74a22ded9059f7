import type { CanonicalRelation } from '../../canonical.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toInteger, toText } from '../../values/texts.ts'
import { toTimestamp } from '../../values/times.ts'
import type { Source, Table } from '../layout.ts'
import { toAnyValue } from './any-values.ts'
import { main, toMain, toMember } from './members.ts'
import { joinResource } from './resource-keys.ts'
import { joinAttributes, joinNested } from './side-tables.ts'

const zero = "TIMESTAMP_NS '1970-01-01'"

/** The time of the record; where the source set none, which is written as zero, when it was observed. */
const toLogTime = (table: Table) =>
  `coalesce(nullif(${toTimestamp(toMain(table, 'time_unix_nano'))}, ${zero}), ${toTimestamp(toMain(table, 'observed_time_unix_nano'))})`

/** The log records of an OTAP export, with what its other tables hold of them. */
export function readLogs(source: Source, table: Table): CanonicalRelation {
  const own = joinAttributes(source, 'log_attrs', 'attrs', toMain(table, 'id').sql)
  const resource = joinResource(source, table)
  const body = (name: string) => toMember(table, 'body', name)
  return {
    kind: 'logs',
    mapping: {
      timestamp: toLogTime(table),
      trace_id: toTraceId(toMain(table, 'trace_id')),
      span_id: toSpanId(toMain(table, 'span_id')),
      trace_flags: toInteger(toMain(table, 'flags')),
      severity_text: toText(toMain(table, 'severity_text')),
      severity_number: toInteger(toMain(table, 'severity_number')),
      service_name: `nullif(${resource.sql}['service.name'], '')`,
      body: toAnyValue(body, 'nested."text"'),
      event_name: `coalesce(${toText(toMain(table, 'event_name'))}, ${own.sql}['event.name'])`,
      resource_attributes: resource.sql,
      attributes: own.sql,
      scope_name: toText(toMember(table, 'scope', 'name')),
      scope_version: toText(toMember(table, 'scope', 'version')),
    },
    from: [`${table.from} AS ${main}`, joinNested(source, body('ser')), own.join, resource.join].join('\n'),
  }
}
