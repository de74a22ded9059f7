import { join } from 'node:path'
import { quoteName, quoteText } from '../../../core/sql-text.ts'
import { defineStatement, type Engine } from '../../../engine/engine.ts'
import { getFilePattern } from '../../file-pattern.ts'
import type { SourceColumns } from '../../layouts/layout.ts'
import { unreadable } from '../../open-export.ts'
import type { Ends, Format } from '../format.ts'
import { readColumns } from '../read-columns.ts'
import { keepNanoseconds } from './keep-nanoseconds.ts'

const magic = 'PAR1'

/** Whether a file has the two ends of a Parquet file; a copy in progress lacks the second. */
export const isWhole = ({ size, head, tail }: Ends): boolean =>
  size >= 12 && [head.subarray(0, 4), tail.subarray(-4)].every((end) => end.toString('latin1') === magic)

function checkWhole(ends: Ends): void {
  if (isWhole(ends)) return
  throw unreadable(
    'The file is incomplete: its end is missing.',
    'Wait for the copy to end, or copy it again.',
  )
}

/** Parquet files that are read as one table. Plain binary is text, as older ClickHouse servers wrote it, unless `hasBytes`. */
export type ParquetFiles = Readonly<{ paths: readonly string[]; hasBytes: boolean }>

/** SQL that reads Parquet files. */
export const readParquet = ({ paths, hasBytes }: ParquetFiles): string =>
  `read_parquet([${paths.map((path) => quoteText(getFilePattern(path))).join(', ')}], binary_as_string = ${!hasBytes}, hive_partitioning = false, union_by_name = true)`

/** How the layouts call a trace id. */
const traceIdNames = new Set(['traceid', 'trace_id', 'span_trace_id', 'context.trace_id'])

/**
 * Whether plain binary is bytes in this file, and not text: told by its trace ids, which are 16 or 8 bytes long and would be
 * 32 or 16 digits as text. Source: the Parquet format, which gives plain binary no meaning.
 */
async function findBytes(engine: Engine, from: string, columns: SourceColumns): Promise<boolean> {
  const names = [...columns].filter(([name, type]) => type === 'BLOB' && traceIdNames.has(name.toLowerCase()))
  const [name] = names[0] ?? []
  if (name === undefined) return false
  const rows = await engine.run(
    defineStatement(
      `SELECT octet_length(${quoteName(name)}) AS bytes FROM ${from} WHERE octet_length(${quoteName(name)}) > 0 LIMIT 1`,
    ),
  )
  const bytes = Number(rows[0]?.['bytes'])
  return bytes === 16 || bytes === 8
}

const isBinary = (columns: SourceColumns) => [...columns.values()].includes('BLOB')

export const parquet: Format = {
  name: 'Parquet',
  matches: ({ head }) => head.toString('latin1').startsWith(magic),
  open: async (place, { path }, ends) => {
    checkWhole(ends)
    const { engine, exportsDir } = place
    const reason = 'The Parquet file is damaged: its footer cannot be read.'
    const read = async (whole: string, hasBytes: boolean) => {
      const files = { paths: [whole], hasBytes }
      const from = readParquet(files)
      return { columns: await readColumns(engine, from, reason), from, files }
    }
    const own = join(exportsDir, path)
    const found = await read(own, true)
    const exact = await keepNanoseconds(place, own, found.columns)
    const asBytes = exact === own ? found : await read(exact, true)
    const isText = isBinary(asBytes.columns) && !(await findBytes(engine, asBytes.from, asBytes.columns))
    return isText ? read(exact, false) : asBytes
  },
}
