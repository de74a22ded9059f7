import { statSync } from 'node:fs'
import { join } from 'node:path'
import { emptyManifest, listIndexFiles, type Manifest, readManifest } from '../manifest.ts'

function isWhole(lakeDir: string, file: string, bytes?: number): boolean {
  try {
    const { size } = statSync(join(lakeDir, file))
    return bytes === undefined || size === bytes
  } catch {
    return false
  }
}

const hasAllFiles = (lakeDir: string, { partitions, sources }: Manifest): boolean =>
  partitions.every(({ file, bytes }) => isWhole(lakeDir, file, bytes)) &&
  listIndexFiles(sources).every((file) => isWhole(lakeDir, file))

/**
 * The published state for the one who writes the next: the empty one, so that all is built anew, where it was built by
 * another recogniser, which might read the same files otherwise, or where a file that it names is missing or not as long
 * as it was. Readers need not look: they meet the fault, and the next sync mends it.
 */
export async function readSoundManifest(lakeDir: string, recogniser: string): Promise<Manifest> {
  const manifest = await readManifest(lakeDir)
  const { generation, nextSource } = manifest
  const isSound = generation === 0 || (manifest.recogniser === recogniser && hasAllFiles(lakeDir, manifest))
  return isSound ? manifest : { ...emptyManifest, generation, nextSource }
}
