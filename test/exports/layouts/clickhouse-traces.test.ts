import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalColumns } from '../../../src/exports/canonical.ts'
import { at, oldestSpanColumns, type SpanRow, spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise, selectCanonical } from '../canonical-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('recognise-spans')
})
afterAll(() => world.close())

const ns = at('2026-05-01T10:00:00.123Z', 456_789n)

const row: SpanRow = {
  traceId: traceId(1),
  spanId: spanId(1),
  parent: spanId(9),
  ns,
  durationNs: 1_500_000_001n,
  name: 'GET /x',
  kind: 'Server',
  service: 'shop',
  status: 'Error',
  message: 'it broke',
  attributes: { a: '1' },
  resource: { 'service.name': 'shop' },
  events: [{ ns: ns + 1n, name: 'retry', attributes: { n: '1' } }],
  links: [{ traceId: traceId(2), spanId: spanId(2), attributes: { kind: 'x' } }],
}

const canonical = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: spanId(9),
  trace_state: null,
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2026-05-01T10:00:00.123456789Z',
  duration_ns: 1_500_000_001,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: { 'service.name': 'shop' },
  attributes: { a: '1' },
  scope_name: 'scope',
  scope_version: '1.0',
  events: [{ timestamp: '2026-05-01T10:00:00.123456790Z', name: 'retry', attributes: { n: '1' } }],
  links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: '', attributes: { kind: 'x' } }],
}

