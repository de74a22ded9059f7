import { column, hasColumns, type Layout, type Source, type Table } from '../layout.ts'
import { readLogs } from './logs.ts'
import { readSpans } from './spans.ts'

const spanColumns = ['start_time_unix_nano', 'duration_time_unix_nano', 'trace_id', 'span_id', 'name']
const logColumns = ['time_unix_nano', 'observed_time_unix_nano', 'severity_number']

/** Trace ids as bytes tell it from flat tables with columns of the same names, whose ids are text. */
const isSpans = (table: Table) =>
  hasColumns(table, spanColumns) &&
  column(table, 'trace_id').type === 'BLOB' &&
  !table.columns.has('span_attributes')

const isLogs = (table: Table) =>
  hasColumns(table, logColumns) &&
  column(table, 'trace_id').type === 'BLOB' &&
  (table.columns.has('body') || table.columns.has('body_type'))

/** The main tables: those of a folder, or a file of one that was dropped alone. */
function findMain(source: Source) {
  const tables =
    source.tables.size > 0
      ? source.tables
      : new Map([
          ['spans', source],
          ['logs', source],
        ])
  const [spans, logs] = [tables.get('spans'), tables.get('logs')]
  return { spans: spans && isSpans(spans) ? spans : undefined, logs: logs && isLogs(logs) ? logs : undefined }
}

/**
 * What the Parquet exporter of OpenTelemetry Arrow (`exporter:parquet`) writes: one table for spans, one for log records,
 * and tables of their attributes, events and links, which point to them by number. A main table's file that was dropped
 * without its folder has rows without attributes, events and links.
 *
 * Without its parting by `_part_id`, an exporter that is started anew counts ids from 0 again in the same folder, and what
 * belongs to either run can't be told apart; attributes of one may then stand at spans of the other.
 * Source: open-telemetry/otel-arrow, docs/data_model.md; rust/otap-dataflow, parquet_exporter: schema.rs, idgen.rs, writer.rs.
 */
export const otap: Layout = {
  name: 'otap',
  about: 'OpenTelemetry Arrow Parquet exporter, folder of tables',
  needs: spanColumns,
  matches: (source) => Object.values(findMain(source)).some((table) => table !== undefined),
  read: (source) => {
    const { spans, logs } = findMain(source)
    return [...(spans ? [readSpans(source, spans)] : []), ...(logs ? [readLogs(source, logs)] : [])]
  },
}
