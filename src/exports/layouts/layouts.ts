import { clickhouseLogs } from './clickhouse/clickhouse-logs.ts'
import { clickhouseTraces } from './clickhouse/clickhouse-traces.ts'
import type { Layout } from './layout.ts'
import { otap } from './otap/otap.ts'
import { otlpJson } from './otlp-json/otlp-json.ts'
import { duckdbOtlpLogs } from './otlp-tables/duckdb-otlp-logs.ts'
import { duckdbOtlpTraces } from './otlp-tables/duckdb-otlp-traces.ts'
import { otlp2parquetLogs } from './otlp-tables/otlp2parquet-logs.ts'
import { otlp2parquetTraces } from './otlp-tables/otlp2parquet-traces.ts'
import { lakeLogs, lakeSpans } from './parquetry/lake-tables.ts'
import { serviceRows } from './parquetry/service-rows.ts'
import { lakerunner } from './platforms/lakerunner.ts'
import { langfuse } from './platforms/langfuse.ts'
import { phoenix } from './platforms/phoenix.ts'
import { rcabench } from './platforms/rcabench.ts'
import { tempo } from './tempo/tempo.ts'

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

/**
 * Changes whenever a file that was set aside may be readable now, or one that was read would be read otherwise or give other
 * values in the lake's tables.
 */
const edition = 4

/** Which layouts this version knows; a file that an earlier one did not recognise is looked at again by another. */
export const recogniser: string = `${edition} ${layouts.map(({ name }) => name).join(' ')}`
