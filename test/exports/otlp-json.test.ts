import { cpSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../src/engine/engine.ts'
import { toSelect } from '../../src/exports/canonical.ts'
import { otlpJson } from '../../src/exports/layouts/otlp-json.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'
import { readCanonical, recognise, selectCanonical } from './canonical-rows.ts'
import { readDocuments, readLogsPlainly, readSpansPlainly } from './otlp-json-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('otlp-json')
})
afterAll(() => world.close())

let files = 0

/** Writes documents as lines, and gives the file's path in the drop folder. */
async function writeLines(...documents: readonly unknown[]): Promise<string> {
  const path = `otlp-${files++}.jsonl`
  await writeFile(
    join(world.exportsDir, path),
    documents.map((document) => JSON.stringify(document)).join('\n'),
  )
  return path
}

const readSpans = async (...documents: readonly unknown[]) =>
  readCanonical(world, await writeLines(...documents), 'spans')
const readLogs = async (...documents: readonly unknown[]) =>
  readCanonical(world, await writeLines(...documents), 'logs')

const ns = at('2026-05-01T10:00:00.123Z', 456_789n)
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

const span = {
  traceId: traceId(1).toUpperCase(),
  spanId: spanId(1),
  parentSpanId: spanId(9),
  traceState: 'a=1',
  name: 'GET /x',
  kind: 2,
  startTimeUnixNano: String(ns),
  endTimeUnixNano: String(ns + 1_500_000_001n),
  attributes: [text('a', '1')],
  events: [
    { timeUnixNano: String(ns + 1n), name: 'retry', attributes: [{ key: 'n', value: { intValue: '1' } }] },
  ],
  links: [{ traceId: traceId(2), spanId: spanId(2), traceState: 'b=2', attributes: [text('kind', 'x')] }],
  status: { code: 2, message: 'it broke' },
}

const canonicalSpan = {
  trace_id: traceId(1),
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
  resource_attributes: { 'service.name': 'shop' },
  attributes: { a: '1' },
  scope_name: 'lib',
  scope_version: '1.0',
  events: [{ timestamp: '2026-05-01T10:00:00.123456790Z', name: 'retry', attributes: { n: '1' } }],
  links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: 'b=2', attributes: { kind: 'x' } }],
}

const log = {
  timeUnixNano: String(ns),
  observedTimeUnixNano: String(ns + 5n),
  severityNumber: 17,
  severityText: 'ERROR',
  body: { stringValue: 'it broke' },
  attributes: [text('a', '1')],
  traceId: traceId(1),
  spanId: spanId(1),
  flags: 1,
  eventName: 'call.dropped',
}

const canonicalLog = {
  timestamp: '2026-05-01T10:00:00.123456789Z',
  trace_id: traceId(1),
  span_id: spanId(1),
  trace_flags: 1,
  severity_text: 'ERROR',
  severity_number: 17,
  service_name: 'shop',
  body: 'it broke',
  event_name: 'call.dropped',
  resource_attributes: { 'service.name': 'shop' },
  attributes: { a: '1' },
  scope_name: 'lib',
  scope_version: '1.0',
}

const resource = { attributes: [text('service.name', 'shop')] }
const scope = { name: 'lib', version: '1.0' }
const batchOf = (...spans: readonly unknown[]) => ({ resource, scopeSpans: [{ scope, spans }] })
const tracesOf = (...spans: readonly unknown[]) => ({ resourceSpans: [batchOf(...spans)] })
const logsOf = (...logRecords: readonly unknown[]) => ({
  resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }],
})

/** The same document with every name in snake case, as some protobuf libraries write it. */
const toSnake = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value).replace(
      /"([a-z]+(?:[A-Z][a-z]+)+)":/g,
      (_, name: string) => `"${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`,
    ),
  )

