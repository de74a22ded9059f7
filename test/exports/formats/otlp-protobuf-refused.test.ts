import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'
import {
  attribute,
  batch,
  fixed64,
  int,
  len,
  readBatches,
  resource,
  span,
  start,
  tag,
  varint,
} from './otlp-protobuf-bytes.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})

afterAll(() => world.close())

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
    expect(await readBatches(world, batch(span(attribute(9, 'k', nested(60)))))).toHaveLength(1)
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
