import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { ExportFile } from '../../find-files.ts'
import { openExport } from '../../open-export.ts'
import type { Ends, ReadingPlace } from '../format.ts'
import { toCutOff, toIllFormed, toTooLarge } from './compression-errors.ts'
import { findZstdFrames, type Span } from './zstd-frames.ts'

type Compression = Readonly<{
  magic: readonly number[]
  /** The pieces of a file that are decompressed each on its own. */
  findPieces(file: FileHandle, size: number): Promise<readonly Span[]>
  createStream(): Transform
}>

const compressions: readonly Compression[] = [
  {
    magic: [0x1f, 0x8b],
    findPieces: async (_, size) => [{ start: 0, end: size }],
    createStream: createGunzip,
  },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], findPieces: findZstdFrames, createStream: createZstdDecompress },
]

/** What is left of the free space for everything else that is written meanwhile. */
const sparedShare = 0.1

const findCompression = ({ head }: Ends) =>
  compressions.find(({ magic }) => magic.every((byte, i) => head[i] === byte))

async function* bound(chunks: AsyncIterable<Buffer>, quota: { left: number }) {
  for await (const chunk of chunks) {
    quota.left -= chunk.length
    if (quota.left < 0) throw toTooLarge()
    yield chunk
  }
}

function toUnpackError(cause: NodeJS.ErrnoException): Error {
  if (cause.code === 'Z_BUF_ERROR') return toCutOff(cause)
  return /^(?:Z|ZSTD)_/.test(cause.code ?? '') ? toIllFormed(cause) : cause
}

/** The extension that a file has without that of its compression. */
const findExtension = (path: string) =>
  /\.[a-z0-9]+$/i.exec(path.replace(/\.(?:gz|gzip|zst|zstd)$/i, ''))?.[0] ?? ''

/** Writes a file decompressed to a path. */
async function decompress(file: FileHandle, size: number, compression: Compression, path: string) {
  const { bavail, bsize } = await statfs(dirname(path))
  const quota = { left: bavail * bsize * (1 - sparedShare) }
  for (const { start, end } of await compression.findPieces(file, size)) {
    await pipeline(
      createReadStream('', { fd: file, start, end: end - 1, autoClose: false }),
      compression.createStream(),
      (chunks: AsyncIterable<Buffer>) => bound(chunks, quota),
      createWriteStream(path, { flags: 'a' }),
    ).catch((cause: NodeJS.ErrnoException) => {
      throw toUnpackError(cause)
    })
  }
}

/**
 * Where the bytes of a compressed file are, decompressed into the scratch folder; undefined for one that is not compressed,
 * whatever its name. The decompressed file keeps the extension that the compressed one has beside its own. Throws `unreadable_file` where it
 * is cut off or damaged, or the disk could not hold it.
 */
export async function unpack(
  place: ReadingPlace,
  file: ExportFile,
  ends: Ends,
): Promise<Readonly<{ place: ReadingPlace; file: ExportFile }> | undefined> {
  const compression = findCompression(ends)
  if (!compression) return undefined
  await mkdir(place.scratchDir, { recursive: true })
  const name = `${randomUUID()}${findExtension(file.path)}`
  const handle = await openExport(place.exportsDir, file)
  try {
    await decompress(handle, ends.size, compression, join(place.scratchDir, name))
  } finally {
    await handle.close()
  }
  return { place: { ...place, exportsDir: place.scratchDir }, file: { ...file, path: name } }
}
