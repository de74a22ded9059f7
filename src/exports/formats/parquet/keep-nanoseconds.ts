import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText } from '../../../core/sql-text.ts'
import { defineStatement } from '../../../engine/engine.ts'
import { getFilePattern } from '../../file-pattern.ts'
import type { SourceColumns } from '../../layouts/layout.ts'
import type { ReadingPlace } from '../format.ts'
import { findZoneFlags, toUnzoned } from './zone-flags.ts'

/** The footer's length and the magic. */
const tailLength = 8

/** Writes "not in UTC" over "in UTC" wherever the footer says it of nanoseconds: what is stored is the same. */
async function dropZones(file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(tailLength)
  await file.read(tail, 0, tailLength, size - tailLength)
  const length = tail.readUInt32LE(0)
  const start = size - tailLength - length
  const footer = Buffer.alloc(length)
  await file.read(footer, 0, length, start)
  for (const at of findZoneFlags(footer)) {
    await file.write(Buffer.of(toUnzoned(footer.readUInt8(at))), 0, 1, start + at)
  }
}

async function hasZonedNanoseconds({ engine }: ReadingPlace, path: string): Promise<boolean> {
  const found = await engine.run(
    defineStatement(`SELECT 1
FROM parquet_schema(${quoteText(getFilePattern(path))})
WHERE logical_type LIKE '%isAdjustedToUTC=1%NANOS=NanoSeconds%'
LIMIT 1`),
  )
  return found.length > 0
}

/**
 * DuckDB reads times in nanoseconds that are marked as UTC, as ClickHouse and pyarrow write them, as microseconds, but those
 * without the mark exactly. Gives the path of a copy without marks in the scratch folder, or the file's own where it has none.
 */
export async function keepNanoseconds(
  place: ReadingPlace,
  path: string,
  columns: SourceColumns,
): Promise<string> {
  const isZoned = [...columns.values()].some((type) => type.includes('TIMESTAMP WITH TIME ZONE'))
  if (!isZoned || !(await hasZonedNanoseconds(place, path))) return path
  await mkdir(place.scratchDir, { recursive: true })
  const copy = join(place.scratchDir, `${randomUUID()}.parquet`)
  await copyFile(path, copy, constants.COPYFILE_FICLONE)
  await chmod(copy, 0o600)
  const file = await open(copy, 'r+')
  try {
    await dropZones(file)
  } finally {
    await file.close()
  }
  return copy
}
