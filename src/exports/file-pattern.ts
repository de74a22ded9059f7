/**
 * DuckDB reads each file name as a pattern. This one matches a path itself only; undefined where there is none,
 * as DuckDB takes a backslash beside a pattern's characters for a separator.
 * Source: DuckDB documentation, "File Globbing" (bracket expressions).
 */
export function toFilePattern(path: string): string | undefined {
  if (!/[*?[]/.test(path)) return path
  return path.includes('\\') ? undefined : path.replaceAll(/[*?[]/g, '[$&]')
}
