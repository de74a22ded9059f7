import { traces } from '../../catalog/services/telemetry.ts'
import type { LakeTable } from './table.ts'

/** The span that speaks for the trace: a root, or the earliest where no root was exported. */
const head = '(parent_span_id IS NOT NULL), "timestamp", span_id'

/** One row per trace, sorted by start. */
export const tracesTable: LakeTable = {
  name: traces.name,
  service: traces,
  rows: {
    select: () => `SELECT
  day,
  trace_id,
  min("timestamp") AS "timestamp",
  make_timestamp_ns(max(epoch_ns("timestamp") + duration_ns)) AS end_time,
  max(epoch_ns("timestamp") + duration_ns) - min(epoch_ns("timestamp")) AS duration,
  first(span_name ORDER BY ${head}) AS root_span_name,
  first(service_name ORDER BY ${head}) AS root_service_name,
  count(*) AS span_count,
  count(*) FILTER (status_code = 'Error') AS error_count,
  count(DISTINCT service_name) AS service_count,
  count(*) FILTER (parent_span_id IS NULL) AS root_count,
  CASE WHEN bool_or(status_code = 'Error') THEN 'Error' WHEN bool_or(status_code = 'Ok') THEN 'Ok' ELSE 'Unset' END AS status_code
FROM loaded
GROUP BY day, trace_id`,
  },
  columns: '* EXCLUDE (day)',
  orderBy: '"timestamp", trace_id',
  rowGroupSize: 61_440,
  parquetVersion: 'V1',
  attributes: 'none',
}
