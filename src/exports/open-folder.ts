import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../core/errors.ts'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement } from '../engine/engine.ts'
import { getFilePattern } from './file-pattern.ts'
import type { ExportFile } from './find-files.ts'
import type { ExportUnit } from './find-units.ts'
import type { ReadingPlace } from './formats/format.ts'
import { isWhole, readParquet } from './formats/parquet/parquet.ts'
import { readColumns } from './formats/read-columns.ts'
import { readEnds } from './formats/read-ends.ts'
import type { Source, Table } from './layouts/layout.ts'
import { openExport, unreadable } from './open-export.ts'
import { findTableName, mainTables } from './table-folders.ts'
import { toCborJson } from './values/attributes/cbor-json.ts'

/** Parts whose files are not all there are read once the last has come. */
async function checkFile({ exportsDir }: ReadingPlace, file: ExportFile): Promise<void> {
  if (isWhole(await readEnds(await openExport(exportsDir, file)))) return
  throw unreadable(
    `Its file ${file.path} is incomplete, or no Parquet file.`,
    'Wait for the copy to end, or copy it again.',
  )
}

async function openTable({ engine, exportsDir }: ReadingPlace, name: string, files: readonly ExportFile[]) {
  const from = readParquet({ paths: files.map(({ path }) => join(exportsDir, path)), hasBytes: true })
  const columns = await readColumns(
    engine,
    from,
    `The files of its table ${name} are damaged, or do not agree.`,
  )
  return { columns, from }
}

async function openTables(place: ReadingPlace, files: readonly ExportFile[]): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>()
  for (const [name, members] of Map.groupBy(files, findTableName)) {
    if (name !== undefined) tables.set(name, await openTable(place, name, members))
  }
  return tables
}

/** Where a table keeps lists and maps as CBOR: in a column of its own, or in a member of the record's body. */
function findNested({ columns }: Table): string | undefined {
  const name = ['ser', 'body_ser'].find((candidate) => columns.get(candidate) === 'BLOB')
  return name ?? (/[( ]"?ser"? BLOB/.test(columns.get('body') ?? '') ? 'body.ser' : undefined)
}

/** Longer ones are left out, as one line of the file that is read back may not hold them. */
const longest = 8_000_000

/**
 * Decodes every list and map once: the engine writes those that occur, line by line they become JSON, and the engine reads
 * them back as the table `nested` with the columns `ser` and `text`.
 */
async function decodeNested(
  place: ReadingPlace,
  path: string,
  tables: Iterable<Table>,
): Promise<Table | undefined> {
  const selects = [...tables].flatMap((table) => {
    const cell = findNested(table)
    return cell ? [`SELECT ${cell} AS ser FROM ${table.from}`] : []
  })
  if (selects.length === 0) return undefined
  await mkdir(place.scratchDir, { recursive: true })
  const stem = join(place.scratchDir, createHash('sha256').update(path).digest('hex').slice(0, 32))
  await place.engine
    .run(
      defineStatement(
        `COPY (SELECT DISTINCT base64(ser) FROM (${selects.join(' UNION ALL ')}) WHERE octet_length(ser) BETWEEN 1 AND ${longest}) TO ${quoteText(`${stem}.csv`)} (FORMAT csv, HEADER false)`,
      ),
    )
    .catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause
      throw unreadable('The values of its attributes cannot be read.', 'Export or copy it again.', cause)
    })
  await pipeline(
    createInterface({ input: createReadStream(`${stem}.csv`) }),
    async function* (lines: AsyncIterable<string>) {
      for await (const ser of lines) {
        const text = toCborJson(Buffer.from(ser, 'base64'))
        if (text !== undefined) yield `${JSON.stringify({ ser, text })}\n`
      }
    },
    createWriteStream(`${stem}.jsonl`),
  )
  const json = quoteText(getFilePattern(`${stem}.jsonl`))
  return {
    columns: new Map([
      ['ser', 'BLOB'],
      ['text', 'VARCHAR'],
    ]),
    from: `(SELECT from_base64(ser) AS ser, "text" FROM read_json(${json}, format = 'newline_delimited', columns = {ser: 'VARCHAR', "text": 'VARCHAR'}, maximum_object_size = 33554432))`,
  }
}

/**
 * Opens an export that is a folder of tables. Its own rows are those of its main table, spans or else logs. Throws
 * `unreadable_file` where a file of it is not whole, or none of its tables is a main one.
 */
export async function openFolder(place: ReadingPlace, unit: ExportUnit): Promise<Source> {
  for (const file of unit.files) await checkFile(place, file)
  const tables = await openTables(place, unit.files)
  const main = mainTables.map((name) => tables.get(name)).find((table) => table !== undefined)
  if (!main) {
    throw unreadable(
      'It holds no spans and no logs, only tables that belong to them.',
      'Wait for the exporter to write them, or copy the whole folder.',
    )
  }
  const nested = await decodeNested(place, unit.path, tables.values())
  if (nested) tables.set('nested', nested)
  return { ...main, path: unit.path, tables, meta: undefined }
}
