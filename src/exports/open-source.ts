import type { JsonValue } from '../core/json-value.ts'
import type { ExportFile } from './find-files.ts'
import type { ExportUnit } from './find-units.ts'
import { unpack } from './formats/compression/unpack.ts'
import type { Ends, ReadingPlace } from './formats/format.ts'
import { formats } from './formats/formats.ts'
import { readEnds } from './formats/read-ends.ts'
import type { Source, Table } from './layouts/layout.ts'
import { openExport, unreadable } from './open-export.ts'
import { openFolder } from './open-folder.ts'

async function readFilledEnds(place: ReadingPlace, file: ExportFile): Promise<Ends> {
  const ends = await readEnds(await openExport(place.exportsDir, file))
  if (ends.size === 0) throw unreadable('The file is empty.', 'Copy it again.')
  return ends
}

function openPlain(place: ReadingPlace, file: ExportFile, ends: Ends): Promise<Table> {
  const format = formats.find((candidate) => candidate.matches(ends, file.path))
  if (format) return format.open(place, file, ends)
  throw unreadable(
    'It is in no format that can be read.',
    `Readable are files of these formats, compressed by gzip or zstd or not: ${formats.map(({ name }) => name).join(', ')}.`,
  )
}

/** One file as a table. Throws `unreadable_file` where it is empty, incomplete, or of no known format. */
async function openTable(place: ReadingPlace, file: ExportFile): Promise<Table> {
  const ends = await readFilledEnds(place, file)
  const unpacked = await unpack(place, file, ends)
  if (!unpacked) return openPlain(place, file, ends)
  return openPlain(unpacked.place, unpacked.file, await readFilledEnds(unpacked.place, unpacked.file))
}

/** No description is anywhere near as long. */
const longestMeta = 10_000_000

function parseMeta(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** A description that isn't JSON tells nothing; the rows can be read without it. */
async function readMeta(place: ReadingPlace, file: ExportFile): Promise<JsonValue | undefined> {
  const handle = await openExport(place.exportsDir, file)
  try {
    return file.size > longestMeta ? undefined : parseMeta(await handle.readFile('utf8'))
  } finally {
    await handle.close()
  }
}

/** Opens what lies in the drop folder. Throws `unreadable_file` with the reason where it can't be read. */
export async function openSource(place: ReadingPlace, unit: ExportUnit): Promise<Source> {
  if (unit.isFolder) return openFolder(place, unit)
  const [file] = unit.files
  if (!file)
    throw unreadable('No file beside it begins with its name.', 'Name it after the file that it describes.')
  const table = await openTable(place, file)
  return {
    ...table,
    path: unit.path,
    tables: new Map(),
    meta: unit.meta && (await readMeta(place, unit.meta)),
  }
}
