import { readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { listIndexFiles, type Manifest, manifestName } from '../manifest.ts'

/** What a file of the lake's folder is for. `scratch` goes with the next import; `unnamed` belongs to no published state. */
export type FileUse = 'data' | 'index' | 'manifest' | 'lock' | 'scratch' | 'unnamed'

/** `file` is below the lake, with `/`. */
export type LakeFile = Readonly<{ file: string; bytes: number; use: FileUse }>

const isLock = (file: string) => /^lock(-\d+)?\.duckdb/.test(file)

/** A file may go between being listed and being looked at, while another process imports. */
function readSize(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

function listPaths(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Every file of the lake's folder with its use in a published state; none where the folder is absent. */
export function listLakeFiles(lakeDir: string, manifest: Manifest): readonly LakeFile[] {
  const data = new Set(manifest.partitions.map(({ file }) => file))
  const indexes = new Set(listIndexFiles(manifest.sources))
  const toUse = (file: string): FileUse => {
    if (data.has(file)) return 'data'
    if (indexes.has(file)) return 'index'
    if (file === manifestName) return 'manifest'
    if (isLock(file)) return 'lock'
    return file.startsWith('work/') ? 'scratch' : 'unnamed'
  }
  return listPaths(lakeDir).flatMap((path) => {
    const bytes = readSize(path)
    const file = relative(lakeDir, path).split(sep).join('/')
    return bytes === undefined ? [] : [{ file, bytes, use: toUse(file) }]
  })
}
