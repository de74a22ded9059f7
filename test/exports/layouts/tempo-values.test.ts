import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/core/json-value.ts'
import type { Row } from '../../../src/engine/engine.ts'
import { tempo } from '../../../src/exports/layouts/tempo/tempo.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { openBlock, readBlock, toBlob, type Version, writeBlock } from './tempo-rows.ts'
import { batchOf, http, meta, ns, short, spanOf } from './tempo-spans.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('tempo')
})

afterAll(() => world.close())

let blocks = 0

async function read(version: Version, rs: unknown, description: JsonValue = meta): Promise<readonly Row[]> {
  const path = `block-${blocks++}.parquet`
  await writeBlock(world, path, version, [{ traceId: short, rs }])
  return readBlock(world, path, description)
}

describe('values in Tempo blocks', () => {
  it.each([4, 5] as const)('of version %i read lists and values of other types', async (version) => {
    const Attrs = [
      { Key: 'one', IsArray: true, Value: ['a"b'] },
      { Key: 'texts', IsArray: true, Value: ['a', 'b'] },
      { Key: 'ints', IsArray: true, ValueInt: [1, 2] },
      { Key: 'doubles', IsArray: true, ValueDouble: [0.5] },
      { Key: 'bools', IsArray: true, ValueBool: [true, false] },
      { Key: 'empty', IsArray: true, Value: [] },
      { Key: 'map', ValueUnsupported: '{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}}]}}' },
      { Key: 'broken', ValueUnsupported: '{"kvlist' },
    ]
    const [row] = await read(
      version,
      batchOf(
        version,
        spanOf(version, {
          Attrs,
          DedicatedAttributes: {},
          HttpMethod: null,
          HttpUrl: null,
          HttpStatusCode: null,
        }),
      ),
    )
    expect(row?.['attributes']).toEqual({
      one: '["a\\"b"]',
      texts: '["a","b"]',
      ints: '[1,2]',
      doubles: '[0.5]',
      bools: '[true,false]',
      empty: '[]',
      map: '{"a":1}',
    })
  })

  it('of version 3 read values of other types and attributes of events in every encoding', async () => {
    const event = (n: number, value: string) => ({ Key: `k${n}`, Value: toBlob(value) })
    const hex = (text: string) => Buffer.from(text).toString('hex')
    const long = 'ü'.repeat(100)
    const Events = [
      {
        TimeUnixNano: ns,
        Name: 'e',
        Attrs: [
          event(1, `0a03${hex('abc')}`),
          event(2, `0ac801${hex(long)}`),
          event(3, '1001'),
          event(4, '1000'),
          event(5, '18ac02'),
          event(6, '18ffffffffffffffffff01'),
          event(7, '0a00'),
          event(8, '2a00'),
          event(9, ''),
          event(10, '0a02ff'),
        ],
      },
    ]
    const Attrs = [
      { Key: 'list', ValueDropped: '{"arrayValue":{"values":[{"stringValue":"a"}]}}' },
      { Key: 'x', ValueDropped: '' },
    ]
    const [row] = await read(3, batchOf(3, spanOf(3, { Attrs, Events, DedicatedAttributes: {} })))
    expect(row?.['attributes']).toEqual({ ...http, list: '["a"]' })
    expect(row?.['events']).toMatchObject([
      { attributes: { k1: 'abc', k2: long, k3: 'true', k4: 'false', k5: '300', k6: '-1', k7: '' } },
    ])
  })

  it('of version 5 read dedicated columns of each kind', async () => {
    const DedicatedAttributes = { String01: ['eu'], String02: ['q'], String03: ['a', 'b'], Int01: [7] }
    const Events = [{ TimeSinceStartNano: 0, Name: 'e', DedicatedAttributes: { String01: ['late'] } }]
    expect(await read(5, batchOf(5, spanOf(5, { Attrs: [], DedicatedAttributes, Events })))).toMatchObject([
      {
        attributes: { region: 'eu', retries: '7', "it's": 'q', tags: '["a","b"]' },
        events: [{ attributes: { reason: 'late' } }],
      },
    ])
  })

  it.each([
    ['nothing', null],
    ['no assignments', {}],
    ['no list', { dedicatedColumns: 'x' }],
    [
      'nonsense',
      {
        dedicatedColumns: [
          5,
          null,
          {},
          { n: 5 },
          { n: 'a', s: 'planet' },
          { n: 'b', t: 'constructor' },
          { n: 'c\0' },
        ],
      },
    ],
  ])('leave columns without a name out where the description says %s', async (_, description) => {
    const [row] = await read(5, batchOf(5, spanOf(5)), description)
    expect(row?.['resource_attributes']).toEqual({ 'host.name': 'h1', 'service.name': 'shop' })
    expect(row?.['attributes']).toEqual({ text: 'x', empty: '', int: '5', double: '0.5', bool: 'true' })
  })

  it('leave out assignments that the block has no column for', async () => {
    const columns = Array.from({ length: 25 }, (_, i) => ({ n: `n${i}`, t: i === 0 ? 'int' : 'string' }))
    const [row] = await read(3, batchOf(3, spanOf(3, { Attrs: [] })), { dedicatedColumns: columns })
    expect(row?.['attributes']).toEqual({ ...http, n1: 'eu', n2: "that's" })
  })

  it('place an event before its span, whose offset wraps around', async () => {
    const Events = [{ TimeSinceStartNano: 2n ** 64n - 789n, Name: 'early' }]
    expect(await read(4, batchOf(4, spanOf(4, { Events })))).toMatchObject([
      { events: [{ timestamp: '2026-05-01T10:00:00.123456Z', name: 'early', attributes: {} }] },
    ])
  })

  it('give NULL or 0 for times and durations that make no sense', async () => {
    const bad = spanOf(5, { StartTimeUnixNano: 2n ** 64n - 1n, DurationNano: 2n ** 64n - 1n })
    expect(await read(5, batchOf(5, bad))).toMatchObject([{ timestamp: null, duration_ns: 0 }])
  })

  it('keep the last of equal keys', async () => {
    const Attrs = [
      { Key: 'a', Value: ['1'] },
      { Key: 'region', Value: ['us'] },
      { Key: 'a', Value: ['2'] },
    ]
    const [row] = await read(5, batchOf(5, spanOf(5, { Attrs })))
    expect(row?.['attributes']).toEqual({ a: '2', region: 'eu', "it's": "that's" })
  })

  it('are told by their nested columns', async () => {
    await world.query(
      `COPY (SELECT 'x'::BLOB AS "TraceID", '' AS "RootSpanName", [{a: 1}] AS rs) TO '${join(world.exportsDir, 'no-block.parquet')}' (FORMAT parquet)`,
    )
    expect(tempo.matches(await openBlock(world, 'no-block.parquet'))).toBe(false)
  })
})