describe('spans in OTLP JSON', () => {
  it('reads a span whole', async () => {
    expect(await readSpans(tracesOf(span))).toEqual([canonicalSpan])
  })

  it('reads batches, scopes and lines of any number, each span with its own resource and scope', async () => {
    const other = {
      resource: { attributes: [text('service.name', 'bank')] },
      scopeSpans: [
        {
          scope: { name: 'two' },
          spans: [
            { ...span, spanId: spanId(2) },
            { ...span, spanId: spanId(3) },
          ],
        },
        { spans: [{ ...span, spanId: spanId(4) }] },
      ],
    }
    const rows = await readSpans(
      { resourceSpans: [batchOf(span), other] },
      tracesOf({ ...span, spanId: spanId(5) }),
    )
    expect(rows.map((row) => [row['span_id'], row['service_name'], row['scope_name']])).toEqual([
      [spanId(1), 'shop', 'lib'],
      [spanId(2), 'bank', 'two'],
      [spanId(3), 'bank', 'two'],
      [spanId(4), 'bank', null],
      [spanId(5), 'shop', 'lib'],
    ])
  })

  it.each([
    ['names in snake case', toSnake(tracesOf(span))],
    ['the key `batches` of Tempo', { batches: [batchOf(span)] }],
    ['an answer of Tempo', { trace: tracesOf(span), metrics: {} }],
    ['an answer of Tempo with `batches`', { trace: { batches: [batchOf(span)] } }],
    ['an answer of Tempo in snake case', { trace: toSnake(tracesOf(span)) }],
    [
      'scopes under their older name',
      {
        resourceSpans: [
          { resource, instrumentationLibrarySpans: [{ instrumentationLibrary: scope, spans: [span] }] },
        ],
      },
    ],
    ['times as numbers', tracesOf({ ...span, startTimeUnixNano: Number.NaN, endTimeUnixNano: Number.NaN })],
    [
      'enums as names',
      tracesOf({
        ...span,
        kind: 'SPAN_KIND_SERVER',
        status: { code: 'STATUS_CODE_ERROR', message: 'it broke' },
      }),
    ],
    [
      'base64 ids',
      tracesOf({
        ...span,
        traceId: Buffer.from(traceId(1), 'hex').toString('base64'),
        spanId: Buffer.from(spanId(1), 'hex').toString('base64'),
        parentSpanId: Buffer.from(spanId(9), 'hex').toString('base64'),
      }),
    ],
    ['attributes as plain objects', tracesOf({ ...span, attributes: { a: '1' } })],
    ['unknown fields', tracesOf({ ...span, flags: 256, droppedEventsCount: 1, extra: [{}] })],
  ])('reads %s', async (what, document) => {
    const whole = JSON.stringify(document).replace(/null/g, (_, offset: number, all: string) =>
      String(all.slice(0, offset).endsWith('"startTimeUnixNano":') ? ns : ns + 1_500_000_001n),
    )
    const path = `span-${what.replaceAll(/\W/g, '-')}.json`
    await writeFile(join(world.exportsDir, path), whole)
    const relations = (await recognise(world, path)).relations
    const rows = await world.query(relations.map(({ sql }) => `FROM (${sql})`).join(' UNION ALL '))
    expect(rows).toEqual([canonicalSpan])
  })

  it('takes the defaults of the protocol for what is left out', async () => {
    const bare = { traceId: traceId(1), spanId: spanId(1), name: 'bare', startTimeUnixNano: String(ns) }
    expect(await readSpans({ resourceSpans: [{ scopeSpans: [{ spans: [bare] }] }] })).toEqual([
      {
        ...canonicalSpan,
        parent_span_id: null,
        trace_state: null,
        span_name: 'bare',
        span_kind: 'Unspecified',
        service_name: null,
        duration_ns: 0,
        status_code: 'Unset',
        status_message: null,
        resource_attributes: {},
        attributes: {},
        scope_name: null,
        scope_version: null,
        events: [],
        links: [],
      },
    ])
  })

  it.each([
    ['""', ''],
    ['zeros', '0'.repeat(16)],
    ['null', null],
  ])('has no parent where it is %s', async (_, parent) => {
    expect(await readSpans(tracesOf({ ...span, parentSpanId: parent }))).toMatchObject([
      { parent_span_id: null },
    ])
  })

  it('gives NULL for values that make no sense, and keeps the row', async () => {
    const bad = {
      ...span,
      parentSpanId: 'parent',
      kind: {},
      startTimeUnixNano: String(ns),
      endTimeUnixNano: 'later',
      attributes: 'none',
      events: [{ timeUnixNano: 'soon', name: 'e', attributes: 5 }, null, 'x'],
      links: {},
      status: [],
    }
    const rows = await readSpans(tracesOf(bad, null, 5, 'x', []))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ span_id: spanId(1), parent_span_id: null, span_kind: 'Unspecified' })
    expect(rows[0]).toMatchObject({ duration_ns: 0, status_code: 'Unset', attributes: {}, links: [] })
    expect(rows[0]?.['events']).toMatchObject([
      { timestamp: canonicalSpan.timestamp, name: 'e', attributes: {} },
      {},
      {},
    ])
  })

  it.each([
    [5],
    ['x'],
    [{}],
    [[5, null, 'x']],
    [[{ resource: 5, scopeSpans: 'x' }]],
    [[{ scopeSpans: [5, null, { spans: {} }] }]],
  ])('finds no spans in %j', async (resourceSpans) => {
    expect(await readSpans({ resourceSpans })).toEqual([])
  })

  it.each(['resourceSpans', 'trace'])(
    'finds no spans where %s of a text file is no JSON, and those beside it',
    async (name) => {
      const good = JSON.stringify(name === 'trace' ? tracesOf(span) : tracesOf(span).resourceSpans)
      const from = `(SELECT unnest(['[{', '${good}', '', NULL]) AS "${name}")`
      const source = {
        path: 'x.csv',
        from,
        columns: new Map([[name, 'VARCHAR']]),
        tables: new Map(),
        meta: undefined,
      }
      const [first] = otlpJson.read(source)
      if (!first) throw new Error('no relation')
      expect(await world.query(toSelect(first))).toEqual([canonicalSpan])
    },
  )

  it('gives the columns the types of every other layout', async () => {
    await world.spans('model.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns }])
    const describeRows = async (path: string) => {
      const rows = await world.query(`DESCRIBE ${await selectCanonical(world, path, 'spans')}`)
      return rows.map((column) => [column['column_name'], column['column_type']])
    }
    expect(await describeRows(await writeLines(tracesOf(span)))).toEqual(await describeRows('model.parquet'))
  })
})

