import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import type { Row } from '../../src/engine/engine.ts'
import { canonicalColumns } from '../../src/exports/canonical.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'
import { readCanonical, recognise } from './canonical-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('mapping-file')
})
beforeEach(async () => {
  await rm(world.exportsDir, { recursive: true, force: true })
  await mkdir(world.exportsDir)
})
afterAll(() => world.close())

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

async function drop(path: string, text: string): Promise<void> {
  const whole = join(world.exportsDir, path)
  await mkdir(dirname(whole), { recursive: true })
  await writeFile(whole, text)
}

const writeParquet = (path: string, select: string) =>
  world.query(`COPY (${select}) TO '${join(world.exportsDir, path)}' (FORMAT parquet)`)

let number = 0

/** Reads the rows with the mapping, each time under another name: DuckDB keeps the footers of files that it has read. */
async function readMapped(select: string, mapping: string): Promise<readonly Row[]> {
  number += 1
  await writeParquet(`calls-${number}.parquet`, select)
  await drop('calls.mapping.yaml', mapping)
  return readCanonical(world, `calls-${number}.parquet`)
}

const plain = `kind: spans
columns:
  trace_id: id
  span_name: name
  timestamp: started
  end: ended
`

const oneCall = `SELECT '${traceId(1)}' AS id, 'call' AS name, '2026-05-24T10:00:00Z' AS started, '2026-05-24T10:00:01.5Z' AS ended`

