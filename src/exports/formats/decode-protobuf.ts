import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { JsonValue } from '../../core/json-value.ts'

type Scalar = Readonly<{ wire: WireType; read(reader: BinaryReader): JsonValue }>

const lengthDelimited = WireType.LengthDelimited

/** A number that JSON can't write is a text. */
const toNumber = (value: number): JsonValue => (Number.isFinite(value) ? value : String(value))

const toText = (bytes: Uint8Array, encoding: 'utf8' | 'hex' | 'base64') =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding)

const scalars = {
  text: { wire: lengthDelimited, read: (reader) => toText(reader.bytes(), 'utf8') },
  hex: { wire: lengthDelimited, read: (reader) => toText(reader.bytes(), 'hex') },
  base64: { wire: lengthDelimited, read: (reader) => toText(reader.bytes(), 'base64') },
  bool: { wire: WireType.Varint, read: (reader) => reader.bool() },
  int32: { wire: WireType.Varint, read: (reader) => reader.int32() },
  uint32: { wire: WireType.Varint, read: (reader) => reader.uint32() },
  int64: { wire: WireType.Varint, read: (reader) => String(reader.int64()) },
  fixed32: { wire: WireType.Bit32, read: (reader) => reader.fixed32() },
  fixed64: { wire: WireType.Bit64, read: (reader) => String(reader.fixed64()) },
  double: { wire: WireType.Bit64, read: (reader) => toNumber(reader.double()) },
} as const satisfies Readonly<Record<string, Scalar>>

/** One field of a message: its name in JSON, and how its value is written. A message is a function, as it may hold itself. */
export type Field = Readonly<{ name: string; kind: keyof typeof scalars | (() => Message); isList?: boolean }>

/** A message's fields by number; any other is passed over. */
export type Message = Readonly<Record<number, Field>>

/** Nested messages; a value in a list in a value counts three. */
const maxDepth = 200

/** A reader's own errors mean that bytes are no message; these too. */
const tooDeep = () => new Error(`messages nested beyond ${maxDepth}`)
const cutOff = () => new RangeError('a message that is cut off')

const toWire = ({ kind }: Field): WireType =>
  typeof kind === 'function' ? lengthDelimited : scalars[kind].wire

function readValue(reader: BinaryReader, { kind }: Field, depth: number): JsonValue {
  return typeof kind === 'function'
    ? decodeMessage(reader.bytes(), kind(), depth + 1)
    : scalars[kind].read(reader)
}

function join(before: JsonValue | undefined, value: JsonValue, { isList }: Field): JsonValue {
  if (!isList) return value
  if (!Array.isArray(before)) return [value]
  before.push(value)
  return before
}

/**
 * A message as the JSON that protobuf makes of it: 64-bit numbers as texts, enums as numbers, bytes as the table says. Of a field
 * that is there twice the last counts. Throws a plain Error where the bytes are no message.
 * Source: protobuf.dev, "Encoding" and "ProtoJSON Format".
 */
export function decodeMessage(bytes: Uint8Array, message: Message, depth = 0): Record<string, JsonValue> {
  if (depth > maxDepth) throw tooDeep()
  const reader = new BinaryReader(bytes)
  const values: Record<string, JsonValue> = {}
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const field = message[number]
    if (!field || toWire(field) !== wire) reader.skip(wire, number)
    else values[field.name] = join(values[field.name], readValue(reader, field, depth), field)
  }
  if (reader.pos > reader.len) throw cutOff()
  return values
}

/** One field as it lies in a message: its bytes without tag and length. */
export type RawField = Readonly<{ number: number; wire: WireType; bytes: Uint8Array }>

/** The fields of a message in their order, undecoded. Throws a plain Error where the bytes are no message. */
export function* listFields(bytes: Uint8Array): Generator<RawField> {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    yield { number, wire, bytes: wire === lengthDelimited ? reader.bytes() : reader.skip(wire, number) }
  }
}
