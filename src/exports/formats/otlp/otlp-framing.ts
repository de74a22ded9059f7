import type { Span } from '../compression/zstd-frames.ts'
import type { ReadAt } from '../read-at.ts'

/** One message is held in memory. */
export const longestMessage = 2 ** 28

const zstdMagic = 0xfd2fb528

export const isZstd = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32LE() === zstdMagic

/** What a message begins with: its first batch, JSON, or a zstd frame. */
export const isMessageStart = (bytes: Buffer): boolean =>
  bytes[0] === 0x0a || bytes[0] === 0x7b || isZstd(bytes)

/** How far a file consists of messages: whole, cut off in one, or not. */
type Walk = Readonly<{ state: 'whole' | 'cut' | 'foreign'; messages: readonly Span[] }>

/** Where the next message lies, with its last byte perhaps beyond the file; undefined where there is none. */
type FindNext = (read: ReadAt, position: number) => Promise<(Span & Readonly<{ next: number }>) | undefined>

/** The length of a message stands before it, as the collector's file exporter writes it. */
const afterLength =
  (order: 'BE' | 'LE'): FindNext =>
  async (read, position) => {
    const head = await read(position, 8)
    if (head.length < 4) return { start: position, end: position + 4, next: position + 4 }
    const length = order === 'BE' ? head.readUInt32BE() : head.readUInt32LE()
    const start = position + 4
    if (length > longestMessage || (length > 0 && head.length > 4 && !isMessageStart(head.subarray(4))))
      return undefined
    return { start, end: start + length, next: start + length }
  }

/** A message's batches, each with its tag a message of its own. */
const asFields: FindNext = async (read, position) => {
  const head = await read(position, 6)
  if (((head[0] ?? 0) & 7) !== 2 || (head[0] ?? 0) < 8 || (head[0] ?? 0) > 0x7f) return undefined
  const last = head.findIndex((byte, i) => i > 0 && byte < 0x80)
  if (last < 0)
    return head.length < 6 ? { start: position, end: position + 6, next: position + 6 } : undefined
  const length = head.subarray(1, last + 1).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0)
  const end = position + last + 1 + length
  return length > longestMessage ? undefined : { start: position, end, next: end }
}

async function walk(read: ReadAt, size: number, findNext: FindNext): Promise<Walk> {
  const messages: Span[] = []
  for (let position = 0; position < size; ) {
    const found = await findNext(read, position)
    if (!found) return { state: 'foreign', messages }
    if (found.end > size) return { state: 'cut', messages }
    messages.push({ start: found.start, end: found.end })
    position = found.next
  }
  return { state: 'whole', messages }
}

const framings: readonly FindNext[] = [afterLength('BE'), afterLength('LE'), asFields]

/**
 * The messages of a file, each after its length, or a single one that is taken apart into its batches; the first way in which
 * they fill the file. Where none does, whether one would, were the file longer.
 * Source: opentelemetry-collector-contrib, exporter/fileexporter, README.md and file_writer.go.
 */
export async function findMessages(read: ReadAt, size: number): Promise<Walk> {
  let best: Walk = { state: 'foreign', messages: [] }
  for (const framing of framings) {
    const found = await walk(read, size, framing)
    if (found.state === 'whole') return found
    if (found.state === 'cut') best = found
  }
  return best
}
