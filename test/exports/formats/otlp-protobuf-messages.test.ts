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
  resource,
  scope,
  span,
  spanId,
  start,
  tag,
  traceId,
} from './otlp-protobuf-bytes.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})

afterAll(() => world.close())

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
    expect(await readBatches(world, batch(full))).toEqual(
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
    expect(await readBatches(world, batch(full), 'resourceLogs')).toEqual([
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
    expect(await readBatches(world, Buffer.concat([batch(odd), len(2, 'dictionary')]))).toEqual(
      jsonBatch(bareSpan),
    )
  })

  it('finds the resource and the scope behind what they hold, and does without them', async () => {
    const behind = len(1, len(2, len(2, span()), scope), resource)
    expect(await readBatches(world, behind)).toEqual(jsonBatch(bareSpan))
    expect(await readBatches(world, len(1, len(2, len(2, span()))))).toEqual([
      { scopeSpans: [{ spans: [bareSpan] }] },
    ])
  })

  it('keeps every record of batches and scopes, however many', async () => {
    const many = Array.from({ length: 1201 }, (_, i) => span(int(6, i)))
    const content = Buffer.concat([batch(...many), batch(), len(1, resource), batch(span())])
    const batches = (await readBatches(world, content)) as ReturnType<typeof jsonBatch>
    const kinds = batches.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map((one) => (one as { kind?: number }).kind)),
    )
    expect(kinds).toEqual([...many.keys(), undefined].map((kind) => kind))
  })

  it('has texts that are not UTF-8 with marks in place of the bytes', async () => {
    const odd = span(attribute(9, 'k', len(1, hex('61ff62'))))
    expect(await readBatches(world, batch(odd))).toEqual(
      jsonBatch({ ...bareSpan, attributes: [{ key: 'k', value: { stringValue: 'a\uFFFDb' } }] }),
    )
  })
})
