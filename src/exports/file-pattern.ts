import { unreadable } from './open-export.ts'

/**
 * DuckDB reads each file name as a pattern. This one matches a path itself only; undefined where there is none,
 * as DuckDB takes a backslash beside a pattern's characters for a separator.
 * Source: DuckDB documentation, "File Globbing" (bracket expressions).
 */
export function toFilePattern(path: string): string | undefined {
  if (!/[*?[]/.test(path)) return path
  return path.includes('\\') ? undefined : path.replaceAll(/[*?[]/g, '[$&]')
}

/** What an engine must be allowed to read to read a folder: itself, and as the pattern under which its files are read. */
export const toReadableFolders = (folder: string): readonly string[] => [
  folder,
  toFilePattern(folder) ?? folder,
]

/** The pattern of an export's path. Throws `unreadable_file` where there is none. */
export function getFilePattern(path: string): string {
  const pattern = toFilePattern(path)
  if (pattern !== undefined) return pattern
  throw unreadable(
    'Its path holds a backslash together with *, ? or [, which cannot be told from a pattern.',
    'Rename it.',
  )
}
