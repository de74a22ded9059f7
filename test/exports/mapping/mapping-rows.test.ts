import { mkdir, rm } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { at, spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { drop, md5, oneCall, plain, readMapped, writeParquet } from './mapped-calls.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('mapping-file')
})

beforeEach(async () => {
  await rm(world.exportsDir, { recursive: true, force: true })
  await mkdir(world.exportsDir)
})

afterAll(() => world.close())

describe('a mapping file', () => {
  it('goes before the layout that a file has', async () => {
    const row = {
      traceId: traceId(1),
      spanId: spanId(1),
      ns: at('2026-05-24T10:00:00Z'),
      name: 'as exported',
    }
    await world.spans('known.parquet', [row])
    await drop(
      world,
      'known.mapping.yaml',
      `kind: spans
columns: {trace_id: TraceId, span_id: SpanId, timestamp: Timestamp, duration: {column: Duration, unit: ns}, span_name: {value: as mapped}}
attribute_maps: SpanAttributes`,
    )
    expect(await readCanonical(world, 'known.parquet')).toMatchObject([
      { trace_id: traceId(1), span_id: spanId(1), span_name: 'as mapped' },
    ])
  })

  it('gives the same column types as any layout', async () => {
    await world.spans('typed.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns: 5n }])
    await world.logs('typed-logs.parquet', [{ ns: 5n, body: 'x' }])
    await writeParquet(world, 'calls.parquet', oneCall)
    const typesOf = async (path: string) => {
      const { relations } = await recognise(world, path)
      return world.query(`SELECT column_name, column_type FROM (DESCRIBE ${relations[0]?.sql})`)
    }
    await drop(world, 'calls.mapping.yaml', plain)
    expect(await typesOf('calls.parquet')).toEqual(await typesOf('typed.parquet'))
    await drop(world, 'calls.mapping.yaml', 'kind: logs\ncolumns: {timestamp: started, body: name}')
    expect(await typesOf('calls.parquet')).toEqual(await typesOf('typed-logs.parquet'))
  })

  it('makes log records', async () => {
    const rows = await readMapped(
      world,
      `SELECT 'call-7' AS id, 1779616800::BIGINT AS "when", 'disconnected' AS text, 'WARNING' AS level, 13 AS number, 'x' AS more`,
      `kind: logs
columns:
  timestamp: {column: when, unit: s}
  trace_id: id
  body: text
  severity_text: {column: level, map: {WARNING: WARN}}
  severity_number: number
  service_name: {value: dialler}
  event_name: {value: call.end}
rest: true`,
    )
    expect(rows).toEqual([
      {
        timestamp: '2026-05-24T10:00:00Z',
        trace_id: md5('call-7'),
        span_id: null,
        trace_flags: null,
        severity_text: 'WARN',
        severity_number: 13,
        service_name: 'dialler',
        body: 'disconnected',
        event_name: 'call.end',
        resource_attributes: {},
        attributes: { more: 'x' },
        scope_name: null,
        scope_version: null,
      },
    ])
  })

  const ids: readonly (readonly [string, string, string, string | null])[] = [
    ['own', `'C-1'`, '', md5('C-1')],
    ['own, a UUID', `'0A1b2c3d-0000-4000-8000-00000000000F'`, '', '0a1b2c3d00004000800000000000000f'],
    [
      'own, a UUID column',
      `'0a1b2c3d-0000-4000-8000-00000000000f'::UUID`,
      '',
      '0a1b2c3d00004000800000000000000f',
    ],
    ['own, a number', '17', '', md5('17')],
    ['opentelemetry, short', `'ABC'`, 'ids: opentelemetry', 'abc'.padStart(32, '0')],
    ['opentelemetry, none', `'call-1'`, 'ids: opentelemetry', null],
  ]

  it.each(ids)('reads ids: %s', async (_, sql, ids, expected) => {
    const select = `SELECT ${sql} AS id, 'call' AS name, '2026-05-24T10:00:00Z' AS started, started AS ended`
    expect(await readMapped(world, select, `${plain}${ids}`)).toMatchObject([{ trace_id: expected }])
  })

  it('gives rows without a span id one that depends on their content alone', async () => {
    const rows = `SELECT * FROM (VALUES ('a', NULL::VARCHAR, 'x,y', 'z'), ('a', NULL, 'x', 'y,z'), ('a', NULL, 'x', 'y,z')) AS t(id, started, name, ended)`
    const first = (await readMapped(world, rows, plain)).map((row) => row['span_id'])
    const second = (await readMapped(world, `SELECT * FROM (${rows}) ORDER BY name DESC`, plain)).map(
      (row) => row['span_id'],
    )
    const expected = [
      ['a', null, 'x,y', 'z'],
      ['a', null, 'x', 'y,z'],
      ['a', null, 'x', 'y,z'],
    ].map((row) => md5(JSON.stringify(row)).slice(0, 16))
    expect(first.toSorted()).toEqual(expected.toSorted())
    expect(second.toSorted()).toEqual(expected.toSorted())
  })
})

describe('what a mapping file says of values', () => {
  it('takes the first of several columns that is not blank', async () => {
    const rows = await readMapped(
      world,
      `SELECT unnest(['', NULL, 'c']) AS a, unnest([NULL, 2, 3]) AS b, '2026-05-24T10:00:00Z' AS started, started AS ended`,
      `${plain.replace(': id', ': [a, b, {value: none}]').replace(': name', ': {column: a, map: {c: see}}')}
attributes: {first: [a, {column: b, map: {2: two}}, {value: 0}]}`,
    )
    const found = rows.map((row) => [row['trace_id'], row['span_name'], row['attributes']])
    expect(found).toHaveLength(3)
    expect(found).toEqual(
      expect.arrayContaining([
        [md5('none'), '', { first: '0' }],
        [md5('2'), '', { first: 'two' }],
        [md5('c'), 'see', { first: 'c' }],
      ]),
    )
  })

  it('writes typed values as texts, and lets its attributes go before the rest and the maps', async () => {
    const rows = await readMapped(
      world,
      `${oneCall}, 4.5::DOUBLE AS mos, false AS held, [1, 2] AS list, {'a': 1} AS struct, DATE '2026-05-24' AS day,
TIMESTAMP '2026-05-24 10:00:00.25' AS t, '' AS blank, NULL::INTEGER AS nothing, 'column' AS k,
MAP {'k': 'map', 'm': 'map', 'n': NULL} AS tags, '{"j": 1, "k": "json", "o": {"p": null}}' AS json`,
      `${plain}attributes: {k2: k, blank2: blank, mos2: mos}
attribute_maps: [tags, json]
rest: true
resource_attributes: {fixed: {value: true}, pi: {value: 3.25}}`,
    )
    expect(rows).toMatchObject([{ resource_attributes: { fixed: 'true', pi: '3.25' } }])
    expect(rows[0]?.['attributes']).toEqual({
      k: 'json',
      m: 'map',
      j: '1',
      o: '{"p":null}',
      k2: 'column',
      mos2: '4.5',
      held: 'false',
      list: '[1,2]',
      struct: '{"a":1}',
      day: '2026-05-24',
      t: '2026-05-24T10:00:00.25Z',
    })
  })

  it('may send the rest to the resource, and drops it unless told', async () => {
    const select = `${oneCall}, 'eu' AS region`
    expect(await readMapped(world, select, plain)).toMatchObject([
      { attributes: {}, resource_attributes: {} },
    ])
    expect(await readMapped(world, select, `${plain}rest: {to: resource_attributes}`)).toMatchObject([
      { attributes: {}, resource_attributes: { region: 'eu' } },
    ])
  })

  it('cannot be SQL, however its texts and the column names look', async () => {
    const evil = `x' || (SELECT 1) || '"); DROP TABLE t; --`
    const quoted = JSON.stringify(evil)
    const rows = await readMapped(
      world,
      `${oneCall}, 'v' AS "${evil.replaceAll('"', '""')}"`,
      `kind: spans
columns:
  trace_id: id
  span_name: {value: ${quoted}}
  timestamp: {column: started, format: [${quoted}, '%Y-%m-%dT%H:%M:%SZ']}
  end: ended
  status_message: {column: name, map: {call: ${quoted}, ${quoted}: y}}
attributes:
  ${quoted}: ${quoted}
  other: {value: ${quoted}}
rest: {prefix: ${quoted}}`,
    )
    expect(rows).toMatchObject([
      {
        span_name: evil,
        timestamp: '2026-05-24T10:00:00Z',
        status_message: evil,
        attributes: { [evil]: 'v', other: evil },
      },
    ])
  })
})

describe('which files a mapping is for', () => {
  const select = oneCall
  it('is told by the beginning of their names', async () => {
    await writeParquet(world, 'calls-2026-05.parquet', select)
    await writeParquet(world, 'other.parquet', select)
    await drop(world, 'calls.mapping.yaml', plain)
    expect(await readCanonical(world, 'calls-2026-05.parquet')).toMatchObject([{ span_name: 'call' }])
    await expect(recognise(world, 'other.parquet')).rejects.toThrow('no known layout')
    await drop(world, 'mapping.yml', plain.replace('name: name', 'name: {value: any}'))
    expect(await readCanonical(world, 'other.parquet')).toMatchObject([{ span_name: 'any' }])
    expect(await readCanonical(world, 'calls-2026-05.parquet')).toMatchObject([{ span_name: 'call' }])
  })

  it('sets aside a mapping that is for none', async () => {
    await drop(world, 'calls.mapping.yaml', plain)
    const { manifest } = await world.sync()
    expect(manifest.rejected).toMatchObject([
      {
        path: 'calls.mapping.yaml',
        reason: 'calls.mapping.yaml:1:1: there is no export beside it whose name begins with "calls".',
      },
    ])
  })
})
