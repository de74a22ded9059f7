import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/core/json-value.ts'
import type { Row } from '../../src/engine/engine.ts'
import { tempo } from '../../src/exports/layouts/tempo.ts'
import { toStructFields } from '../../src/exports/values/struct-type.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'
import { selectCanonical } from './canonical-rows.ts'
import { openBlock, readBlock, selectBlock, toBlob, type Version, writeBlock } from './tempo-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('tempo')
})
afterAll(() => world.close())

const ns = at('2026-05-01T10:00:00.123Z', 456_789n)
const short = '47'.padStart(32, '0')

const meta = {
  dedicatedColumns: [
    { s: 'resource', n: 'ip' },
    { n: 'region' },
    { s: 'span', n: 'retries', t: 'int' },
    { n: "it's" },
    { n: 'tags', o: ['array'] },
    { s: 'event', n: 'reason' },
    { s: 'resource', n: 'zone', t: 'string' },
  ],
}

const textOf = { 3: (text: string) => text, 4: (text: string) => text, 5: (text: string) => [text] } as const

/** A span of a version, with values in every place that the version has. */
function spanOf(version: Version, parts: Readonly<Record<string, unknown>> = {}) {
  const one = (value: unknown) => (version === 3 ? value : [value])
  const attributes = [
    { Key: 'text', Value: one('x') },
    { Key: 'empty', Value: one('') },
    { Key: 'int', ValueInt: one(5) },
    { Key: 'double', ValueDouble: one(0.5) },
    { Key: 'bool', ValueBool: one(true) },
    { Key: 'none' },
  ]
  const time = version === 3 ? { TimeUnixNano: ns + 1n } : { TimeSinceStartNano: 1 }
  const link = {
    TraceID: toBlob(traceId(2)),
    SpanID: toBlob(spanId(2)),
    TraceState: 'b=2',
    Attrs: [attributes[0]],
  }
  return {
    SpanID: toBlob(spanId(1)),
    ParentSpanID: toBlob(spanId(9)),
    Name: 'GET /x',
    Kind: 2,
    TraceState: 'a=1',
    StartTimeUnixNano: ns,
    DurationNano: 1_500_000_001n,
    StatusCode: 2,
    StatusMessage: 'it broke',
    Attrs: attributes,
    Events: [{ ...time, Name: 'retry', Attrs: version === 3 ? [] : [attributes[2]] }],
    Links: version === 3 ? '' : [link],
    ...(version < 5 && { HttpMethod: 'GET', HttpUrl: '/x', HttpStatusCode: 200 }),
    DedicatedAttributes: { String01: textOf[version]('eu'), String02: textOf[version]("that's") },
    ...parts,
  }
}

const resourceOf = (version: Version) => ({
  ServiceName: 'shop',
  Attrs: [{ Key: 'host.name', Value: version === 3 ? 'h1' : ['h1'] }],
  ...(version < 5 && { Cluster: 'c', Namespace: 'n', Pod: 'p', Container: 'co', K8sPodName: 'kp' }),
  DedicatedAttributes: { String01: textOf[version]('10.0.0.1'), String02: textOf[version]('z1') },
})

const batchOf = (version: Version, ...spans: readonly unknown[]) => [
  { Resource: resourceOf(version), ss: [{ Scope: { Name: 'lib', Version: '1.0' }, Spans: spans }] },
]

let blocks = 0

async function read(version: Version, rs: unknown, description: JsonValue = meta): Promise<readonly Row[]> {
  const path = `block-${blocks++}.parquet`
  await writeBlock(world, path, version, [{ traceId: short, rs }])
  return readBlock(world, path, description)
}

const places = { cluster: 'c', namespace: 'n', pod: 'p', container: 'co', 'k8s.pod.name': 'kp' }
const http = { 'http.method': 'GET', 'http.url': '/x', 'http.status_code': '200' }