describe('the traces layout', () => {
  it('reads the newest form whole, in the canonical order of columns', async () => {
    await world.spans('newest.parquet', [row])
    const rows = await readCanonical(world, 'newest.parquet')
    expect(rows).toEqual([canonical])
    expect(Object.keys(rows[0] ?? {})).toEqual([...canonicalColumns.spans])
    expect(await recognise(world, 'newest.parquet')).toMatchObject({
      layout: 'clickhouse-traces',
      unit: { path: 'newest.parquet' },
      relations: [{ kind: 'spans' }],
    })
  })

  it('reads the oldest form: signed duration, no events and links, the scope among the attributes', async () => {
    const attributes = { 'otel.scope.name': 'old scope', 'otel.scope.version': '0.1' }
    await world.spans('oldest.parquet', [{ ...row, attributes }], oldestSpanColumns)
    expect(await readCanonical(world, 'oldest.parquet')).toEqual([
      { ...canonical, attributes, scope_name: 'old scope', scope_version: '0.1', events: [], links: [] },
    ])
  })

  it('gives each form the same column types, so that files of both can be joined', async () => {
    await world.spans('types-new.parquet', [row])
    await world.spans('types-old.parquet', [row], oldestSpanColumns)
    const describeRows = async (path: string) => {
      const rows = await world.query(`DESCRIBE ${await selectCanonical(world, path)}`)
      return rows.map((column) => [column['column_name'], column['column_type']])
    }
    expect(await describeRows('types-old.parquet')).toEqual(await describeRows('types-new.parquet'))
  })

  it('does without optional columns', async () => {
    const absent = [
      'TraceState',
      'SpanKind',
      'ServiceName',
      'ResourceAttributes',
      'StatusCode',
      'StatusMessage',
    ]
    const columns = { ...oldestSpanColumns, ...Object.fromEntries(absent.map((name) => [name, null])) }
    await world.spans('bare.parquet', [row], columns)
    expect(await readCanonical(world, 'bare.parquet')).toMatchObject([
      {
        service_name: null,
        span_kind: 'Unspecified',
        status_code: 'Unset',
        status_message: null,
        resource_attributes: {},
        scope_name: null,
      },
    ])
  })

  const kinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
  const codes = ['Unset', 'Ok', 'Error']
  const spellings: readonly (readonly [string, (name: string, number: number) => string])[] = [
    ['new', (name) => name],
    ['old', (name) => name],
    ['lower', (name) => name.toLowerCase()],
    ['number', (_, number) => String(number)],
  ]

  it.each(spellings)('understands enums in the %s spelling', async (spelling, spell) => {
    const prefix = (text: string, name: string) =>
      spelling === 'old' ? `${text}${name.toUpperCase()}` : undefined
    const rows = kinds.map(
      (kind, i): SpanRow => ({
        ...row,
        spanId: spanId(i),
        kind: prefix('SPAN_KIND_', kind) ?? spell(kind, i),
        status: prefix('STATUS_CODE_', codes[i % 3] ?? '') ?? spell(codes[i % 3] ?? '', i % 3),
      }),
    )
    const columns =
      spelling === 'number' ? { SpanKind: 'r.kind::TINYINT', StatusCode: 'r.status::INTEGER' } : {}
    await world.spans(`enums-${spelling}.parquet`, rows, columns)
    const read = await readCanonical(world, `enums-${spelling}.parquet`)
    expect(read.map((span) => span['span_kind'])).toEqual(kinds)
    expect(read.map((span) => span['status_code'])).toEqual([...codes, ...codes])
  })

  it('takes enums that it does not know for unspecified and unset', async () => {
    await world.spans('unknown-enums.parquet', [{ ...row, kind: 'Robot', status: '7' }])
    expect(await readCanonical(world, 'unknown-enums.parquet')).toMatchObject([
      { span_kind: 'Unspecified', status_code: 'Unset' },
    ])
  })

  it.each([
    ['TIMESTAMP_NS', 'make_timestamp_ns(x.ns::BIGINT)', '456789'],
    ['TIMESTAMP', 'make_timestamp(x.ns::BIGINT // 1000)', '456'],
    ['TIMESTAMP_MS', 'make_timestamp(x.ns::BIGINT // 1000)::TIMESTAMP_MS', ''],
    ['TIMESTAMPTZ', "make_timestamp(x.ns::BIGINT // 1000) AT TIME ZONE 'UTC'", '456'],
    ['BIGINT', 'x.ns::BIGINT', '456789'],
    ['UBIGINT', 'x.ns::UBIGINT', '456789'],
  ])('reads times written as %s, also those of events', async (type, sql, digits) => {
    const columns = {
      Timestamp: sql.replace('x.', 'r.'),
      'Events.Timestamp': `list_transform(r.events, lambda x: ${sql})`,
    }
    const events = [{ ns, name: 'e', attributes: {} }]
    await world.spans(`time-${type}.parquet`, [{ ...row, events }], columns)
    const timestamp = `2026-05-01T10:00:00.123${digits}Z`
    expect(await readCanonical(world, `time-${type}.parquet`)).toMatchObject([
      { timestamp, events: [{ timestamp }] },
    ])
  })

  it('reads texts that were written as plain binary', async () => {
    const toBinaryMap =
      'map_from_entries(list_transform(map_entries(m), lambda e: struct_pack(k := encode(e."key"), v := encode(e."value"))))'
    const text = { ...row, name: 'schön', attributes: { größe: '½' } }
    await world.spans('binary.parquet', [text], {
      TraceId: 'encode(r.traceId)',
      SpanId: 'encode(r.spanId)',
      ParentSpanId: 'encode(r.parent)',
      SpanName: 'encode(r."name")',
      SpanKind: 'encode(r.kind)',
      ServiceName: 'encode(r.service)',
      StatusCode: 'encode(r.status)',
      SpanAttributes: toBinaryMap.replace('(m)', '(r.attributes)'),
      ResourceAttributes: toBinaryMap.replace('(m)', '(r.resource)'),
      'Events.Name': 'list_transform(r.events, lambda e: encode(e."name"))',
      'Links.TraceId': 'list_transform(r.links, lambda l: encode(l.traceId))',
    })
    const raw = await world.query(`DESCRIBE FROM read_parquet('${world.exportsDir}/binary.parquet')`)
    expect(raw.filter((column) => String(column['column_type']).includes('BLOB'))).toHaveLength(11)
    expect(await readCanonical(world, 'binary.parquet')).toEqual([
      { ...canonical, span_name: 'schön', attributes: { größe: '½' } },
    ])
  })

  it('reads only the file meant where a name holds pattern characters', async () => {
    await world.spans('x*.parquet', [{ ...row, spanId: spanId(1) }])
    await world.spans('x[ab].parquet', [{ ...row, spanId: spanId(2) }])
    await world.spans('xa.parquet', [{ ...row, spanId: spanId(3) }])
    await world.spans("it's [1]/{a,b}?.parquet", [{ ...row, spanId: spanId(4) }])
    const idsOf = async (path: string) => (await readCanonical(world, path)).map((span) => span['span_id'])
    expect(await idsOf('x*.parquet')).toEqual([spanId(1)])
    expect(await idsOf('x[ab].parquet')).toEqual([spanId(2)])
    expect(await idsOf('xa.parquet')).toEqual([spanId(3)])
    expect(await idsOf("it's [1]/{a,b}?.parquet")).toEqual([spanId(4)])
  })
})
