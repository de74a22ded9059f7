import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/core/json-value.ts'
import type { Row } from '../../../src/engine/engine.ts'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { selectCanonical } from '../canonical-rows.ts'
import { readBlock, selectBlock, toBlob, type Version, writeBlock } from './tempo-rows.ts'
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

const places = { cluster: 'c', namespace: 'n', pod: 'p', container: 'co', 'k8s.pod.name': 'kp' }

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
})
