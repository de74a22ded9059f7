import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toSpanId, toTraceId } from '../../../src/exports/values/ids.ts'
import { at, oldestSpanColumns, type SpanRow, spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical } from '../canonical-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('canonical-values')
})
afterAll(() => world.close())

const ns = at('2026-05-01T10:00:00Z')
const base: SpanRow = { traceId: traceId(1), spanId: spanId(1), ns }

let files = 0

/** The canonical rows of spans that went through a file. */
async function pass(rows: readonly Partial<SpanRow>[], columns = {}) {
  const path = `f${++files}.parquet`
  await world.spans(
    path,
    rows.map((row, i) => ({ ...base, spanId: spanId(i), ...row })),
    columns,
  )
  return readCanonical(world, path)
}

describe('ids', () => {
  it('become lower-case hex without blanks around', async () => {
    const id = '0123456789ABCDEFabcdef0123456789'
    expect(
      await pass([{ traceId: ` ${id} `, spanId: 'ABCDEF0123456789', parent: 'FFFFFFFFFFFFFFFF' }]),
    ).toMatchObject([
      { trace_id: id.toLowerCase(), span_id: 'abcdef0123456789', parent_span_id: 'ffffffffffffffff' },
    ])
  })

  it('keep leading zeros', async () => {
    expect(await pass([{ spanId: '00000000000000a1', parent: '0000000000000001' }])).toMatchObject([
      { span_id: '00000000000000a1', parent_span_id: '0000000000000001' },
    ])
  })

  it.each(['', ' ', '0000000000000000', '0'])('of a parent written as "%s" are none', async (parent) => {
    expect(await pass([{ parent }])).toMatchObject([{ parent_span_id: null }])
  })

  const trace = '0123456789abcdef0123456789abcdef'
  const span = '0123456789abcdef'
  const toBase64 = (id: string) => Buffer.from(id, 'hex').toString('base64')

  it.each([
    ['upper case', trace.toUpperCase(), span.toUpperCase()],
    ['the dashes of a UUID', '01234567-89ab-cdef-0123-456789abcdef', '01234567-89abcdef'],
    ['dashes and upper case', '01234567-89AB-CDEF-0123-456789ABCDEF', '01234567-89ABCDEF'],
    ['no leading zero', trace.slice(1), span.slice(1)],
    ['base64', toBase64(trace), toBase64(span)],
  ])('with %s are the same ids', async (_, traceText, spanText) => {
    expect(await pass([{ traceId: traceText, spanId: spanText, parent: spanText }])).toMatchObject([
      { trace_id: trace, span_id: span, parent_span_id: span },
    ])
  })

  it('in bytes are the same ids, but for zeros and none at all', async () => {
    const toRow = (traceBytes: string, spanBytes: string) =>
      `SELECT ${toTraceId({ sql: `unhex('${traceBytes}')`, type: 'BLOB' })} AS trace, ${toSpanId({ sql: `unhex('${spanBytes}')`, type: 'BLOB' })} AS span`
    expect(await world.query(toRow(trace, span))).toEqual([{ trace, span }])
    expect(await world.query(toRow(span, 'ff'))).toEqual([
      { trace: `${'0'.repeat(16)}${span}`, span: `${'0'.repeat(14)}ff` },
    ])
    expect(await world.query(toRow('0'.repeat(32), ''))).toEqual([{ trace: null, span: null }])
  })

  it.each([
    ['a 64-bit id', 'f67aa0ba902b7', `${'0'.repeat(19)}f67aa0ba902b7`, '000f67aa0ba902b7'],
    ['one digit', 'A', `${'0'.repeat(31)}a`, `${'0'.repeat(15)}a`],
  ])('that are short, such as %s, get their leading zeros back', async (_, id, traceOut, spanOut) => {
    expect(await pass([{ traceId: id, spanId: id, parent: id }])).toMatchObject([
      { trace_id: traceOut, span_id: spanOut, parent_span_id: spanOut },
    ])
  })

  it.each([
    ['one digit too many', 'a'.repeat(33), 'b'.repeat(17)],
    ['letters beyond f', 'z'.repeat(32), 'z'.repeat(16)],
    ['dashes only', '----', '-'],
    ['zeros of any number', '000', '0'.repeat(16)],
    ['base64 of zeros', toBase64('0'.repeat(32)), toBase64('0'.repeat(16))],
    ['base64 of other lengths', toBase64(`${trace}00`), toBase64(`${span}00`)],
    ['base64 without its padding', toBase64(trace).slice(0, -2), toBase64(span).slice(0, -1)],
    ['other texts', "'; DROP TABLE x; --", 'a\nb'],
  ])('with %s are none', async (_, traceText, spanText) => {
    expect(await pass([{ traceId: traceText, spanId: spanText, parent: spanText }])).toMatchObject([
      { trace_id: null, span_id: null, parent_span_id: null },
    ])
  })

  it('of a parent that is NULL are none', async () => {
    expect(await pass([{}], { ParentSpanId: 'NULL::VARCHAR' })).toMatchObject([{ parent_span_id: null }])
  })
})

