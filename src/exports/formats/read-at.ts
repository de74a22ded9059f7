import type { FileHandle } from 'node:fs/promises'

/** Reads bytes of a file from a position on; fewer where it ends before. */
export type ReadAt = (position: number, count: number) => Promise<Buffer>

export async function readAt(file: FileHandle, position: number, count: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(count), 0, count, position)
  return buffer.subarray(0, bytesRead)
}

const windowBytes = 2 ** 18

/** Reads a file here and there, mostly onwards, without asking the system for each few bytes. */
export function createWindow(file: FileHandle): ReadAt {
  let start = 0
  let window: Buffer = Buffer.alloc(0)
  return async (position, count) => {
    if (count > windowBytes) return readAt(file, position, count)
    if (position < start || position + count > start + window.length) {
      start = position
      window = await readAt(file, position, windowBytes)
    }
    return window.subarray(position - start, position - start + count)
  }
}
