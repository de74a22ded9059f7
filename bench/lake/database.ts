import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** DuckDB with nothing of Parquetry's around it, but with the same memory and cores. */
export type Database = Readonly<{ run(sql: string): Promise<number>; close(): void }>

export const memoryLimitMb = 2048

/** Opens a database in memory that spills below a folder. `run` reads the whole result and gives its number of rows. */
export async function openDatabase(folder: string): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`SET memory_limit = '${memoryLimitMb}MB'`)
  await connection.run(`SET temp_directory = '${join(folder, '.spill')}'`)
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run('SET parquet_metadata_cache = true')
  return {
    run: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson().length,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
