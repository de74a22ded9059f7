import type { FileHandle } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { quoteText } from '../core/sql-text.ts'
import { defineStatement, type Engine } from '../engine/engine.ts'
import { canonicalLogColumns, canonicalSpanColumns, toSelectList } from './canonical.ts'
import { toFilePattern } from './file-pattern.ts'
import type { ExportFile } from './find-files.ts'
import type { Layout, SourceColumns } from './layouts/layout.ts'
import { layouts } from './layouts/layouts.ts'
import { openExport, unreadable } from './open-export.ts'

/** A file whose layout is known, as a canonical relation. */
export type RecognisedExport = Readonly<{
  file: ExportFile
  layout: string
  kind: Layout['kind']
  /** SELECT that gives the canonical rows. */
  sql: string
}>

const magic = 'PAR1'

/** A whole Parquet file begins and ends with its magic; a copy in progress does not end so yet. */
async function checkParquetMagic(file: FileHandle): Promise<void> {
  try {
    const { size } = await file.stat()
    if (size === 0) throw unreadable('The file is empty.', 'Copy it again.')
    const read = async (position: number) =>
      (await file.read(Buffer.alloc(4), 0, 4, position)).buffer.toString('latin1')
    if ((await read(0)) !== magic) throw unreadable('It is not a Parquet file.', 'Export it as Parquet.')
    if (size < 12 || (await read(size - 4)) !== magic) {
      throw unreadable(
        'The file is incomplete: its end is missing.',
        'Wait for the copy to end, or copy it again.',
      )
    }
  } finally {
    await file.close()
  }
}

/** SQL that reads one file; strings written as plain binary by older ClickHouse servers are read as text. */
function readFile(path: string): string {
  const pattern = toFilePattern(path)
  if (pattern === undefined) {
    throw unreadable(
      'Its path holds a backslash together with *, ? or [, which cannot be told from a pattern.',
      'Rename it.',
    )
  }
  return `read_parquet(${quoteText(pattern)}, binary_as_string = true, hive_partitioning = false)`
}

async function readColumns(engine: Engine, source: string): Promise<SourceColumns> {
  const rows = await engine
    .run(defineStatement(`DESCRIBE SELECT * FROM ${source}`))
    .catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause
      throw unreadable(
        'The Parquet file is damaged: its footer cannot be read.',
        'Export or copy it again.',
        cause,
      )
    })
  return new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]))
}

const known = () => layouts.map(({ about }) => about).join('; ')

/**
 * The file as a canonical relation.
 * Throws `unreadable_file` with the reason when it is no Parquet file, damaged, or of no known layout.
 */
export async function recogniseExport(
  engine: Engine,
  folder: string,
  file: ExportFile,
): Promise<RecognisedExport> {
  if (extname(file.path).toLowerCase() !== '.parquet') {
    throw unreadable('It is not a .parquet file.', `Readable are Parquet files of these layouts: ${known()}.`)
  }
  await checkParquetMagic(await openExport(folder, file))
  const source = readFile(join(folder, file.path))
  const columns = await readColumns(engine, source)
  const layout = layouts.find((candidate) => candidate.matches(columns))
  if (!layout) {
    const names = [...columns.keys()].slice(0, 12).join(', ')
    throw unreadable(`Its columns are of no known layout: ${names}.`, `Readable are: ${known()}.`)
  }
  const list =
    layout.kind === 'spans'
      ? toSelectList(layout.map(columns), canonicalSpanColumns)
      : toSelectList(layout.map(columns), canonicalLogColumns)
  return { file, layout: layout.name, kind: layout.kind, sql: `SELECT\n  ${list}\nFROM ${source}` }
}
