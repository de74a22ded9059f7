import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One file of the drop folder. Size and modification time stand for its content. */
export type ExportFile = Readonly<{
  /** Path below the drop folder, with `/`. */
  path: string
  size: number
  mtimeMs: number
}>

/** System files and Spark's markers; but a Hive folder such as `_part_id=7` is data. */
const isHidden = (name: string) => name.startsWith('.') || (name.startsWith('_') && !name.includes('='))

/** Names that programs give to a copy or download in progress. */
const isUnfinished = (path: string) => /\.(part|partial|tmp|crdownload|download|filepart)$/i.test(path)

/** What lies in one folder; nothing in one that is absent, or gone by now. */
function listEntries(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Left to itself, Node goes down links to folders, and so round and round. */
function listPaths(folder: string, below = ''): readonly string[] {
  return listEntries(join(folder, below))
    .filter(({ name }) => !isHidden(name))
    .flatMap((entry) => {
      const path = `${below}${entry.name}`
      if (entry.isDirectory()) return listPaths(folder, `${path}/`)
      return (entry.isFile() || entry.isSymbolicLink()) && !isUnfinished(path) ? [path] : []
    })
}

/** A link that leads nowhere, in a circle or to a folder is no file; neither is one that is gone by now. */
function findFile(folder: string, path: string): readonly ExportFile[] {
  const found = readStats(join(folder, path))
  return found?.isFile() ? [{ path, size: found.size, mtimeMs: Math.trunc(found.mtimeMs) }] : []
}

function readStats(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

const byPath = (a: ExportFile, b: ExportFile) => (a.path < b.path ? -1 : 1)

/**
 * All files below the drop folder, sorted by path; none where the folder is absent.
 * Names that begin with a dot or an underscore are skipped (system files, Spark markers), and those of copies in progress.
 * It asks the system file by file and waits: for ten thousand files a third of the time that handing each to a thread takes.
 */
export const findExportFiles = (folder: string): readonly ExportFile[] =>
  listPaths(folder)
    .flatMap((path) => findFile(folder, path))
    .sort(byPath)
