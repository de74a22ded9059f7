const depthLimit = 64

type Cursor = { at: number; readonly bytes: Buffer }

/** The end of a list or map without a stated length. */
const end = Symbol('end')
type Item = string | typeof end

function take(cursor: Cursor, count: number): Buffer {
  if (cursor.at + count > cursor.bytes.length) throw new RangeError('the CBOR ends early')
  cursor.at += count
  return cursor.bytes.subarray(cursor.at - count, cursor.at)
}

/** What the five low bits of an item's first byte say: the value itself, or how many bytes after it hold the value. */
function readArgument(cursor: Cursor, low: number): bigint {
  if (low < 24) return BigInt(low)
  if (low > 27) throw new RangeError('a reserved CBOR length')
  return BigInt(`0x${take(cursor, 2 ** (low - 24)).toString('hex')}`)
}

function toHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 25) * (1024 + fraction)
}

const floats: Readonly<Record<number, (cursor: Cursor) => number>> = {
  25: (cursor) => toHalf(take(cursor, 2).readUInt16BE()),
  26: (cursor) => take(cursor, 4).readFloatBE(),
  27: (cursor) => take(cursor, 8).readDoubleBE(),
}

function readSimple(cursor: Cursor, low: number): Item {
  if (low === 31) return end
  if (low === 20 || low === 21) return String(low === 21)
  const read = floats[low]
  if (read) return JSON.stringify(read(cursor))
  readArgument(cursor, low)
  return 'null'
}

/** The bytes of a string; one without a stated length comes in pieces. */
function readBytes(cursor: Cursor, low: number): Buffer {
  if (low !== 31) return take(cursor, Number(readArgument(cursor, low)))
  const pieces: Buffer[] = []
  for (;;) {
    const first = take(cursor, 1)[0] ?? 0
    if (first === 0xff) return Buffer.concat(pieces)
    pieces.push(take(cursor, Number(readArgument(cursor, first & 31))))
  }
}

/** The items of a list, or of a map with its keys and values in turn. */
function readItems(cursor: Cursor, low: number, width: number, depth: number): string[] {
  const count = low === 31 ? undefined : Number(readArgument(cursor, low)) * width
  const items: string[] = []
  while (count === undefined || items.length < count) {
    const item = readItem(cursor, depth + 1)
    if (item === end) return items
    items.push(item)
  }
  return items
}

const toKey = (json: string) => (json.startsWith('"') ? json : JSON.stringify(json))

function toObject(items: readonly string[]): string {
  const members = items.flatMap((key, i) => (i % 2 ? [] : [`${toKey(key)}:${items[i + 1] ?? 'null'}`]))
  return `{${members.join(',')}}`
}

type Reader = (cursor: Cursor, low: number, depth: number) => Item

/** A reader for each major type, RFC 8949 section 3.1. */
const readers: readonly Reader[] = [
  (cursor, low) => String(readArgument(cursor, low)),
  (cursor, low) => String(-1n - readArgument(cursor, low)),
  (cursor, low) => JSON.stringify(readBytes(cursor, low).toString('base64')),
  (cursor, low) => JSON.stringify(readBytes(cursor, low).toString('utf8')),
  (cursor, low, depth) => `[${readItems(cursor, low, 1, depth).join(',')}]`,
  (cursor, low, depth) => toObject(readItems(cursor, low, 2, depth)),
  (cursor, low, depth) => {
    readArgument(cursor, low)
    return readItem(cursor, depth + 1)
  },
  readSimple,
]

function readItem(cursor: Cursor, depth: number): Item {
  if (depth > depthLimit) throw new RangeError('CBOR nested too deep')
  const first = take(cursor, 1)[0] ?? 0
  const read = readers[first >> 5]
  if (!read) throw new RangeError('no CBOR')
  return read(cursor, first & 31, depth)
}

/**
 * One CBOR value as JSON text: byte strings in base64, whole numbers digit by digit, what JSON has no form for as null.
 * Undefined for bytes that are no CBOR. Source: RFC 8949.
 */
export function toCborJson(bytes: Buffer): string | undefined {
  try {
    const cursor = { at: 0, bytes }
    const item = readItem(cursor, 0)
    return item === end || cursor.at < bytes.length ? undefined : item
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
