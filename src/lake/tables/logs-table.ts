import { logs } from '../../catalog/services/telemetry.ts'
import { quoteName } from '../../core/sql-text.ts'
import { canonicalColumns } from '../../exports/canonical.ts'
import type { LakeTable } from './table.ts'

/** Every log record, sorted by trace and time. */
export const logsTable: LakeTable = {
  name: logs.name,
  columns: canonicalColumns.logs.map(quoteName).join(', '),
  orderBy: 'trace_id, "timestamp", span_id, body',
  rowGroupSize: 8_192,
  parquetVersion: 'V2',
  service: logs,
  attributes: 'maps',
}
