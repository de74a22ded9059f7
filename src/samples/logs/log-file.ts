import { quoteText } from '../../core/sql-text.ts'
import { defineStatement, type Statement } from '../../engine/engine.ts'
import { toAttributeMap } from '../spans/attribute-map.ts'
import { toResourceMap, toTimestamp } from '../spans/span-source.ts'
import { type LogKind, logKinds } from './log-kinds.ts'

/** Severity numbers of the OpenTelemetry logs data model. */
const severityNumbers = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17 } as const

const toService = (source: LogKind['source']): string =>
  quoteText(source === 'operata' ? 'operata' : 'softphone')

/**
 * One SELECT in the layout of the ClickHouse exporter's table `otel_logs`
 * (opentelemetry-collector-contrib, exporter/clickhouseexporter, logs_table.sql).
 */
function compileLogKind(kind: LogKind): string {
  const service = toService(kind.source)
  const attributes = {
    'log.source': quoteText(kind.source),
    'event.name': quoteText(kind.event),
    component: quoteText(kind.component),
    level: quoteText(kind.severity),
    tab_id: `substr(l.softphone_span_id, 1, 8)`,
    ...kind.attributes,
  }
  return `
  SELECT
    ${toTimestamp(kind.atMs)} AS "Timestamp",
    CAST(date_trunc('second', make_timestamp((${kind.atMs}) * 1000)) AS TIMESTAMP_MS) AS "TimestampTime",
    j.trace_id AS "TraceId",
    l.${kind.span} AS "SpanId",
    1::UTINYINT AS "TraceFlags",
    ${quoteText(kind.severity)} AS "SeverityText",
    ${severityNumbers[kind.severity]}::UTINYINT AS "SeverityNumber",
    ${service} AS "ServiceName",
    ${kind.body} AS "Body",
    '' AS "ResourceSchemaUrl",
    ${toResourceMap(service)} AS "ResourceAttributes",
    '' AS "ScopeSchemaUrl",
    'cx.' || ${service} AS "ScopeName",
    '1.4.0' AS "ScopeVersion",
    MAP {}::MAP(VARCHAR, VARCHAR) AS "ScopeAttributes",
    ${toAttributeMap(attributes)} AS "LogAttributes"
  FROM samples.leg l
  JOIN samples.journey j USING (number)
  LEFT JOIN samples.audio m ON m.key = l.key
  ${kind.join ?? ''}
  WHERE ${kind.when ?? 'TRUE'}`
}

/** Writes the log records of the stage tables to a Parquet file, sorted by time. */
export const compileLogFile = (path: string): Statement =>
  defineStatement(`
COPY (
${logKinds.map(compileLogKind).join('\n  UNION ALL')}
  ORDER BY "Timestamp", "TraceId", "SpanId", "Body"
) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768)`)
