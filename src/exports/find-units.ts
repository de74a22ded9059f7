import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path/posix'
import { type ExportFile, findExportFiles } from './find-files.ts'
import { findTableFolders } from './table-folders.ts'

/** What is read together: a file with the files beside it that say how to read it, or the tables of one export that is a folder. */
export type ExportUnit = Readonly<{
  /** Below the drop folder, with `/`: the file, or the folder. */
  path: string
  /** Bytes of all its files, and when the newest was written. */
  size: number
  mtimeMs: number
  /** Stands for the content of all its files. */
  stamp: string
  /** The files that hold rows; one, unless the unit is a folder of tables. */
  files: readonly ExportFile[]
  isFolder: boolean
  /** The JSON file that describes it: the `meta.json` of a Tempo block. */
  meta?: ExportFile
  /** The `*.mapping.yaml` that names its columns. */
  mapping?: ExportFile
}>

/** Tells a unit's content from any other that was dropped. */
export const toUnitKey = ({ path, stamp }: Pick<ExportUnit, 'path' | 'stamp'>): string => `${path}\n${stamp}`

function toStamp(files: readonly ExportFile[]): string {
  const [first] = files
  if (first && files.length === 1) return `${first.size} ${first.mtimeMs}`
  const keys = files.map(({ path, size, mtimeMs }) => `${path}\n${size}\n${mtimeMs}\n`)
  return createHash('sha256').update(keys.join('')).digest('hex').slice(0, 32)
}

type Parts = Pick<ExportUnit, 'path' | 'files' | 'isFolder'> & {
  meta?: ExportFile | undefined
  mapping?: ExportFile | undefined
}

function toUnit({ path, files, isFolder, meta, mapping }: Parts): ExportUnit {
  const all = [...files, meta, mapping].filter((file) => file !== undefined)
  return {
    path,
    size: all.reduce((sum, { size }) => sum + size, 0),
    mtimeMs: all.reduce((latest, { mtimeMs }) => Math.max(latest, mtimeMs), 0),
    stamp: toStamp(all),
    files,
    isFolder,
    ...(meta && { meta }),
    ...(mapping && { mapping }),
  }
}

const mappingName = /(?:^|\.)mapping\.ya?ml$/i
const metaName = /meta\.json$/i

/** What a mapping file's name begins with: `calls` of `calls.mapping.yaml`, nothing of `mapping.yaml`. */
const toStem = ({ path }: ExportFile) => basename(path).replace(mappingName, '')

/** The mapping beside a file whose stem the file's name begins with; of several the one with the longest stem. */
function findMapping(file: ExportFile, beside: readonly ExportFile[]): ExportFile | undefined {
  const name = basename(file.path)
  return beside
    .filter((mapping) => name.startsWith(toStem(mapping)))
    .sort((a, b) => toStem(b).length - toStem(a).length)[0]
}

/** The file that a `meta.json`, or `NAME-meta.json`, describes: `data.parquet`, or `NAME-data.parquet`. */
const toBlockPath = ({ path }: ExportFile) => path.replace(metaName, 'data.parquet')

/** Files of a Tempo block that hold no rows. */
const isBlockHelper = (file: ExportFile, blocks: ReadonlySet<string>) =>
  blocks.has(dirname(file.path)) &&
  /^(?:bloom-\d+|index|nonces|meta\.compacted\.json)$/.test(basename(file.path))

function toFileUnits(files: readonly ExportFile[]): readonly ExportUnit[] {
  const paths = new Set(files.map(({ path }) => path))
  const metas = new Map(
    files
      .filter((file) => metaName.test(file.path) && paths.has(toBlockPath(file)))
      .map((file) => [toBlockPath(file), file]),
  )
  const described = new Set([...metas.values()].map(({ path }) => path))
  const blocks = new Set([...metas.keys()].map((path) => dirname(path)))
  const mappings = Map.groupBy(
    files.filter(({ path }) => mappingName.test(basename(path))),
    ({ path }) => dirname(path),
  )
  const used = new Set<ExportFile>()
  const units = files
    .filter(
      (file) =>
        !described.has(file.path) && !mappingName.test(basename(file.path)) && !isBlockHelper(file, blocks),
    )
    .map((file) => {
      const mapping = findMapping(file, mappings.get(dirname(file.path)) ?? [])
      if (mapping) used.add(mapping)
      return toUnit({ path: file.path, files: [file], isFolder: false, meta: metas.get(file.path), mapping })
    })
  const idle = [...mappings.values()].flat().filter((mapping) => !used.has(mapping))
  return [
    ...units,
    ...idle.map((mapping) => toUnit({ path: mapping.path, files: [], isFolder: false, mapping })),
  ]
}

const byPath = (a: ExportUnit, b: ExportUnit) => (a.path < b.path ? -1 : 1)

/** What lies in the drop folder, sorted by path. A mapping that fits no file is a unit without files. */
export function toUnits(files: readonly ExportFile[]): readonly ExportUnit[] {
  const folders = findTableFolders(files)
  const inFolders = new Set(folders.flatMap((folder) => folder.files))
  return [
    ...folders.map(({ path, files: members }) => toUnit({ path, files: members, isFolder: true })),
    ...toFileUnits(files.filter((file) => !inFolders.has(file))),
  ].sort(byPath)
}

/** All units below the drop folder. Throws what the operating system says of a folder that can't be listed. */
export const findExportUnits = (folder: string): readonly ExportUnit[] => toUnits(findExportFiles(folder))
