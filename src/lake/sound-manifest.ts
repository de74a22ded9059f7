import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyManifest, type Manifest, readManifest } from './manifest.ts'

async function isWhole(lakeDir: string, file: string, bytes?: number): Promise<boolean> {
  const found = await stat(join(lakeDir, file)).catch(() => undefined)
  return found !== undefined && (bytes === undefined || found.size === bytes)
}

/**
 * The published state for the one who writes the next: the empty one, so that all is built anew, where a file
 * that it names is missing or not as long as it was. Readers need not look: they meet the fault, and the next sync mends it.
 */
export async function readSoundManifest(lakeDir: string): Promise<Manifest> {
  const manifest = await readManifest(lakeDir)
  const checks = [
    ...manifest.partitions.map(({ file, bytes }) => isWhole(lakeDir, file, bytes)),
    ...manifest.sources.flatMap(({ index }) => (index ? [isWhole(lakeDir, index)] : [])),
  ]
  const isSound = (await Promise.all(checks)).every(Boolean)
  return isSound ? manifest : { ...emptyManifest, generation: manifest.generation }
}
