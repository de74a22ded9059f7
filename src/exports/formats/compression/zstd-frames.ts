import type { FileHandle } from 'node:fs/promises'
import { readAt } from '../read-at.ts'
import { toCutOff, toIllFormed } from './compression-errors.ts'

/** Where a piece of a file lies: from its first byte to before its last. */
export type Span = Readonly<{ start: number; end: number }>

const magic = 0xfd2fb528

/** Sixteen magics stand for frames that readers pass over. */
const isSkippable = (word: number) => word >>> 4 === 0x184d2a5

/** Bytes of a frame's header behind the magic, by its first byte: window, dictionary id and content size may be absent. */
function countHeader(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const content = sizeFlag === 0 ? Number(isSingle) : 2 ** sizeFlag
  return 1 + Number(!isSingle) + dictionary + content
}

/** A block of repeated bytes holds one, whatever size it stands for. */
const countBlock = (header: number) => (((header >> 1) & 3) === 1 ? 1 : header >> 3)

async function readWhole(file: FileHandle, position: number, count: number): Promise<Buffer> {
  const bytes = await readAt(file, position, count)
  if (bytes.length < count) throw toCutOff()
  return bytes
}

/** Where the frame that starts there ends, by its block headers. */
async function findEnd(file: FileHandle, start: number): Promise<number> {
  const descriptor = (await readWhole(file, start + 4, 1)).readUInt8()
  let position = start + 4 + countHeader(descriptor)
  for (;;) {
    const header = (await readWhole(file, position, 3)).readUIntLE(0, 3)
    position += 3 + countBlock(header)
    if (header & 1) return position + ((descriptor & 4) !== 0 ? 4 : 0)
  }
}

/**
 * The frames of a zstd file that hold data, in order: Node's own decompression ends after the first one.
 * Throws `unreadable_file` where the last is cut off, or something else follows. Source: RFC 8878, section 3.1.
 */
export async function findZstdFrames(file: FileHandle, size: number): Promise<readonly Span[]> {
  const frames: Span[] = []
  for (let start = 0; start < size; ) {
    const word = (await readWhole(file, start, 4)).readUInt32LE()
    if (word !== magic && !isSkippable(word)) throw toIllFormed()
    const end = isSkippable(word)
      ? start + 8 + (await readWhole(file, start + 4, 4)).readUInt32LE()
      : await findEnd(file, start)
    if (end > size) throw toCutOff()
    if (word === magic) frames.push({ start, end })
    start = end
  }
  return frames
}
