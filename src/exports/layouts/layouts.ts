import { clickhouseLogs } from './clickhouse-logs.ts'
import { clickhouseTraces } from './clickhouse-traces.ts'
import { langfuse } from './langfuse.ts'
import { duckdbOtlpLogs } from './duckdb-otlp-logs.ts'
import { duckdbOtlpTraces } from './duckdb-otlp-traces.ts'
import { lakeLogs, lakeSpans } from './lake-tables.ts'
import { lakerunner } from './lakerunner.ts'
import type { Layout } from './layout.ts'
import { otap } from './otap.ts'
import { otlpJson } from './otlp-json.ts'
import { phoenix } from './phoenix.ts'
import { otlp2parquetLogs } from './otlp2parquet-logs.ts'
import { otlp2parquetTraces } from './otlp2parquet-traces.ts'
import { rcabench } from './rcabench.ts'
import { serviceRows } from './service-rows.ts'
import { tempo } from './tempo.ts'

/** Every layout that is recognised, tried in this order. A new layout is one file and one line here. */
export const layouts: readonly Layout[] = [
  otlp2parquetTraces,
  otlp2parquetLogs,
  clickhouseTraces,
  clickhouseLogs,
  duckdbOtlpTraces,
  duckdbOtlpLogs,
  lakerunner,
  rcabench,
  lakeSpans,
  lakeLogs,
  otap,
  langfuse,
  phoenix,
  serviceRows,
  tempo,
  otlpJson,
]

/** Changes whenever a file that was set aside may be readable now, or one that was read would be read otherwise. */
const edition = 1

/** Which layouts this version knows; a file that an earlier one did not recognise is looked at again by another. */
export const recogniser: string = `${edition} ${layouts.map(({ name }) => name).join(' ')}`
