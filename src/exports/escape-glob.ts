/** A path that matches itself only, where DuckDB would read `*`, `?` and `[` of a file's or folder's name as a pattern. */
export const escapeGlob = (path: string): string => path.replaceAll(/[*?[]/g, '[$&]')
