import { quoteName } from '../../../core/sql-text.ts'
import type { CanonicalRelation, Mapping } from '../../canonical.ts'
import { type JsonShape, type Spelling, spell, toAnyText } from '../../values/attributes/any-value.ts'
import type { Cell } from '../../values/cell.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { toSeverityNumber } from '../../values/severity.ts'
import { toInteger, toText } from '../../values/texts.ts'
import { toTimestamp } from '../../values/times.ts'
import { type Batches, toItems } from './otlp-batches.ts'

const names = { scopes: ['scopeLogs', 'instrumentationLibraryLogs'], items: 'logRecords' } as const

const record: JsonShape = {
  timeUnixNano: 'VARCHAR',
  observedTimeUnixNano: 'VARCHAR',
  traceId: 'VARCHAR',
  spanId: 'VARCHAR',
  flags: 'VARCHAR',
  severityText: 'VARCHAR',
  severityNumber: 'VARCHAR',
  body: 'JSON',
  eventName: 'VARCHAR',
  attributes: 'JSON',
}

/** A body that is no AnyValue, such as a bare text, stands for itself. */
const toBody = (json: string, spelling: Spelling) =>
  `CASE WHEN json_type(${json}) = 'OBJECT' THEN coalesce(${toAnyText(json, spelling)}, nullif(CAST(${json} AS VARCHAR), '{}')) ELSE ${json} ->> '$' END`

function map(spelling: Spelling): Mapping<'logs'> {
  const part = (name: string): Cell => ({ sql: quoteName(spell(name, spelling)), type: 'VARCHAR' })
  const time = `coalesce(nullif(${part('timeUnixNano').sql}, '0'), ${part('observedTimeUnixNano').sql})`
  return {
    timestamp: toTimestamp({ sql: time, type: 'VARCHAR' }),
    trace_id: toTraceId(part('traceId')),
    span_id: toSpanId(part('spanId')),
    trace_flags: toInteger(part('flags')),
    severity_text: toText(part('severityText')),
    severity_number: toSeverityNumber(part('severityNumber')),
    service_name: `nullif(resource['service.name'], '')`,
    body: toBody(part('body').sql, spelling),
    event_name: `coalesce(${toText(part('eventName'))}, attribute_map['event.name'])`,
    resource_attributes: 'resource',
    attributes: 'attribute_map',
    scope_name: `nullif("scope"."name", '')`,
    scope_version: `nullif("scope"."version", '')`,
  }
}

/** The log records of OTLP JSON batches. A record without a time of its own has the time at which it was observed. */
export const readLogs = (batches: Batches): CanonicalRelation => ({
  kind: 'logs',
  mapping: map(batches.spelling),
  from: toItems(batches, names, record),
})