describe('attributes', () => {
  it('come through byte for byte', async () => {
    const attributes = {
      'schlüssel.größe': 'Ä ö ß 日本語 🎧 é é',
      'with "quotes" and \'single\'': 'line\nbreak\ttab \\ backslash',
      'a.b.c': '',
      long: 'x'.repeat(1_048_576),
      json: '{"a": [1, 2, {"b": null}]}',
      '': 'blank key',
    }
    const [span] = await pass([{ attributes, resource: { 'host.näme': '🖥' } }])
    expect(span).toMatchObject({ attributes, resource_attributes: { 'host.näme': '🖥' } })
  })

  it('are an empty map where there are none', async () => {
    expect(await pass([{}])).toMatchObject([{ attributes: {}, resource_attributes: {} }])
    const none = {
      SpanAttributes: 'NULL::MAP(VARCHAR, VARCHAR)',
      ResourceAttributes: 'NULL::MAP(VARCHAR, VARCHAR)',
    }
    expect(await pass([{}], none)).toMatchObject([{ attributes: {}, resource_attributes: {} }])
  })
})

describe('attributes without a value', () => {
  const some = `MAP {'none': NULL, 'n': 'x', 'blank': ''}`
  const kept = { n: 'x', blank: '' }

  it('are left out', async () => {
    expect(await pass([{}], { SpanAttributes: some, ResourceAttributes: some })).toMatchObject([
      { attributes: kept, resource_attributes: kept },
    ])
    expect(await pass([{}], { SpanAttributes: `MAP {'none': NULL::VARCHAR}` })).toMatchObject([
      { attributes: {} },
    ])
  })

  it('are left out of events and links too', async () => {
    const [span] = await pass([{}], {
      'Events.Timestamp': '[make_timestamp_ns(r.ns::BIGINT)]',
      'Events.Name': "['e']",
      'Events.Attributes': `[${some}]`,
      'Links.TraceId': "['a']",
      'Links.SpanId': "['b']",
      'Links.TraceState': "['']",
      'Links.Attributes': `[${some}]`,
    })
    expect(span).toMatchObject({ events: [{ attributes: kept }], links: [{ attributes: kept }] })
  })
})

describe('texts', () => {
  it('that are blank are NULL, but for the name', async () => {
    expect(await pass([{ service: '', message: '', name: '' }])).toMatchObject([
      { service_name: null, status_message: null, trace_state: null, span_name: '' },
    ])
  })
})

