import type { Cell } from './cell.ts'

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** The protocol's names, each at its number from 0 to 24. Source: opentelemetry-proto, logs.proto, SeverityNumber. */
const severityNames = [
  'UNSPECIFIED',
  ...levels.flatMap((level) => ['', '2', '3', '4'].map((step) => `${level}${step}`)),
]

/** SQL for a severity number, out of a number or the protocol's name of it. NULL where it is neither. */
export function toSeverityNumber({ sql }: Cell): string {
  const name = `replace(upper(CAST(${sql} AS VARCHAR)), 'SEVERITY_NUMBER_', '')`
  const list = severityNames.map((severity) => `'${severity}'`).join(', ')
  return `coalesce(TRY_CAST(${sql} AS BIGINT), CAST(nullif(list_position([${list}], ${name}), 0) - 1 AS BIGINT))`
}
