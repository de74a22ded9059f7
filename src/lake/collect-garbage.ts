import { readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Log } from '../core/log.ts'
import { type Manifest, manifestName } from './manifest.ts'

/** How long a replaced file stays for readers that still hold the state which named it. */
const graceMs = 15 * 60 * 1000

const filesOf = ({ partitions, sources }: Manifest): readonly string[] => [
  ...partitions.map(({ file }) => file),
  ...sources.flatMap(({ index }) => (index ? [index] : [])),
]

/** The files that the next state no longer names but that stay a while: path → time of replacement. */
export function supersede(old: Manifest, next: Manifest, nowMs: number): Readonly<Record<string, number>> {
  const used = new Set(filesOf(next))
  const replaced = filesOf(old).map((file) => [file, nowMs] as const)
  return Object.fromEntries(
    [...replaced, ...Object.entries(old.superseded)].filter(
      ([file, at]) => !used.has(file) && nowMs - at < graceMs,
    ),
  )
}

const isOurs = (name: string) =>
  name.endsWith('.parquet') || (name.startsWith(`${manifestName}.`) && name.endsWith('.tmp'))

/**
 * Removes every data file that the manifest names neither as used nor as superseded, expired ones and crash leftovers,
 * and manifests that were never published. Call it only while holding the lake's lock.
 */
export async function collectGarbage(lakeDir: string, manifest: Manifest, log: Log): Promise<void> {
  const wanted = new Set([...filesOf(manifest), ...Object.keys(manifest.superseded)])
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
