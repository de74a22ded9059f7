import { canonicalColumns } from '../../exports/canonical.ts'
import { quoteName } from '../../core/sql-text.ts'
import { spans } from '../../catalog/services/telemetry.ts'
import type { LakeTable } from './table.ts'

const columns = canonicalColumns.spans.map((name) =>
  name === 'duration_ns' ? 'duration_ns AS duration' : quoteName(name),
)

/** Every span, sorted by trace, so that one trace is one short run of rows. */
export const spansTable: LakeTable = {
  name: spans.name,
  columns: columns.join(', '),
  orderBy: 'trace_id, "timestamp", span_id',
  rowGroupSize: 20_480,
  service: spans,
  attributes: 'maps',
}
