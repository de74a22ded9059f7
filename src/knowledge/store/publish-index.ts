import { existsSync } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type CurrentIndex, currentIndexFile } from './current-index.ts'

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Bytes of all files below a directory; 0 when it doesn't exist. */
export async function measureDirectory(directory: string): Promise<number> {
  if (!existsSync(directory)) return 0
  const sizes = await Promise.all((await listFiles(directory)).map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function syncFile(path: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await open(path, flags)
  await handle.sync().finally(() => handle.close())
}

/** Windows has no handle on a folder that could be flushed. */
const syncFolder = async (path: string) => {
  if (process.platform !== 'win32') await syncFile(path, 'r')
}

async function syncDirectory(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) await syncFile(path, 'r+')
    else if (entry.isDirectory()) await syncFolder(path)
  }
  await syncFolder(directory)
}

function findFreeName(index: string, base: string): string {
  let name = base
  for (let number = 2; existsSync(join(index, name)); number++) name = `${base}-${number}`
  return name
}

/** Replaces what is known of the index in force, in one step. */
export async function writeCurrentIndex(index: string, current: CurrentIndex): Promise<void> {
  const temporary = join(index, `${currentIndexFile}.tmp`)
  const handle = await open(temporary, 'w')
  await handle.writeFile(`${JSON.stringify(current, null, 2)}\n`)
  await handle.sync().finally(() => handle.close())
  await rename(temporary, join(index, currentIndexFile))
}

/**
 * Puts a finished build in force: flushes it, gives it its final name and replaces `current.json` in one step.
 * A crash before that step leaves the former index in force.
 */
export async function publishIndex(
  index: string,
  build: string,
  contentHash: string,
  facts: Omit<CurrentIndex, 'directory' | 'bytes'>,
): Promise<void> {
  await syncDirectory(join(index, build))
  const bytes = await measureDirectory(join(index, build))
  const directory = findFreeName(index, `index-${contentHash.slice(0, 16)}`)
  await rename(join(index, build), join(index, directory))
  await syncFolder(index)
  await writeCurrentIndex(index, { directory, bytes, ...facts })
  await syncFolder(index)
}

/** Removes abandoned builds and all indices but the one in force and the one before it, which a reader may hold. */
export async function removeOldIndices(index: string, current: CurrentIndex | undefined): Promise<void> {
  const kept = [current?.directory, current?.previous]
  const names = (await readdir(index)).filter((name) => /^(index|build)-/.test(name) && !kept.includes(name))
  for (const name of names) await rm(join(index, name), { recursive: true, force: true })
}
