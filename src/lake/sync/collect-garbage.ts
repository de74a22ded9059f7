import { readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Log } from '../../core/log.ts'
import { listIndexFiles, type Manifest, manifestName } from '../manifest.ts'

const filesOf = ({ partitions, sources }: Manifest): readonly string[] => [
  ...partitions.map(({ file }) => file),
  ...listIndexFiles(sources),
]

const isOurs = (name: string) =>
  name.endsWith('.parquet') || (name.startsWith(`${manifestName}.`) && name.endsWith('.tmp'))

/**
 * Removes every data file that the manifest doesn't name (replaced ones and crash leftovers) and manifests that were
 * never published, so that a pattern over a table's folder finds each row once. A reader in the middle of the earlier
 * state meets a missing file and reads the new state. Call it only while holding the lake's lock.
 */
export async function collectGarbage(lakeDir: string, manifest: Manifest, log: Log): Promise<void> {
  const wanted = new Set(filesOf(manifest))
  const entries = await readdir(lakeDir, { recursive: true, withFileTypes: true })
  const unwanted = entries
    .filter((entry) => entry.isFile() && isOurs(entry.name))
    .map((entry) => relative(lakeDir, join(entry.parentPath, entry.name)))
    .filter((file) => !wanted.has(file.split(sep).join('/')) && !file.startsWith(`work${sep}`))
  for (const file of unwanted) {
    await rm(join(lakeDir, file), { force: true }).catch((error: unknown) =>
      log.warn(`cannot remove ${file}: ${error}`),
    )
  }
}
