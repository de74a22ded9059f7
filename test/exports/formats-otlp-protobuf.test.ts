import { readdir } from 'node:fs/promises'
import { zstdCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})
afterAll(() => world.close())

/** Protobuf by hand: a second implementation, so that the decoder is not tested with itself. */
function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}
const tag = (number: number, wire: number) => varint(BigInt(number * 8 + wire))
const int = (number: number, value: bigint | number) => Buffer.concat([tag(number, 0), varint(BigInt(value))])
const len = (number: number, ...parts: readonly (string | Buffer)[]) => {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  return Buffer.concat([tag(number, 2), varint(BigInt(bytes.length)), bytes])
}
function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return Buffer.concat([tag(number, 1), bytes])
}
function double(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(number, 1), bytes])
}
function fixed32(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return Buffer.concat([tag(number, 5), bytes])
}
const hex = (text: string) => Buffer.from(text, 'hex')
const attribute = (number: number, key: string, ...value: readonly Buffer[]) =>
  len(number, len(1, key), len(2, ...value))

const traceId = '0123456789abcdef0123456789abcdef'
const spanId = '00f067aa0ba902b7'
const start = 1_777_629_600_000_000_001n

const span = (...more: readonly Buffer[]) =>
  Buffer.concat([
    len(1, hex(traceId)),
    len(2, hex(spanId)),
    len(5, 'GET /'),
    fixed64(7, start),
    fixed64(8, start + 5n),
    ...more,
  ])
const bareSpan = {
  traceId,
  spanId,
  name: 'GET /',
  startTimeUnixNano: String(start),
  endTimeUnixNano: String(start + 5n),
}

const resource = len(1, attribute(1, 'service.name', len(1, 'shop')))
const scope = len(1, len(1, 'lib'), len(2, '1.2'))
const batch = (...records: readonly Buffer[]) =>
  len(1, resource, len(2, scope, ...records.map((record) => len(2, record))))
const jsonBatch = (...records: readonly object[]) => [
  {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
    scopeSpans: [{ scope: { name: 'lib', version: '1.2' }, spans: records }],
  },
]

const log = (...more: readonly Buffer[]) => Buffer.concat([fixed64(1, start), int(2, 9), ...more])

