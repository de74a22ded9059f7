import type { FileHandle } from 'node:fs/promises'
import type { Ends } from './format.ts'
import { readAt } from './read-at.ts'

const endBytes = 1024

/** Reads the ends of an open file and closes it. */
export async function readEnds(file: FileHandle): Promise<Ends> {
  try {
    const { size } = await file.stat()
    return {
      size,
      head: await readAt(file, 0, endBytes),
      tail: await readAt(file, Math.max(0, size - endBytes), endBytes),
    }
  } finally {
    await file.close()
  }
}
