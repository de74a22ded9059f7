import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { zstdDecompressSync } from 'node:zlib'
import { openExport, unreadable } from '../../open-export.ts'
import type { Span } from '../compression/zstd-frames.ts'
import { type Ends, type Format, isText } from '../format.ts'
import { json } from '../json/json.ts'
import { createWindow, type ReadAt } from '../read-at.ts'
import { readEnds } from '../read-ends.ts'
import { findMessages, isMessageStart, isZstd, longestMessage } from './otlp-framing.ts'
import { type OtlpState, toOtlpLines } from './otlp-lines.ts'

const isNamedProtobuf = (path: string) => /\.(?:pb|binpb|bin|otlp|proto|protobuf)$/i.test(path)

/** The first batch of a message, which begins with a resource, a scope or a schema. */
function isBatch(head: Buffer, size: number): boolean {
  const last = head.findIndex((byte, i) => i > 0 && byte < 0x80)
  if (head[0] !== 0x0a || last < 0 || last > 5) return false
  const length = head.subarray(1, last + 1).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0)
  return last + 1 + length <= size && [0x0a, 0x12, 0x1a].includes(head[last + 1] ?? 0)
}

function isFramed({ head, size }: Ends): boolean {
  if (head.length < 9 || !isMessageStart(head.subarray(4))) return false
  return [head.readUInt32BE(), head.readUInt32LE()].some((length) => length > 0 && length <= size - 4)
}

function toMessage(bytes: Buffer): Buffer {
  if (!isZstd(bytes)) return bytes
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: longestMessage })
  } catch (cause) {
    throw unreadable('One of its messages is not readable as zstd.', 'Export or copy it again.', cause)
  }
}

async function* decode(read: ReadAt, messages: readonly Span[]): AsyncGenerator<string> {
  const state: OtlpState = {}
  for (const { start, end } of messages) {
    if (start === end) continue
    const message = toMessage(await read(start, end - start))
    if (message[0] === 0x7b) yield `${message.toString('utf8')}\n`
    else yield* toOtlpLines(message, state)
  }
}

async function getMessages(read: ReadAt, size: number): Promise<readonly Span[]> {
  const { state, messages } = await findMessages(read, size)
  if (state === 'whole') return messages
  if (state === 'cut') {
    throw unreadable(
      'The file is incomplete: its last message is cut off.',
      'Wait for the copy to end, or copy it again.',
    )
  }
  throw unreadable('It is not OTLP protobuf throughout.', 'Export or copy it again.')
}

async function writeLines(file: FileHandle, size: number, path: string): Promise<void> {
  const read = createWindow(file)
  const messages = await getMessages(read, size)
  await pipeline(decode(read, messages), createWriteStream(path))
}

/**
 * OTLP in protobuf: TracesData and LogsData, or the requests of the same shape, alone or as the collector's file exporter frames
 * them, then also JSON or compressed by zstd message by message. It is written as OTLP JSON into the scratch folder and read there.
 */
export const otlpProtobuf: Format = {
  name: 'OTLP protobuf',
  matches: (ends, path) =>
    isFramed(ends) || (!isText(ends.head) && isBatch(ends.head, ends.size)) || isNamedProtobuf(path),
  open: async (place, file, { size }) => {
    await mkdir(place.scratchDir, { recursive: true })
    const path = `${randomUUID()}.jsonl`
    const whole = join(place.scratchDir, path)
    const handle = await openExport(place.exportsDir, file)
    await writeLines(handle, size, whole).finally(() => handle.close())
    const ends = await readEnds(await open(whole))
    if (ends.size === 0)
      throw unreadable('It holds no spans and no logs.', 'Export it again once there are some, or remove it.')
    return json.open({ ...place, exportsDir: place.scratchDir }, { ...file, path }, ends)
  },
}