/** What a file holds, as OTLP JSON; one batch for each row. */
async function readBatches(
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

describe('OTLP protobuf', () => {
  it('gives a span with all its fields', async () => {
    const full = span(
      len(3, 'a=b'),
      len(4, hex('ffffffffffffffff')),
      int(6, 2),
      attribute(9, 'text', len(1, 'Ä 日本 🎧')),
      attribute(9, 'empty', len(1, '')),
      attribute(9, 'no', int(2, 0)),
      attribute(9, 'yes', int(2, 1)),
      attribute(9, 'least', int(3, -(2n ** 63n))),
      attribute(9, 'most', int(3, 2n ** 63n - 1n)),
      attribute(9, 'zero', int(3, 0)),
      attribute(9, 'real', double(4, -1.5)),
      attribute(9, 'nan', double(4, Number.NaN)),
      attribute(9, 'list', len(5, len(1, len(1, 'x')), len(1, int(3, 7)))),
      attribute(9, 'map', len(6, attribute(1, 'k', len(1, 'v')))),
      attribute(9, 'bytes', len(7, hex('00ff10'))),
      attribute(9, 'none'),
      int(10, 3),
      len(11, fixed64(1, start + 1n), len(2, 'event'), attribute(3, 'n', int(3, 1)), int(4, 9)),
      len(11, len(2, 'second')),
      int(12, 1),
      len(
        13,
        len(1, hex(traceId)),
        len(2, hex(spanId)),
        len(3, 'c=d'),
        attribute(4, 'l', int(2, 1)),
        fixed32(6, 257),
      ),
      len(15, len(2, 'bad'), int(3, 2)),
      fixed32(16, 1),
    )
    expect(await readBatches(batch(full))).toEqual(
      jsonBatch({
        ...bareSpan,
        traceState: 'a=b',
        parentSpanId: 'ffffffffffffffff',
        kind: 2,
        attributes: [
          { key: 'text', value: { stringValue: 'Ä 日本 🎧' } },
          { key: 'empty', value: { stringValue: '' } },
          { key: 'no', value: { boolValue: false } },
          { key: 'yes', value: { boolValue: true } },
          { key: 'least', value: { intValue: '-9223372036854775808' } },
          { key: 'most', value: { intValue: '9223372036854775807' } },
          { key: 'zero', value: { intValue: '0' } },
          { key: 'real', value: { doubleValue: -1.5 } },
          { key: 'nan', value: { doubleValue: 'NaN' } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '7' }] } } },
          { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } } },
          { key: 'bytes', value: { bytesValue: 'AP8Q' } },
          { key: 'none', value: {} },
        ],
        events: [
          {
            timeUnixNano: String(start + 1n),
            name: 'event',
            attributes: [{ key: 'n', value: { intValue: '1' } }],
          },
          { name: 'second' },
        ],
        links: [
          {
            traceId,
            spanId,
            traceState: 'c=d',
            attributes: [{ key: 'l', value: { boolValue: true } }],
            flags: 257,
          },
        ],
        status: { message: 'bad', code: 2 },
        flags: 1,
      }),
    )
  })

  it('gives log records with all their fields', async () => {
    const full = log(
      len(3, 'INFO'),
      len(5, len(1, 'hello')),
      attribute(6, 'k', len(1, 'v')),
      int(7, 2),
      fixed32(8, 1),
      len(9, hex(traceId)),
      len(10, hex(spanId)),
      fixed64(11, start + 2n),
      len(12, 'started'),
    )
    expect(await readBatches(batch(full), 'resourceLogs')).toEqual([
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          {
            scope: { name: 'lib', version: '1.2' },
            logRecords: [
              {
                timeUnixNano: String(start),
                severityNumber: 9,
                severityText: 'INFO',
                body: { stringValue: 'hello' },
                attributes: [{ key: 'k', value: { stringValue: 'v' } }],
                flags: 1,
                traceId,
                spanId,
                observedTimeUnixNano: String(start + 2n),
                eventName: 'started',
              },
            ],
          },
        ],
      },
    ])
  })

  it('passes over fields that it does not know, and those of another wire type', async () => {
    const odd = span(int(99, 5), len(98, 'new'), fixed64(97, 1n), fixed32(96, 1), int(1, 7), len(6, 'kind'))
    expect(await readBatches(Buffer.concat([batch(odd), len(2, 'dictionary')]))).toEqual(jsonBatch(bareSpan))
  })

  it('finds the resource and the scope behind what they hold, and does without them', async () => {
    const behind = len(1, len(2, len(2, span()), scope), resource)
    expect(await readBatches(behind)).toEqual(jsonBatch(bareSpan))
    expect(await readBatches(len(1, len(2, len(2, span()))))).toEqual([
      { scopeSpans: [{ spans: [bareSpan] }] },
    ])
  })

  it('keeps every record of batches and scopes, however many', async () => {
    const many = Array.from({ length: 1201 }, (_, i) => span(int(6, i)))
    const content = Buffer.concat([batch(...many), batch(), len(1, resource), batch(span())])
    const batches = (await readBatches(content)) as ReturnType<typeof jsonBatch>
    const kinds = batches.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map((one) => (one as { kind?: number }).kind)),
    )
    expect(kinds).toEqual([...many.keys(), undefined].map((kind) => kind))
  })

  it('has texts that are not UTF-8 with marks in place of the bytes', async () => {
    const odd = span(attribute(9, 'k', len(1, hex('61ff62'))))
    expect(await readBatches(batch(odd))).toEqual(
      jsonBatch({ ...bareSpan, attributes: [{ key: 'k', value: { stringValue: 'a\uFFFDb' } }] }),
    )
  })
})

