import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

type Row = Readonly<Record<string, unknown>>

/**
 * Asks the raw export files themselves, past everything that Parquetry makes of them: the independent side of a comparison.
 * `spans` and `logs` in the SQL stand for the files.
 */
export async function askRawExport(data: string, sql: string): Promise<readonly Row[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(
      `CREATE VIEW spans AS SELECT * FROM read_parquet('${join(data, 'exports')}/**/otel_traces*.parquet')`,
    )
    await connection.run(
      `CREATE VIEW logs AS SELECT * FROM read_parquet('${join(data, 'exports')}/**/otel_logs*.parquet')`,
    )
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as readonly Row[]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
