import { readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { type ExportFile, findExportFiles } from '../../exports/find-files.ts'
import { type ExportUnit, toUnits } from '../../exports/find-units.ts'

/** What a path stands for: the folder that counts as the drop folder, and the units below it that are meant. */
export type Inspected = Readonly<{ exportsDir: string; units: readonly ExportUnit[] }>

function toExportFile(exportsDir: string, whole: string): readonly ExportFile[] {
  const found = statSync(whole, { throwIfNoEntry: false })
  if (!found?.isFile()) return []
  const path = relative(exportsDir, whole).split(sep).join('/')
  return [{ path, size: found.size, mtimeMs: Math.trunc(found.mtimeMs) }]
}

const isWithin = (folder: string, path: string) => path.startsWith(folder + sep)

/**
 * The drop folder where the path lies in it; else the folder above its own, as the name of its own may tell which service
 * its rows are of.
 */
function findRoot(exportsDir: string, folder: string): string {
  if (isWithin(exportsDir, join(folder, 'x'))) return exportsDir
  const above = dirname(folder)
  return dirname(above) === above ? folder : above
}

const isOf = (unit: ExportUnit, path: string) =>
  [...unit.files, unit.meta, unit.mapping].some((file) => file?.path === path)

/** A file with what lies beside it; of a mapping every file that it is for. */
function inspectFile(exportsDir: string, whole: string): Inspected {
  const real = isWithin(exportsDir, whole) ? whole : realpathSync(whole)
  const folder = dirname(real)
  const root = findRoot(exportsDir, folder)
  const files = readdirSync(folder).flatMap((name) => toExportFile(root, join(folder, name)))
  const path = relative(root, real).split(sep).join('/')
  return { exportsDir: root, units: toUnits(files).filter((unit) => isOf(unit, path)) }
}

/** A folder that is one export, or every export below it. */
function inspectFolder(exportsDir: string, whole: string): Inspected {
  const root = whole === exportsDir ? exportsDir : findRoot(exportsDir, whole)
  const inner = relative(root, whole).split(sep).join('/')
  const files = findExportFiles(whole).map((file) => ({
    ...file,
    path: inner ? `${inner}/${file.path}` : file.path,
  }))
  return { exportsDir: root, units: toUnits(files) }
}

/** What is to be inspected at a path. Throws `not_found` where nothing is there that could be an export. */
export function findInspected(exportsDir: string, whole: string): Inspected {
  const isFolder = statSync(whole).isDirectory()
  const inspected = isFolder ? inspectFolder(exportsDir, whole) : inspectFile(exportsDir, whole)
  if (inspected.units.length > 0) return inspected
  throw new AppError({
    code: 'not_found',
    message: `${basename(whole)} is no export: ${isFolder ? 'no files are in it' : 'it only describes other files'}.`,
    next: 'Name a file that holds rows, or a folder of such files.',
  })
}