describe('a file of OTLP protobuf', () => {
  const plain = batch(span())

  it.each(['traces.pb', 'x.binpb', 'x.BIN', 'x.otlp', 'traces', 'x.json', 'x.data'])(
    'may have the name %s',
    async (name) => {
      expect(await readBatches(plain, 'resourceSpans', name)).toEqual(jsonBatch(bareSpan))
    },
  )

  const frame = (message: Buffer, order: 'BE' | 'LE' = 'BE') => {
    const length = Buffer.alloc(4)
    if (order === 'BE') length.writeUInt32BE(message.length)
    else length.writeUInt32LE(message.length)
    return Buffer.concat([length, message])
  }
  const jsonMessage = Buffer.from(JSON.stringify({ resourceSpans: jsonBatch(bareSpan) }))
  const three = [...jsonBatch(bareSpan), ...jsonBatch(bareSpan), ...jsonBatch(bareSpan)]

  it.each([
    ['protobuf, lengths in big-endian', [frame(plain), frame(plain), frame(plain)]],
    ['protobuf, lengths in little-endian', [plain, plain, plain].map((message) => frame(message, 'LE'))],
    ['protobuf under zstd', [plain, plain, plain].map((message) => frame(zstdCompressSync(message)))],
    ['JSON', [frame(jsonMessage), frame(jsonMessage), frame(jsonMessage)]],
    [
      'JSON under zstd',
      [jsonMessage, jsonMessage, jsonMessage].map((message) => frame(zstdCompressSync(message))),
    ],
    [
      'protobuf, one of them without bytes',
      [frame(plain), frame(Buffer.alloc(0)), frame(plain), frame(plain)],
    ],
    ['protobuf with several batches', [frame(Buffer.concat([plain, plain])), frame(plain)]],
  ])('may be messages after their lengths: %s', async (_, frames) => {
    expect(await readBatches(Buffer.concat(frames))).toEqual(three)
  })

  it('may be compressed as a whole', async () => {
    expect(await readBatches(gzipSync(plain), 'resourceSpans', 'x.pb.gz')).toEqual(jsonBatch(bareSpan))
    expect(await readBatches(zstdCompressSync(Buffer.concat([frame(plain), frame(plain)])))).toHaveLength(2)
  })

  it('may be larger than what is read of it at a time', async () => {
    const large = batch(span(attribute(9, 'k', len(1, 'x'.repeat(300_000)))))
    expect(await readBatches(Buffer.concat([large, plain, large]))).toHaveLength(3)
    expect(
      await readBatches(Buffer.concat([large, plain, large].map((message) => frame(message)))),
    ).toHaveLength(3)
  })

  it('is not what JSON with a blank line before it is', async () => {
    expect(await world.read(`\n{\n  "a": 1,\n  "b": "${'x'.repeat(150)}"\n}\n`)).toMatchObject([{ a: '1' }])
  })

  it.each([
    [
      'ids and no times',
      Buffer.concat([len(1, hex(traceId)), len(2, hex(spanId)), len(5, 'x')]),
      'resourceSpans',
    ],
    ['a start only', fixed64(7, start), 'resourceSpans'],
    ['a time when it was observed', fixed64(11, start), 'resourceLogs'],
    ['a severity', Buffer.concat([int(2, 9), len(5, len(1, 'x'))]), 'resourceLogs'],
    ['a body only', len(5, len(1, 'x')), 'resourceLogs'],
  ])('is told for spans or logs by a record with %s', async (_, record, column) => {
    expect(await readBatches(batch(record), column)).toHaveLength(1)
  })

  it('is told by the first record that tells, not by an empty one', async () => {
    expect(await readBatches(batch(Buffer.alloc(0), log()), 'resourceLogs')).toHaveLength(1)
  })
})

