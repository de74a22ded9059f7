import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText } from '../../src/core/sql-text.ts'
import { report } from './child.ts'
import { openDatabase } from './database.ts'

/** The statement that import is compared with: reads an export and writes it sorted by trace id. Arguments: export, scratch folder. */
const [exported = '', folder = ''] = process.argv.slice(2)
const file = join(folder, 'baseline.parquet')
await report(async () => {
  const database = await openDatabase(folder)
  await database.run(
    `COPY (SELECT * FROM read_parquet(${quoteText(join(exported, '**/*.parquet'))}) ORDER BY "TraceId") TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`,
  )
  database.close()
})
await rm(file)