const canonicalOf = (version: Version) => ({
  trace_id: short,
  span_id: spanId(1),
  parent_span_id: spanId(9),
  trace_state: 'a=1',
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2026-05-01T10:00:00.123456789Z',
  duration_ns: 1_500_000_001,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: {
    'host.name': 'h1',
    'service.name': 'shop',
    ip: '10.0.0.1',
    zone: 'z1',
    ...(version < 5 && places),
  },
  attributes: {
    text: 'x',
    empty: '',
    int: '5',
    double: '0.5',
    bool: 'true',
    region: 'eu',
    "it's": "that's",
    ...(version < 5 && http),
  },
  scope_name: 'lib',
  scope_version: '1.0',
  events: [
    {
      timestamp: '2026-05-01T10:00:00.123456790Z',
      name: 'retry',
      attributes: version === 3 ? {} : { int: '5' },
    },
  ],
  links:
    version === 3
      ? []
      : [{ trace_id: traceId(2), span_id: spanId(2), trace_state: 'b=2', attributes: { text: 'x' } }],
})

const versions: readonly Version[] = [3, 4, 5]

describe('Tempo blocks', () => {
  it.each(versions)('of version %i are read whole', async (version) => {
    expect(await read(version, batchOf(version, spanOf(version)))).toEqual([canonicalOf(version)])
  })

  it.each(versions)('of version %i have the column types of every other layout', async (version) => {
    await world.spans('model.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns }])
    await writeBlock(world, 'types.parquet', version, [{ traceId: short, rs: [] }])
    const describeRows = async (sql: string) =>
      (await world.query(`DESCRIBE ${sql}`)).map((row) => [row['column_name'], row['column_type']])
    const model = await describeRows(await selectCanonical(world, 'model.parquet'))
    expect(await describeRows(await selectBlock(world, 'types.parquet'))).toEqual(model)
  })

  it('give one row per span, each with its own trace, resource and scope', async () => {
    const named = (n: number) => spanOf(5, { SpanID: toBlob(spanId(n)) })
    const other = {
      Resource: { ServiceName: 'bank' },
      ss: [{ Scope: { Name: 'two', Version: '' }, Spans: [named(2), named(3)] }, { Spans: [named(4)] }],
    }
    await writeBlock(world, 'many.parquet', 5, [
      { traceId: traceId(1), rs: [...batchOf(5, named(1)), other] },
      { traceId: traceId(2), rs: batchOf(5, named(5)) },
      { traceId: traceId(3), rs: [] },
    ])
    const rows = await readBlock(world, 'many.parquet')
    const names = ['trace_id', 'span_id', 'service_name', 'scope_name', 'scope_version']
    expect(rows.map((row) => names.map((name) => row[name]))).toEqual([
      [traceId(1), spanId(1), 'shop', 'lib', '1.0'],
      [traceId(1), spanId(2), 'bank', 'two', null],
      [traceId(1), spanId(3), 'bank', 'two', null],
      [traceId(1), spanId(4), 'bank', null, null],
      [traceId(2), spanId(5), 'shop', 'lib', '1.0'],
    ])
  })

  it('take an empty parent for a root and empty texts for none', async () => {
    const root = spanOf(4, { ParentSpanID: '', TraceState: '', StatusMessage: '', StatusCode: 0, Kind: 0 })
    const rs = [{ Resource: { ServiceName: '' }, ss: [{ Scope: { Name: '', Version: '' }, Spans: [root] }] }]
    expect(await read(4, rs)).toMatchObject([
      {
        parent_span_id: null,
        trace_state: null,
        status_message: null,
        status_code: 'Unset',
        span_kind: 'Unspecified',
        service_name: null,
        scope_name: null,
        resource_attributes: {},
      },
    ])
  })

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

describe('the fields of a struct type', () => {
  it('are told apart by commas outside brackets and quotes', () => {
    const type = `STRUCT(a INTEGER, "b, ""c) d" STRUCT(x DECIMAL(10,2), y VARCHAR)[], e MAP(VARCHAR, INTEGER), f ENUM('(', 'it''s'))[]`
    expect([...toStructFields(type)]).toEqual([
      ['a', 'INTEGER'],
      ['b, "c) d', 'STRUCT(x DECIMAL(10,2), y VARCHAR)[]'],
      ['e', 'MAP(VARCHAR, INTEGER)'],
      ['f', "ENUM('(', 'it''s')"],
    ])
    expect([...toStructFields('VARCHAR')]).toEqual([])
  })
})

const folder = resolve(import.meta.dirname, '../../../shared/data/traces/tempo')
const isThere = existsSync(folder)

type Raw = Readonly<Record<string, unknown>>
const rowsOf = (value: unknown) => (Array.isArray(value) ? (value as readonly Raw[]) : [])
const partOf = (value: unknown, name: string) => (value as Raw)[name]

/** The bytes of a blob as the engine prints it. */
const hexOf = (blob: unknown) =>
  String(blob).replaceAll(/\\x(..)|(.)/gs, (_, byte?: string, char?: string) =>
    (byte ?? (char ?? '').charCodeAt(0).toString(16).padStart(2, '0')).toLowerCase(),
  )

const firstOf = (value: unknown) => (Array.isArray(value) ? value[0] : value)

/** Keys and values of a raw holder: its list, the columns of fixed names, and those that the description names. */
function rawAttributes(holder: unknown, fixed: Readonly<Record<string, string>>, names: readonly string[]) {
  const listed = rowsOf(partOf(holder, 'Attrs')).map((attribute) => [
    attribute['Key'],
    ['Value', 'ValueInt', 'ValueDouble', 'ValueBool']
      .map((name) => firstOf(attribute[name]) ?? null)
      .find((value) => value !== null),
  ])
  const own = Object.entries(fixed).map(([column, key]) => [key, partOf(holder, column)])
  const spare = names.map((name, i) => [
    name,
    partOf(partOf(holder, 'DedicatedAttributes'), `String0${i + 1}`),
  ])
  const all = [...listed, ...own, ...spare].filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(all.map(([key, value]) => [key, String(value)]))
}

const httpColumns = { HttpMethod: 'http.method', HttpUrl: 'http.url', HttpStatusCode: 'http.status_code' }

const flatten = (traces: readonly Row[]) =>
  traces.flatMap((trace) =>
    rowsOf(trace['rs']).flatMap((batch) =>
      rowsOf(batch['ss']).flatMap((holder) =>
        rowsOf(holder['Spans']).map((span) => ({
          trace_id: hexOf(trace['TraceID']),
          span_id: hexOf(span['SpanID']),
          parent_span_id: hexOf(span['ParentSpanID']) || null,
          span_name: span['Name'],
          service_name: partOf(batch['Resource'], 'ServiceName'),
          start: String(span['StartTimeUnixNano']),
          duration_ns: span['DurationNano'],
          status_code: ['Unset', 'Ok', 'Error'][Number(span['StatusCode'])],
          resource_attributes: rawAttributes(batch['Resource'], { ServiceName: 'service.name' }, ['ip']),
          attributes: rawAttributes(span, httpColumns, ['instance', 'version', 'region', 'sampler.type']),
        })),
      ),
    ),
  )

const byIds = (a: Row, b: Row) =>
  `${a['trace_id']} ${a['span_id']} ${a['start']}` < `${b['trace_id']} ${b['span_id']} ${b['start']}` ? -1 : 1

describe.skipIf(!isThere)(`real Tempo blocks${isThere ? '' : ' (skipped: their folder is absent)'}`, () => {
  it.each([3, 4])('of version %i: every id, time, duration and attribute', async (version) => {
    const path = `vparquet${version}-data.parquet`
    cpSync(join(folder, path), join(world.exportsDir, path))
    const description: JsonValue = JSON.parse(
      readFileSync(join(folder, `vparquet${version}-meta.json`), 'utf8'),
    )
    const expected: readonly Row[] = flatten(
      await world.query(`SELECT "TraceID", rs FROM read_parquet('${join(world.exportsDir, path)}')`),
    ) as readonly Row[]
    const sql = await selectBlock(world, path, description)
    const rows = await world.query(
      `SELECT trace_id, span_id, parent_span_id, span_name, service_name, epoch_ns("timestamp")::VARCHAR AS start, duration_ns, status_code, resource_attributes, attributes FROM (${sql})`,
    )
    expect(rows).toHaveLength(570)
    expect(new Set(rows.map((row) => row['trace_id'])).size).toBe(134)
    expect(rows.filter((row) => row['parent_span_id'] === null)).toHaveLength(134)
    expect(rows.filter((row) => row['status_code'] === 'Error')).toHaveLength(3)
    expect(new Set(rows.map((row) => row['service_name'])).size).toBe(10)
    expect([...rows].sort(byIds)).toEqual([...expected].sort(byIds))
  })
})
