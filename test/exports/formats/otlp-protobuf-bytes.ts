import { expect } from 'vitest'
import type { FormatWorld } from './format-world.ts'
/** Protobuf by hand: a second implementation, so that the decoder is not tested with itself. */
export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

export const tag = (number: number, wire: number) => varint(BigInt(number * 8 + wire))

export const int = (number: number, value: bigint | number) =>
  Buffer.concat([tag(number, 0), varint(BigInt(value))])

export const len = (number: number, ...parts: readonly (string | Buffer)[]) => {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  return Buffer.concat([tag(number, 2), varint(BigInt(bytes.length)), bytes])
}

export function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return Buffer.concat([tag(number, 1), bytes])
}

export const hex = (text: string) => Buffer.from(text, 'hex')

export const attribute = (number: number, key: string, ...value: readonly Buffer[]) =>
  len(number, len(1, key), len(2, ...value))

export const traceId = '0123456789abcdef0123456789abcdef'

export const spanId = '00f067aa0ba902b7'

export const start = 1_777_629_600_000_000_001n

export const span = (...more: readonly Buffer[]) =>
  Buffer.concat([
    len(1, hex(traceId)),
    len(2, hex(spanId)),
    len(5, 'GET /'),
    fixed64(7, start),
    fixed64(8, start + 5n),
    ...more,
  ])

export const bareSpan = {
  traceId,
  spanId,
  name: 'GET /',
  startTimeUnixNano: String(start),
  endTimeUnixNano: String(start + 5n),
}

export const resource = len(1, attribute(1, 'service.name', len(1, 'shop')))

export const scope = len(1, len(1, 'lib'), len(2, '1.2'))

export const batch = (...records: readonly Buffer[]) =>
  len(1, resource, len(2, scope, ...records.map((record) => len(2, record))))

export const jsonBatch = (...records: readonly object[]) => [
  {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
    scopeSpans: [{ scope: { name: 'lib', version: '1.2' }, spans: records }],
  },
]

export const log = (...more: readonly Buffer[]) => Buffer.concat([fixed64(1, start), int(2, 9), ...more])

/** What a file holds, as OTLP JSON; one batch for each row. */
export async function readBatches(
  world: FormatWorld,
  content: Buffer,
  column = 'resourceSpans',
  name?: string,
): Promise<readonly unknown[]> {
  const rows = await world.read(content, name)
  return rows.flatMap((row) => {
    expect(Object.keys(row)).toEqual([column])
    return JSON.parse(String(row[column])) as unknown[]
  })
}
