import { spans } from '../../catalog/services/telemetry.ts'
import { quoteName } from '../../core/sql-text.ts'
import { canonicalColumns } from '../../exports/canonical.ts'
import type { LakeTable } from './table.ts'

const columns = canonicalColumns.spans.map((name) =>
  name === 'duration_ns' ? 'duration_ns AS duration' : quoteName(name),
)

/**
 * Every span, sorted by the start of its trace: one trace is one short run of rows, traces of one time are neighbours, and
 * the statistics of small row groups lead to both. Files are small as well, since what is said of each row group and column of
 * a file is looked through at each reading.
 */
export const spansTable: LakeTable = {
  name: spans.name,
  columns: ['trace_start', ...columns].join(', '),
  orderBy: 'trace_start, trace_id, "timestamp", span_id',
  rowGroupSize: 4_096,
  rowsPerFile: 65_536,
  parquetVersion: 'V2',
  service: spans,
  attributes: 'maps',
}