describe('attribute values in OTLP JSON', () => {
  const list = (...values: readonly unknown[]) => ({ arrayValue: { values } })
  const map = (values: Readonly<Record<string, unknown>>) => ({
    kvlistValue: { values: Object.entries(values).map(([key, value]) => ({ key, value })) },
  })
  const read = async (attributes: unknown): Promise<Row[string] | undefined> =>
    (await readSpans(tracesOf({ ...span, attributes })))[0]?.['attributes']

  const kinds: readonly (readonly [string, unknown, string])[] = [
    ['text', { stringValue: 'a "b" \\ ü\n' }, 'a "b" \\ ü\n'],
    ['an empty text', { stringValue: '' }, ''],
    ['an integer as text', { intValue: '9223372036854775807' }, '9223372036854775807'],
    ['an integer as number', { intValue: -5 }, '-5'],
    ['a double', { doubleValue: 637.704 }, '637.704'],
    ['a double that is not finite', { doubleValue: 'NaN' }, 'NaN'],
    ['true', { boolValue: true }, 'true'],
    ['false', { boolValue: false }, 'false'],
    ['bytes', { bytesValue: 'AQID' }, 'AQID'],
    [
      'a list',
      list({ stringValue: 'a"]' }, { intValue: '2' }, { doubleValue: 0.5 }, { boolValue: true }),
      '["a\\"]",2,0.5,true]',
    ],
    ['a list with an empty value', list({}, { stringValue: '' }), '[null,""]'],
    ['an empty list', { arrayValue: {} }, '[]'],
    [
      'a map',
      map({ 'a.b': { stringValue: 'x' }, n: { intValue: 3 }, 'q"': {} }),
      '{"a.b":"x","n":3,"q\\"":null}',
    ],
    ['an empty map', { kvlistValue: { values: [] } }, '{}'],
    [
      'lists in maps in lists',
      list(map({ a: list({ intValue: 1 }, map({ b: { boolValue: false } })) })),
      '[{"a":[1,{"b":false}]}]',
    ],
    ['five levels', list(list(list(list(list({ intValue: 1 }))))), '[[[[[1]]]]]'],
    [
      'a sixth level in the protocol’s form',
      list(list(list(list(list(list({ intValue: 1 })))))),
      '[[[[[[{"values":[{"intValue":1}]}]]]]]]',
    ],
  ]

  it('become texts, by their kind', async () => {
    const attributes = kinds.map(([key, value]) => ({ key, value }))
    expect(await read(attributes)).toEqual(
      Object.fromEntries(kinds.map(([key, , expected]) => [key, expected])),
    )
  })

  it('leaves out keys without a value', async () => {
    const attributes = [
      { key: 'a', value: {} },
      { key: 'b' },
      { key: 'c', value: null },
      text('d', 'x'),
      null,
      5,
    ]
    expect(await read(attributes)).toEqual({ d: 'x' })
  })

  it('keeps the last of equal keys, and no value without a key', async () => {
    const nameless = { value: { stringValue: 'x' } }
    expect(await read([text('a', '1'), text('b', '2'), nameless, text('a', '3')])).toEqual({ a: '3', b: '2' })
  })

  it('reads a plain object, nested values as JSON text', async () => {
    expect(await read({ a: 'x', n: 5, t: true, o: { p: [1] }, z: null })).toEqual({
      a: 'x',
      n: '5',
      t: 'true',
      o: '{"p":[1]}',
    })
  })

  it('reads values in snake case', async () => {
    const nested = toSnake(list(map({ a: { stringValue: 'someValue' } })))
    const rows = await readSpans({
      resource_spans: [
        {
          scope_spans: [
            {
              spans: [
                {
                  span_id: spanId(1),
                  attributes: [
                    { key: 'k', value: nested },
                    { key: 'i', value: { int_value: 5 } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    })
    expect(rows[0]?.['attributes']).toEqual({ k: '[{"a":"someValue"}]', i: '5' })
  })
})

describe('log records in OTLP JSON', () => {
  it('reads a record whole, in either spelling', async () => {
    expect(await readLogs(logsOf(log))).toEqual([canonicalLog])
    expect(await readLogs(toSnake(logsOf(log)))).toEqual([canonicalLog])
  })

  it('reads records under the older name of their scope', async () => {
    const older = {
      resource,
      instrumentationLibraryLogs: [{ instrumentationLibrary: scope, logRecords: [log] }],
    }
    expect(await readLogs({ resourceLogs: [older] })).toEqual([canonicalLog])
  })

  it('have the time of observation where their own is 0 or missing', async () => {
    const records = ['0', 0, undefined, null].map((timeUnixNano, i) => ({
      ...log,
      timeUnixNano,
      spanId: spanId(i),
    }))
    const rows = await readLogs(logsOf(...records))
    expect(rows.map((row) => row['timestamp'])).toEqual(Array(4).fill('2026-05-01T10:00:00.123456794Z'))
  })

  const bodies: readonly (readonly [string, unknown, string | null])[] = [
    ['a number', { intValue: '5' }, '5'],
    ['a map', { kvlistValue: { values: [text('type', 'x')] } }, '{"type":"x"}'],
    ['a list', { arrayValue: { values: [{ boolValue: true }] } }, '[true]'],
    ['an empty text', { stringValue: '' }, ''],
    ['a bare text', 'plain', 'plain'],
    ['an object that is no AnyValue', { a: { b: 1 } }, '{"a":{"b":1}}'],
    ['nothing', {}, null],
    ['null', null, null],
  ]

  it('have bodies of any kind', async () => {
    const records = bodies.map(([, body], i) => ({ ...log, body, spanId: spanId(i) }))
    const rows = await readLogs(logsOf(...records))
    expect(rows.map((row) => row['body'])).toEqual(bodies.map(([, , expected]) => expected))
  })

  const severities: readonly (readonly [unknown, number | null])[] = [
    [9, 9],
    ['SEVERITY_NUMBER_INFO', 9],
    ['SEVERITY_NUMBER_FATAL4', 24],
    ['SEVERITY_NUMBER_UNSPECIFIED', 0],
    ['loud', null],
    [undefined, null],
  ]

  it('have severities as numbers or names', async () => {
    const records = severities.map(([severityNumber], i) => ({ ...log, severityNumber, spanId: spanId(i) }))
    const rows = await readLogs(logsOf(...records))
    expect(rows.map((row) => row['severity_number'])).toEqual(severities.map(([, expected]) => expected))
  })

  it('takes the attribute `event.name` where the record has no event name of its own', async () => {
    const attributes = [text('event.name', 'old')]
    expect(await readLogs(logsOf({ ...log, eventName: undefined, attributes }))).toMatchObject([
      { event_name: 'old' },
    ])
  })

  it('stand beside spans in one file', async () => {
    const path = await writeLines(tracesOf(span), logsOf(log), { resourceMetrics: [] })
    expect((await recognise(world, path)).relations.map(({ kind }) => kind)).toEqual(['spans', 'logs'])
    expect(await readCanonical(world, path, 'spans')).toEqual([canonicalSpan])
    expect(await readCanonical(world, path, 'logs')).toEqual([canonicalLog])
  })
})

describe('JSON that is no OTLP', () => {
  it.each([
    [{ resourceMetrics: [] }],
    [{ trace: { resourceSpans: [] }, level: 'info' }],
    [{ batches: [], total: 1 }],
  ])('is not taken for it: %j', async (document) => {
    const path = await writeLines(document)
    await expect(recognise(world, path)).rejects.toMatchObject({ details: { code: 'unreadable_file' } })
  })
})

const folder = resolve(import.meta.dirname, '../../../shared/data/traces/otlp-json')
const isThere = existsSync(folder)

const bySpan = (a: Row, b: Row) =>
  `${a['span_id'] ?? '~'} ${a['timestamp']}` < `${b['span_id'] ?? '~'} ${b['timestamp']}` ? -1 : 1

describe.skipIf(!isThere)(
  `OTLP JSON of other tools${isThere ? '' : ' (skipped: their folder is absent)'}`,
  () => {
    const compare = async (path: string, kind: 'spans' | 'logs', count: number) => {
      cpSync(join(folder, path), join(world.exportsDir, path))
      const documents = readDocuments(readFileSync(join(folder, path), 'utf8'), path)
      const plain = kind === 'spans' ? readSpansPlainly(documents) : readLogsPlainly(documents)
      const expected = JSON.parse(JSON.stringify(plain)) as readonly Row[]
      expect(expected).toHaveLength(count)
      const rows = await readCanonical(world, path, kind)
      expect([...rows].sort(bySpan)).toEqual([...expected].sort(bySpan))
    }

    it.each([
      ['otlp2parquet-trace.json', 2],
      ['duckdb-otlp-traces_simple.jsonl', 3],
      ['duckdb-otlp-traces_deep_nesting.jsonl', 1],
      ['opentelemetry-proto-trace.json', 1],
    ])('reads every field of the spans of %s', (path, count) => compare(path, 'spans', count))

    it.each([
      ['otlp2parquet-logs.jsonl', 81],
      ['duckdb-otlp-logs_simple.jsonl', 3],
      ['opentelemetry-proto-logs.json', 1],
      ['opentelemetry-proto-events.json', 1],
    ])('reads every field of the records of %s', (path, count) => compare(path, 'logs', count))
  },
)