describe('OTLP protobuf is set aside', () => {
  const plain = batch(span(), span())
  const cut = 'The file is incomplete: its last message is cut off.'
  const foreign = 'It is not OTLP protobuf throughout.'
  const damaged = 'Its protobuf is damaged, or no OTLP.'
  const metrics = 'It holds metrics or profiles, no spans and no logs.'
  const framed = Buffer.concat([Buffer.from([0, 0, 0, plain.length]), plain])
  const nested = (levels: number): Buffer => {
    let value = len(1, 'x')
    for (let i = 0; i < levels; i++) value = len(5, len(1, value))
    return value
  }

  it.each<readonly [string, Buffer, string]>([
    ['cut off', plain.subarray(0, -3), cut],
    ['cut off in a second batch', Buffer.concat([plain, plain.subarray(0, 20)]), cut],
    ['cut off after a length', Buffer.concat([framed, Buffer.from([0, 0])]), cut],
    ['cut off in a second message', Buffer.concat([framed, framed.subarray(0, -1)]), cut],
    ['with something else behind', Buffer.concat([plain, Buffer.from('garbage and more')]), foreign],
    ['with an absurd length behind', Buffer.concat([plain, tag(1, 2), varint(2n ** 31n)]), foreign],
    [
      'with a record whose length is too large',
      batch(span(), Buffer.concat([tag(1, 2), varint(500n)])),
      damaged,
    ],
    ['with a record of no tags', batch(span(), Buffer.from([0, 0, 0])), damaged],
    ['with a time that is cut off', batch(span(), Buffer.from([0x39, 1, 2])), damaged],
    ['with a number without end', batch(span(), Buffer.from([0x30, ...Array(12).fill(0xff)])), damaged],
    ['nested far too deep', batch(span(attribute(9, 'k', nested(5000)))), damaged],
    [
      'of gauges',
      batch(Buffer.concat([len(1, 'cpu'), len(2, 'use'), len(5, len(1, fixed64(3, start)))])),
      metrics,
    ],
    [
      'of metrics whose names are as long as ids',
      batch(Buffer.concat([len(1, 'sixteen.letters!'), len(2, 'about it'), len(7, int(2, 2))])),
      metrics,
    ],
    ['without records', Buffer.concat([batch(), len(1, resource)]), 'It holds no spans and no logs.'],
    [
      'with a message that is no zstd',
      Buffer.from([0, 0, 0, 12, 0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8]),
      'One of its messages is not readable as zstd.',
    ],
  ])('%s', async (_, content, reason) => {
    expect(await world.refuse(content, 'x.pb')).toMatchObject({ code: 'unreadable_file', message: reason })
  })

  it('only beyond a hundred messages in each other', async () => {
    expect(await readBatches(batch(span(attribute(9, 'k', nested(60)))))).toHaveLength(1)
  })

  it('where a name alone says that it is protobuf', async () => {
    expect(await world.refuse('some text', 'x.pb')).toMatchObject({ message: foreign })
    expect(await world.refuse(Buffer.alloc(50), 'x.bin')).toMatchObject({ code: 'unreadable_file' })
  })

  it.each([
    ['text', '\n\n\n# Heading\n\nand text'],
    ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['zeros', Buffer.alloc(5000)],
    ['an archive', Buffer.from('504b03041400000008000000', 'hex')],
  ])('and %s is no protobuf at all', async (_, content) => {
    expect(await world.refuse(content, 'thing')).toMatchObject({
      message: 'It is in no format that can be read.',
    })
  })
})

describe('the scratch folder', () => {
  it('takes what was decoded, under names of its own', async () => {
    const before = (await readdir(world.scratchDir)).length
    await world.read(batch(span()), 'same.pb')
    await world.read(batch(span()), 'same.pb')
    expect((await readdir(world.scratchDir)).length).toBe(before + 2)
  })
})
