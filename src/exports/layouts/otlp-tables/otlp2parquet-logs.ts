import type { Mapping } from '../../canonical.ts'
import { mergeAttributes, toAttributes } from '../../values/attributes/attributes.ts'
import type { Cell } from '../../values/cell.ts'
import { toSpanId, toTraceId } from '../../values/ids.ts'
import { mapLogs } from '../clickhouse/clickhouse-logs.ts'
import { gatherColumns } from '../gather-columns.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'

const required = [
  'Timestamp',
  'ObservedTimestamp',
  'TraceId',
  'SpanId',
  'SeverityText',
  'Body',
  'LogAttributes',
]

/** Resource attributes that stand in columns of their own and are missing among the others. */
const resourceColumns = {
  'service.namespace': 'ServiceNamespace',
  'service.instance.id': 'ServiceInstanceId',
}

/** A text that is a JSON string, without its quotes; anything else as it is. */
const unquote = ({ sql }: Cell) =>
  `CASE WHEN starts_with(${sql}, '"') THEN coalesce(TRY_CAST(${sql} AS JSON) ->> '$', ${sql}) ELSE ${sql} END`

const map = (source: Source): Mapping<'logs'> => ({
  ...mapLogs(source, toAttributes),
  trace_id: toTraceId(column(source, 'TraceId')),
  span_id: toSpanId(column(source, 'SpanId')),
  body: unquote(column(source, 'Body')),
  resource_attributes: mergeAttributes([
    gatherColumns(source, resourceColumns),
    toAttributes(column(source, 'ResourceAttributes')),
  ]),
})

/**
 * Log records as otlp2parquet writes them: the columns of ClickHouse's `otel_logs`, ids as bytes, the body and attributes as
 * JSON text. Source: smithclay/otlp2parquet, docs/reference.md.
 */
export const otlp2parquetLogs: Layout = {
  name: 'otlp2parquet-logs',
  about: 'otlp2parquet, logs',
  needs: required,
  matches: (source) =>
    hasColumns(source, required) && !column(source, 'LogAttributes').type.startsWith('MAP('),
  read: (source) => [{ kind: 'logs', mapping: map(source), from: source.from }],
}
