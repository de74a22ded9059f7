import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** One file of the drop folder. Size and modification time stand for its content. */
export type ExportFile = Readonly<{
  /** Path below the drop folder, with `/`. */
  path: string
  size: number
  mtimeMs: number
}>

/** Tells a file's content from any other that was dropped: path, size and modification time. */
export const toFileKey = ({ path, size, mtimeMs }: ExportFile): string => `${path}\n${size}\n${mtimeMs}`

const isHidden = (path: string) =>
  path.split('/').some((part) => part.startsWith('.') || part.startsWith('_'))

/** Names that programs give to a copy or download in progress. */
const isUnfinished = (path: string) => /\.(part|partial|tmp|crdownload|download|filepart)$/i.test(path)

async function listPaths(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !isHidden(path) && !isUnfinished(path))
}

async function findFile(folder: string, path: string): Promise<ExportFile | undefined> {
  const found = await stat(join(folder, path)).catch(() => undefined)
  return found?.isFile() ? { path, size: found.size, mtimeMs: Math.trunc(found.mtimeMs) } : undefined
}

/**
 * All files below the drop folder, sorted by path; none where the folder is absent.
 * Names that begin with a dot or an underscore are skipped (system files, Spark markers), and those of copies in progress.
 */
export async function findExportFiles(folder: string): Promise<readonly ExportFile[]> {
  const paths = await listPaths(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const files = await Promise.all(paths.map((path) => findFile(folder, path)))
  return files.filter((file) => file !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1))
}