describe('events and links', () => {
  it('come whole and in order, times to the nanosecond', async () => {
    const events = Array.from({ length: 50 }, (_, i) => ({
      ns: ns + BigInt(i * 7 + 1),
      name: `event ${i}`,
      attributes: i % 2 ? { n: String(i), ü: '✓' } : {},
    }))
    const links = [
      { traceId: 'A'.repeat(32), spanId: 'B'.repeat(16), attributes: { 'link.type': 'transfer' } },
      { traceId: traceId(3), spanId: spanId(4), attributes: {} },
    ]
    const [span] = await pass([{ events, links }])
    expect(span?.['events']).toEqual(
      events.map((event, i) => ({
        timestamp: `2026-05-01T10:00:00.000000${String(i * 7 + 1).padStart(3, '0')}Z`,
        name: event.name,
        attributes: event.attributes,
      })),
    )
    expect(span?.['links']).toEqual([
      {
        trace_id: 'a'.repeat(32),
        span_id: 'b'.repeat(16),
        trace_state: '',
        attributes: { 'link.type': 'transfer' },
      },
      { trace_id: traceId(3), span_id: spanId(4), trace_state: '', attributes: {} },
    ])
  })

  it.each([
    ['that is NULL', 'NULL::TIMESTAMP_NS'],
    ['beyond what nanoseconds hold', "TIMESTAMP '9999-01-01'"],
    ['that is infinite', "'infinity'::TIMESTAMP"],
    ['before 1970', "TIMESTAMP '1900-01-01'"],
    ['that is no time', "'nope'"],
  ])('of a time %s happen when the span begins', async (_, time) => {
    const [span] = await pass([{}], {
      'Events.Timestamp': `[${time}]`,
      'Events.Name': "['e']",
      'Events.Attributes': '[MAP {}::MAP(VARCHAR, VARCHAR)]',
    })
    expect(span?.['events']).toEqual([{ timestamp: '2026-05-01T10:00:00Z', name: 'e', attributes: {} }])
  })

  it('are whole where one of their lists is shorter', async () => {
    const event = { ns: ns + 1n, name: 'e', attributes: {} }
    const [timeless] = await pass([{ events: [event] }], { 'Events.Timestamp': '[]::TIMESTAMP_NS[]' })
    expect(timeless?.['events']).toEqual([{ timestamp: '2026-05-01T10:00:00Z', name: 'e', attributes: {} }])
    const columns = { 'Events.Name': '[]::VARCHAR[]', 'Events.Attributes': 'NULL::MAP(VARCHAR, VARCHAR)[]' }
    const [nameless] = await pass([{ events: [event] }], columns)
    expect(nameless?.['events']).toEqual([
      { timestamp: '2026-05-01T10:00:00.000000001Z', name: '', attributes: {} },
    ])
    const link = { traceId: traceId(3), spanId: spanId(4), attributes: {} }
    const [linked] = await pass([{ links: [link] }], { 'Links.SpanId': '[]::VARCHAR[]' })
    expect(linked?.['links']).toMatchObject([{ trace_id: traceId(3), span_id: '' }])
  })

  it('are empty lists where there are none', async () => {
    expect(await pass([{}])).toMatchObject([{ events: [], links: [] }])
  })
})

describe('durations', () => {
  const durations = async (values: readonly bigint[], columns = {}) =>
    (
      await pass(
        values.map((durationNs) => ({ durationNs })),
        columns,
      )
    ).map((span) => span['duration_ns'])

  it('below zero become zero', async () => {
    expect(await durations([-1n, -5_000_000_000n, 0n, 7n], oldestSpanColumns)).toEqual([0, 0, 0, 7])
  })

  it('below zero that were written as unsigned numbers become zero', async () => {
    expect(await durations([2n ** 64n - 1n, 2n ** 64n - 5_000_000_000n, 2n ** 63n, 7n])).toEqual([0, 0, 0, 7])
  })

  it('are cut where the end would lie beyond what nanoseconds can hold', async () => {
    const longest = at('2262-01-01T00:00:00Z') - ns
    expect(await durations([2n ** 63n - 1n, longest + 1n, longest, longest - 1n])).toEqual([
      String(longest),
      String(longest),
      String(longest),
      String(longest - 1n),
    ])
  })

  it('that are absent are zero', async () => {
    expect(await durations([1n], { Duration: 'NULL::BIGINT' })).toEqual([0])
  })
})

describe('times', () => {
  it('that nanoseconds cannot hold are NULL', async () => {
    const columns = {
      Timestamp: `CASE WHEN r.spanId = '${spanId(0)}' THEN TIMESTAMP '0001-01-01' ELSE TIMESTAMP '2026-05-01' END`,
    }
    expect((await pass([{}, {}], columns)).map((span) => span['timestamp'])).toEqual([
      null,
      '2026-05-01T00:00:00Z',
    ])
  })
})
