import type { FileHandle } from 'node:fs/promises'
import type { Ends } from './format.ts'

const endBytes = 64

/** Reads the ends of an open file and closes it. */
export async function readEnds(file: FileHandle): Promise<Ends> {
  try {
    const { size } = await file.stat()
    const read = async (position: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(endBytes), 0, endBytes, position)
      return buffer.subarray(0, bytesRead)
    }
    return { size, head: await read(0), tail: await read(Math.max(0, size - endBytes)) }
  } finally {
    await file.close()
  }
}
