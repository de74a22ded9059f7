import { readdir } from 'node:fs/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'
import {
  attribute,
  bareSpan,
  batch,
  fixed64,
  hex,
  int,
  jsonBatch,
  len,
  log,
  readBatches,
  span,
  spanId,
  start,
  traceId,
} from './otlp-protobuf-bytes.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})

afterAll(() => world.close())

describe('a file of OTLP protobuf', () => {
  const plain = batch(span())

  it.each(['traces.pb', 'x.binpb', 'x.BIN', 'x.otlp', 'traces', 'x.json', 'x.data'])(
    'may have the name %s',
    async (name) => {
      expect(await readBatches(world, plain, 'resourceSpans', name)).toEqual(jsonBatch(bareSpan))
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
    expect(await readBatches(world, Buffer.concat(frames))).toEqual(three)
  })

  it('may be compressed as a whole', async () => {
    expect(await readBatches(world, gzipSync(plain), 'resourceSpans', 'x.pb.gz')).toEqual(jsonBatch(bareSpan))
    expect(
      await readBatches(world, zstdCompressSync(Buffer.concat([frame(plain), frame(plain)]))),
    ).toHaveLength(2)
  })

  it('may be larger than what is read of it at a time', async () => {
    const large = batch(span(attribute(9, 'k', len(1, 'x'.repeat(300_000)))))
    expect(await readBatches(world, Buffer.concat([large, plain, large]))).toHaveLength(3)
    expect(
      await readBatches(world, Buffer.concat([large, plain, large].map((message) => frame(message)))),
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
    expect(await readBatches(world, batch(record), column)).toHaveLength(1)
  })

  it('is told by the first record that tells, not by an empty one', async () => {
    expect(await readBatches(world, batch(Buffer.alloc(0), log()), 'resourceLogs')).toHaveLength(1)
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
