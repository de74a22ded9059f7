/**
 * Where a Parquet footer says of a time in nanoseconds that it is in UTC.
 * Source: the Thrift compact protocol, and `FileMetaData`, `SchemaElement` and `LogicalType` of the Parquet format.
 */

/** Types of the compact protocol. */
const isTrue = 1
const isFalse = 2
const list = 9
const set = 10
const map = 11
const struct = 12

/** Ids of the fields that lead to the flag, and of the unit that matters. */
const schemaField = 2
const logicalTypeField = 10
const timestampField = 8
const zoneField = 1
const unitField = 2
const nanosField = 3

/** Deeper than any footer is. */
const deepest = 12

type Field = Readonly<{ id: number; type: number; at: number }>

/** Reads through bytes; throws RangeError beyond their end and where nothing is that deep. */
class Reader {
  #at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  #readByte(): number {
    const byte = this.#bytes.readUInt8(this.#at)
    this.#at += 1
    return byte
  }

  #readVarint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#readByte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  #move(bytes: number): void {
    this.#at += bytes
  }

  /** Calls back for each field of the struct that begins here; what it does not read is passed over. */
  readStruct(onField: (field: Field) => boolean, depth = 0): void {
    if (depth > deepest) throw new RangeError('nested too deeply')
    for (let last = 0; ; ) {
      const at = this.#at
      const header = this.#readByte()
      if (header === 0) return
      const type = header & 0x0f
      const id = header < 0x10 ? this.#readZigzag() : last + (header >> 4)
      last = id
      if (!onField({ id, type, at })) this.#skip(type, depth)
    }
  }

  #readZigzag(): number {
    const value = this.#readVarint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  readListHeader(): Readonly<{ length: number; type: number }> {
    const header = this.#readByte()
    const short = header >> 4
    return { length: short === 15 ? this.#readVarint() : short, type: header & 0x0f }
  }

  #skipList(depth: number): void {
    const { length, type } = this.readListHeader()
    for (let i = 0; i < length; i++) {
      if (type === isTrue || type === isFalse) this.#move(1)
      else this.#skip(type, depth + 1)
    }
  }

  #skipMap(depth: number): void {
    const length = this.#readVarint()
    if (length === 0) return
    const types = this.#readByte()
    for (let i = 0; i < length; i++) {
      this.#skip(types >> 4, depth + 1)
      this.#skip(types & 0x0f, depth + 1)
    }
  }

  #skip(type: number, depth: number): void {
    if (type === isTrue || type === isFalse) return
    if (type === 3) this.#move(1)
    else if (type <= 6) this.#readVarint()
    else if (type === 7) this.#move(8)
    else if (type === 8) this.#move(this.#readVarint())
    else if (type === list || type === set) this.#skipList(depth)
    else if (type === map) this.#skipMap(depth)
    else if (type === struct) this.readStruct(() => false, depth + 1)
    else throw new RangeError('no such type')
  }
}

/** The flag's place in a `TimestampType`, if it is set and the unit is nanoseconds. */
function readTimestamp(reader: Reader): number | undefined {
  let flag: number | undefined
  let isNanos = false
  reader.readStruct(({ id, type, at }) => {
    if (id === zoneField && type === isTrue) flag = at
    if (id !== unitField || type !== struct) return false
    reader.readStruct((unit) => {
      isNanos ||= unit.id === nanosField
      return false
    })
    return true
  })
  return isNanos ? flag : undefined
}

function readLogicalType(reader: Reader, flags: number[]): void {
  reader.readStruct(({ id, type }) => {
    if (id !== timestampField || type !== struct) return false
    const flag = readTimestamp(reader)
    if (flag !== undefined) flags.push(flag)
    return true
  })
}

function readElements(reader: Reader, flags: number[]): void {
  const { length } = reader.readListHeader()
  for (let i = 0; i < length; i++) {
    reader.readStruct(({ id, type }) => {
      if (id !== logicalTypeField || type !== struct) return false
      readLogicalType(reader, flags)
      return true
    })
  }
}

/** Places in a footer of bytes whose lower half is 1, true, where a time in nanoseconds is in UTC; 2 would be false. Throws RangeError where it is damaged. */
export function findZoneFlags(footer: Buffer): readonly number[] {
  const flags: number[] = []
  const reader = new Reader(footer)
  reader.readStruct(({ id, type }) => {
    if (id !== schemaField || type !== list) return false
    readElements(reader, flags)
    return true
  })
  return flags
}

/** The byte in place of one of those. */
export const toUnzoned = (flag: number): number => (flag & 0xf0) | isFalse
