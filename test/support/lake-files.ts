import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Manifest } from '../../src/lake/manifest.ts'

/** Every file below a lake's folder but its locks, in order. */
export async function listLakeFiles(lakeDir: string): Promise<readonly string[]> {
  const entries = await readdir(lakeDir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !/^lock(-\d)?\.duckdb$/.test(entry.name))
    .map((entry) => relative(lakeDir, join(entry.parentPath, entry.name)))
    .sort()
}

/** The files that a published state is made of, in order: what `listLakeFiles` gives where nothing was left behind. */
export const toNamedFiles = ({ partitions, sources }: Manifest): readonly string[] =>
  [
    ...new Set([
      'manifest.json',
      ...partitions.map(({ file }) => file),
      ...sources.flatMap(({ index }) => (index ? [index] : [])),
    ]),
  ].sort()