describe('the example of the documentation', () => {
  const page = readFile(resolve(import.meta.dirname, '../../docs/mapping-files.md'), 'utf8')

  async function readBlock(language: string): Promise<string> {
    const [, block] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(await page) ?? []
    if (block === undefined) throw new Error(`no ${language} on the page`)
    return block
  }

  const resource = { 'deployment.environment.name': 'production' }
  const shared = {
    parent_span_id: null,
    trace_state: null,
    span_name: 'cx.interaction.agent',
    span_kind: 'Internal',
    service_name: 'city-telephony',
    resource_attributes: resource,
    scope_name: null,
    scope_version: null,
    events: [],
    links: [],
  }
  const attributes = { 'cx.contact.channel': 'VOICE' }
  const expected = [
    {
      ...shared,
      trace_id: md5('C-1001'),
      timestamp: '2026-05-24T08:00:00Z',
      duration_ns: 205_000_000_000,
      status_code: 'Ok',
      status_message: null,
      attributes: {
        ...attributes,
        'cx.contact.id': 'C-1001',
        'cx.contact.direction': 'inbound',
        'cx.queue.name': 'Sales',
        'cx.agent.username': 'jana.novakova',
        'cx.webrtc.audio.mos_score': '4.2',
        'city.Leg': '1',
        'city.Wrap-up (s)': '20',
      },
    },
    {
      ...shared,
      trace_id: md5('C-1001'),
      timestamp: '2026-05-24T08:03:30Z',
      duration_ns: 60_000_000_000,
      status_code: 'Error',
      status_message: 'transferred',
      attributes: {
        ...attributes,
        'cx.contact.id': 'C-1001',
        'cx.contact.direction': 'inbound',
        'cx.queue.name': 'Support',
        'cx.agent.username': 'petr.svoboda',
        'cx.webrtc.audio.mos_score': '2.9',
        'city.Leg': '2',
        'city.Wrap-up (s)': '5',
      },
    },
    {
      ...shared,
      trace_id: md5('C-1002'),
      timestamp: '2026-12-24T22:30:00Z',
      duration_ns: 95_000_000_000,
      status_code: 'Ok',
      status_message: 'asked for "Premium"',
      attributes: {
        ...attributes,
        'cx.contact.id': 'C-1002',
        'cx.contact.direction': 'outbound',
        'cx.queue.name': 'Sales',
        'cx.agent.username': 'jana.novakova',
        'city.Leg': '1',
      },
    },
  ]

  async function readExample(path: string): Promise<readonly Row[]> {
    await drop('calls.mapping.yaml', await readBlock('yaml'))
    const rows = await readCanonical(world, path)
    return rows.toSorted((a, b) => (String(a['timestamp']) < String(b['timestamp']) ? -1 : 1))
  }

  /** The example's rows as objects; a text with `"` is the only one that CSV must quote. */
  async function parseExample(): Promise<readonly Readonly<Record<string, string>>[]> {
    const [head = '', ...lines] = (await readBlock('csv')).trim().split('\n')
    const unquote = (cell: string) => cell.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')
    return lines.map((line) => {
      const cells = line.split(';').map(unquote)
      return Object.fromEntries(head.split(';').map((name, i) => [name, cells[i] ?? '']))
    })
  }

  it('reads its CSV', async () => {
    await drop('calls-2026-05.csv', await readBlock('csv'))
    const rows = await readExample('calls-2026-05.csv')
    expect(rows).toEqual(
      expected.map((row) => ({ ...row, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) })),
    )
    expect(new Set(rows.map((row) => row['span_id'])).size).toBe(3)
    expect(Object.keys(rows[0] ?? {})).toEqual([...canonicalColumns.spans])
    expect(await recognise(world, 'calls-2026-05.csv')).toMatchObject({
      layout: 'mapping',
      about: 'as calls.mapping.yaml says',
    })
  })

  it('reads the same rows out of JSON lines and Parquet', async () => {
    const lines = (await parseExample()).map((row) => JSON.stringify(row)).join('\n')
    await drop('calls-lines.jsonl', `${lines}\n`)
    const withIds = expected.map((row) => ({ ...row, span_id: expect.any(String) }))
    expect(await readExample('calls-lines.jsonl')).toEqual(withIds)
    const out = join(world.exportsDir, 'calls.parquet')
    await world.query(
      `COPY (FROM read_json('${world.exportsDir}/calls-lines.jsonl')) TO '${out}' (FORMAT parquet)`,
    )
    expect(await readExample('calls.parquet')).toEqual(withIds)
  })

  it('answers through the lake', async () => {
    await drop('calls-2026-05.csv', await readBlock('csv'))
    await drop('calls.mapping.yaml', await readBlock('yaml'))
    const { manifest } = await world.sync()
    expect(manifest.rejected).toEqual([])
    expect(manifest.sources).toMatchObject([
      { path: 'calls-2026-05.csv', layout: 'mapping', rows: 3, skippedRows: 0 },
    ])
  })
})

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
    await writeParquet('calls.parquet', oneCall)
    const typesOf = async (path: string) => {
      const { relations } = await recognise(world, path)
      return world.query(`SELECT column_name, column_type FROM (DESCRIBE ${relations[0]?.sql})`)
    }
    await drop('calls.mapping.yaml', plain)
    expect(await typesOf('calls.parquet')).toEqual(await typesOf('typed.parquet'))
    await drop('calls.mapping.yaml', 'kind: logs\ncolumns: {timestamp: started, body: name}')
    expect(await typesOf('calls.parquet')).toEqual(await typesOf('typed-logs.parquet'))
  })

  it('makes log records', async () => {
    const rows = await readMapped(
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
    expect(await readMapped(select, `${plain}${ids}`)).toMatchObject([{ trace_id: expected }])
  })

  it('gives rows without a span id one that depends on their content alone', async () => {
    const rows = `SELECT * FROM (VALUES ('a', NULL::VARCHAR, 'x,y', 'z'), ('a', NULL, 'x', 'y,z'), ('a', NULL, 'x', 'y,z')) AS t(id, started, name, ended)`
    const first = (await readMapped(rows, plain)).map((row) => row['span_id'])
    const second = (await readMapped(`SELECT * FROM (${rows}) ORDER BY name DESC`, plain)).map(
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

  const times: readonly (readonly [string, string, string, string | null])[] = [
    ['ISO 8601 without a zone', `'2026-05-24 10:00:00.5'`, 'column: t', '2026-05-24T10:00:00.500Z'],
    [
      'ISO 8601 of a place',
      `'2026-05-24T10:00:00'`,
      'column: t, timezone: Europe/Prague',
      '2026-05-24T08:00:00Z',
    ],
    [
      'ISO 8601 with an offset, of a place',
      `'2026-05-24T10:00:00-05:00'`,
      'column: t, timezone: Europe/Prague',
      '2026-05-24T15:00:00Z',
    ],
    [
      'ISO 8601 with Z, of a place',
      `'2026-05-24T10:00:00Z'`,
      'column: t, timezone: Europe/Prague',
      '2026-05-24T10:00:00Z',
    ],
    ['a date of a place', `'2026-05-24'`, 'column: t, timezone: Asia/Kolkata', '2026-05-23T18:30:00Z'],
    ['digits without a unit', `'1779616800'`, 'column: t', null],
    ['digits in seconds', `'1779616800'`, 'column: t, unit: s', '2026-05-24T10:00:00Z'],
    ['seconds with a fraction', `'1779616800.25'`, 'column: t, unit: s', '2026-05-24T10:00:00.250Z'],
    ['milliseconds', '1779616800123', 'column: t, unit: ms', '2026-05-24T10:00:00.123Z'],
    ['microseconds', '1779616800123456', 'column: t, unit: us', '2026-05-24T10:00:00.123456Z'],
    ['nanoseconds', '1779616800123456789', 'column: t, unit: ns', '2026-05-24T10:00:00.123456789Z'],
    ['a format', `'24/05/26 10:00 PM'`, `column: t, format: '%d/%m/%y %I:%M %p'`, '2026-05-24T22:00:00Z'],
    [
      'the second format',
      `'20260524100000'`,
      `column: t, format: ['%d.%m.%Y', '%Y%m%d%H%M%S']`,
      '2026-05-24T10:00:00Z',
    ],
    [
      'a format with an offset',
      `'24.05.2026 10:00 +0200'`,
      `column: t, format: '%d.%m.%Y %H:%M %z', timezone: Asia/Tokyo`,
      '2026-05-24T08:00:00Z',
    ],
    [
      'a format in winter',
      `'24.12.2026 10:00'`,
      `column: t, format: '%d.%m.%Y %H:%M', timezone: Europe/Prague`,
      '2026-12-24T09:00:00Z',
    ],
    ['a number with a format', '20260524', `column: t, format: '%Y%m%d'`, '2026-05-24T00:00:00Z'],
    ['no such day', `'31.02.2026'`, `column: t, format: '%d.%m.%Y'`, null],
    [
      'a timestamp',
      `TIMESTAMP_NS '2026-05-24 10:00:00.123456789'`,
      'column: t',
      '2026-05-24T10:00:00.123456789Z',
    ],
    [
      'a timestamp of a place',
      `TIMESTAMP '2026-05-24 10:00:00'`,
      'column: t, timezone: America/New_York',
      '2026-05-24T14:00:00Z',
    ],
    [
      'a timestamp with its zone',
      `TIMESTAMPTZ '2026-05-24 10:00:00+00'`,
      'column: t, timezone: Asia/Tokyo',
      '2026-05-24T10:00:00Z',
    ],
    ['text that is none', `'soon'`, 'column: t, timezone: Asia/Tokyo', null],
    ['NULL', 'NULL::VARCHAR', 'column: t', null],
  ]

  it.each(times)('reads a time: %s', async (_, sql, rule, expected) => {
    const rows = await readMapped(
      `SELECT '${traceId(1)}' AS id, ${sql} AS t`,
      `kind: spans\ncolumns: {trace_id: id, span_name: id, timestamp: {${rule}}, duration: {value: 1, unit: s}}`,
    )
    expect(rows).toMatchObject([{ timestamp: expected, duration_ns: 1_000_000_000 }])
  })

  const lengths: readonly (readonly [string, string, string, number])[] = [
    ['seconds', '90', 'unit: s', 90e9],
    ['seconds with a fraction', '1.5::DOUBLE', 'unit: s', 1.5e9],
    ['milliseconds as text', `'1500'`, 'unit: ms', 1.5e9],
    ['a clock', `'01:00:01'`, 'unit: s', 3601e9],
    ['a long clock', `'100:00:00.5'`, 'unit: ms', 360_000.5e9],
    ['an interval', 'INTERVAL 90 SECOND', 'unit: s', 90e9],
    ['a negative number', '-5', 'unit: s', 0],
    ['text that is none', `'long'`, 'unit: s', 0],
    ['a blank', `''`, 'unit: s', 0],
    ['more than fits', `'99999999999999999999999'`, 'unit: s', 0],
  ]

  it.each(lengths)('reads a duration: %s', async (_, sql, unit, expected) => {
    const rows = await readMapped(
      `SELECT '${traceId(1)}' AS id, '2026-05-24T10:00:00Z' AS t, ${sql} AS d`,
      `kind: spans\ncolumns: {trace_id: id, span_name: id, timestamp: t, duration: {column: d, ${unit}}}`,
    )
    expect(Number(rows[0]?.['duration_ns'])).toBe(expected)
  })

  it('takes the first duration that is there, and the time between start and end', async () => {
    const select = `SELECT '${traceId(1)}' AS id, '2026-05-24T10:00:00Z' AS t, NULL::INTEGER AS a, '7' AS b, '2026-05-24T10:00:02Z' AS e`
    const head = 'kind: spans\ncolumns: {trace_id: id, span_name: id, timestamp: t'
    const durations = '[{column: a, unit: s}, {column: b, unit: ms}]'
    expect(await readMapped(select, `${head}, duration: ${durations}}`)).toMatchObject([
      { duration_ns: 7_000_000 },
    ])
    expect(await readMapped(select, `${head}, end: e}`)).toMatchObject([{ duration_ns: 2_000_000_000 }])
    expect(await readMapped(select, `${head}, end: a}`).catch((error: AppError) => error.message)).toMatch(
      /^calls\.mapping\.yaml:2:\d+: columns\.end: is a number \(INTEGER\) and needs a unit/,
    )
  })

  it('takes the first of several columns that is not blank', async () => {
    const rows = await readMapped(
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
    expect(await readMapped(select, plain)).toMatchObject([{ attributes: {}, resource_attributes: {} }])
    expect(await readMapped(select, `${plain}rest: {to: resource_attributes}`)).toMatchObject([
      { attributes: {}, resource_attributes: { region: 'eu' } },
    ])
  })

  it('cannot be SQL, however its texts and the column names look', async () => {
    const evil = `x' || (SELECT 1) || '"); DROP TABLE t; --`
    const quoted = JSON.stringify(evil)
    const rows = await readMapped(
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
    await writeParquet('calls-2026-05.parquet', select)
    await writeParquet('other.parquet', select)
    await drop('calls.mapping.yaml', plain)
    expect(await readCanonical(world, 'calls-2026-05.parquet')).toMatchObject([{ span_name: 'call' }])
    await expect(recognise(world, 'other.parquet')).rejects.toThrow('no known layout')
    await drop('mapping.yml', plain.replace('name: name', 'name: {value: any}'))
    expect(await readCanonical(world, 'other.parquet')).toMatchObject([{ span_name: 'any' }])
    expect(await readCanonical(world, 'calls-2026-05.parquet')).toMatchObject([{ span_name: 'call' }])
  })

  it('sets aside a mapping that is for none', async () => {
    await drop('calls.mapping.yaml', plain)
    const { manifest } = await world.sync()
    expect(manifest.rejected).toMatchObject([
      {
        path: 'calls.mapping.yaml',
        reason: 'calls.mapping.yaml:1:1: there is no export beside it whose name begins with "calls".',
      },
    ])
  })
})

describe('a wrong mapping', () => {
  /** Why the file is set aside, and what would help. */
  async function reject(
    mapping: string | Buffer,
  ): Promise<Readonly<{ message: string; next: string | undefined }>> {
    await writeParquet('calls.parquet', `${oneCall}, 5 AS number`)
    await writeFile(join(world.exportsDir, 'calls.mapping.yaml'), mapping)
    const error: unknown = await recognise(world, 'calls.parquet').catch((caught: unknown) => caught)
    if (!(error instanceof AppError)) throw error
    expect(error.details.code).toBe('unreadable_file')
    return { message: error.message, next: error.details.next }
  }

  const wrong: readonly (readonly [string, string, string, string])[] = [
    [
      'no column',
      plain.replace('started', 'strated'),
      '5:14: columns.timestamp: is no column of the export, found "strated".',
      'Nearest: started',
    ],
    [
      'no column in a list',
      plain.replace(': id', ': [id, {column: Id}]'),
      '3:27: columns.trace_id[1].column: is no column of the export, found "Id".',
      'Nearest: id',
    ],
    [
      'no map column',
      `${plain}attribute_maps: [tags]`,
      '7:18: attribute_maps[0]: is no column of the export, found "tags".',
      'Valid are: id, name, started, ended, number.',
    ],
    [
      'no key',
      `${plain}attribtes: {}`,
      '7:1: attribtes: is no key here, found "attribtes".',
      'Nearest: attributes',
    ],
    [
      'no field',
      plain.replace('span_name', 'spanname'),
      '4:3: columns.spanname: is no key here, found "spanname".',
      'Nearest: span_name',
    ],
    [
      'no key of a rule',
      `${plain}attributes: {a: {colum: id}}`,
      '7:18: attributes.a.colum: is no key here, found "colum".',
      'Nearest: column',
    ],
    [
      'a kind',
      plain.replace('spans', 'span'),
      '1:7: kind: is missing or not valid, found "span".',
      'Nearest: spans',
    ],
    [
      'a unit',
      plain.replace('started', '{column: started, unit: sec}'),
      '5:38: columns.timestamp.unit: is not valid, found "sec".',
      'Valid are: ns, us, ms, s.',
    ],
    [
      'a missing unit',
      plain.replace('started', 'number'),
      '5:14: columns.timestamp: is a number (INTEGER) and needs a unit: write {column: …, unit: ms}.',
      'Valid are: ns, us, ms, s.',
    ],
    [
      'a missing unit of a duration',
      plain.replace('end: ended', 'duration: number'),
      '6:13: columns.duration: needs its unit: write {column: …, unit: s}, found "number".',
      'docs/mapping-files.md',
    ],
    [
      'a status',
      `${plain}  status_code: {column: name, map: {call: Fine}}`,
      '7:43: columns.status_code.map.call: is not valid, found "Fine".',
      'Valid are: Unset, Ok, Error.',
    ],
    [
      'a format',
      plain.replace('started', `{column: started, format: '%Q'}`),
      '5:40: columns.timestamp.format: is no format of a time, such as %d.%m.%Y %H:%M:%S (strptime), found "%Q".',
      'docs/mapping-files.md',
    ],
    [
      'a time zone',
      plain.replace('started', '{column: started, timezone: Europe/Brno}'),
      '5:42: columns.timestamp.timezone: is no time zone, such as Europe/Prague or UTC, found "Europe/Brno".',
      'Nearest: Europe/',
    ],
    [
      'neither end nor duration',
      plain.replace('  end: ended\n', ''),
      '3:3: columns: needs either end or duration.',
      'docs/mapping-files.md',
    ],
    [
      'both',
      `${plain}  duration: {value: 1, unit: s}`,
      '3:3: columns: needs either end or duration.',
      'docs/mapping-files.md',
    ],
    [
      'column and value',
      plain.replace(': id', ': {column: id, value: 1}'),
      '3:13: columns.trace_id: needs either column or value.',
      'docs/mapping-files.md',
    ],
    [
      'a number for a column',
      plain.replace(': id', ': 7'),
      '3:13: columns.trace_id: is neither a text nor a rule nor a list, found 7.',
      'docs/mapping-files.md',
    ],
    [
      'what is missing',
      'kind: logs\ncolumns: {body: name}',
      '2:10: columns.timestamp: is missing.',
      'docs/mapping-files.md',
    ],
    ['no columns', 'kind: logs\n', '1:1: columns: is missing.', 'docs/mapping-files.md'],
    ['nothing', '', '1:1: kind: is missing or not valid.', 'Valid are: spans, logs.'],
    ['a list', '- a\n- b\n', '1:1: kind: is missing or not valid.', 'Valid are: spans, logs.'],
    [
      'a tag',
      plain.replace(': id', ': !!js/function id'),
      '3:13: is not YAML that can be read: Unresolved tag: tag:yaml.org,2002:js/function.',
      'docs/mapping-files.md',
    ],
    [
      'an open quote',
      `${plain}rest: "x`,
      '7:9: is not YAML that can be read: Missing closing "quote.',
      'docs/mapping-files.md',
    ],
    [
      'a key twice',
      `${plain}kind: spans`,
      '7:1: is not YAML that can be read: Map keys must be unique.',
      'docs/mapping-files.md',
    ],
    ['two documents', `${plain}---\n${plain}`, '', 'docs/mapping-files.md'],
    [
      'aliases without end',
      `a: &a [x]\nb: [${'*a, '.repeat(30)}]`,
      '2:85: has more than 20 aliases.',
      'docs/mapping-files.md',
    ],
    ['a NUL', `${plain}attributes: {"a\\0b": id}`, '', 'docs/mapping-files.md'],
    ['a NUL in a value', `${plain}attributes: {a: {value: "a\\0b"}}`, '', 'docs/mapping-files.md'],
  ]

  it.each(wrong)('says where and what: %s', async (_, mapping, message, next) => {
    const found = await reject(mapping)
    expect(found.message).toMatch(/^calls\.mapping\.yaml:\d+:\d+: /)
    if (message) expect(found.message).toBe(`calls.mapping.yaml:${message}`)
    expect(found.next).toContain(next)
  })

  it('ends quickly, whatever it is', async () => {
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 19 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`
    for (const text of [
      bomb,
      '['.repeat(200_000),
      `${'{a: '.repeat(50_000)}`,
      '\0\u0001\u0002',
      '%YAML 9.9\n---\nx',
    ])
      expect((await reject(text)).message).toMatch(/^calls\.mapping\.yaml:\d+:\d+: /)
    expect((await reject(Buffer.alloc(1_000_001, 'a'))).message).toBe(
      'calls.mapping.yaml:1:1: is larger than 1 MB.',
    )
    expect((await reject(Buffer.from([0xff, 0xfe, 0xc3, 0x28]))).message).toMatch(/^calls\.mapping\.yaml:/)
  })

  it('shows nothing that moves a terminal', async () => {
    const { message } = await reject(plain.replace('started', '"a\\e[31m\\nb"'))
    expect(message).toContain('\\u001b[31m')
    expect(message).not.toContain('\u001b')
    expect(message).not.toContain('\n')
  })
})
