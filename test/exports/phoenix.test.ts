import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { phoenix } from '../../src/exports/layouts/phoenix.ts'
import { createLayoutWorld, type LayoutWorld, spanTypes } from './layout-world.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('phoenix')
})
afterAll(() => world.close())

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const [trace, span, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '00f067aa0ba902b7']

const canonical = {
  trace_id: trace,
  span_id: span,
  parent_span_id: parent,
  trace_state: null,
  span_name: 'ChatCompletion',
  span_kind: 'Client',
  service_name: 'phoenix',
  timestamp: '2026-05-01T10:00:00.123456Z',
  duration_ns: 1_000_000_000,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: {},
  scope_name: null,
  scope_version: null,
  links: [],
}

const core = `'ChatCompletion' AS "name", 'LLM' AS span_kind, '${parent}' AS parent_id,
  TIMESTAMPTZ '2026-05-01 10:00:00.123456+00' AS start_time, TIMESTAMPTZ '2026-05-01 10:00:01.123456+00' AS end_time,
  'ERROR' AS status_code, 'it broke' AS status_message, '${span}' AS "context.span_id", '${trace}' AS "context.trace_id"`

describe('a Phoenix dataframe', () => {
  it('gives its typed attribute columns as texts, and its events', async () => {
    await world.parquet(
      'frame.parquet',
      `SELECT ${core},
        [{'name': 'exception', 'timestamp': TIMESTAMP '2026-05-01 10:00:00.5', 'attributes': {'exception.message': 'no', 'exception.type': NULL::VARCHAR}}] AS events,
        'gpt-4o' AS "attributes.llm.model_name", 12.0::DOUBLE AS "attributes.llm.token_count.prompt", 7::BIGINT AS "attributes.llm.token_count.completion",
        0.5::DOUBLE AS "attributes.score", 2.0::DOUBLE AS "attributes.temperature", true AS "attributes.flag",
        [{'message.role': 'user', 'message.content': 'hi'}] AS "attributes.llm.input_messages",
        {'a': 1, 'b': NULL::INTEGER} AS "attributes.metadata", NULL::VARCHAR AS "attributes.output.value", '' AS "attributes.input.value",
        'nan'::DOUBLE AS "attributes.llm.token_count.total", TIMESTAMP '2026-05-01 10:00:00' AS "attributes.at", ['x', 'y'] AS "attributes.tag.tags"`,
    )
    expect(await world.rows('frame.parquet')).toEqual([
      {
        ...canonical,
        attributes: {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-4o',
          'llm.token_count.prompt': '12',
          'llm.token_count.completion': '7',
          score: '0.5',
          temperature: '2.0',
          flag: 'true',
          'llm.input_messages': '[{"message.role":"user","message.content":"hi"}]',
          metadata: '{"a":1,"b":null}',
          at: '2026-05-01T10:00:00Z',
          'tag.tags': '["x","y"]',
        },
        events: [
          {
            timestamp: '2026-05-01T10:00:00.500Z',
            name: 'exception',
            attributes: { 'exception.message': 'no' },
          },
        ],
      },
    ])
    expect(await world.layoutOf('frame.parquet')).toBe('phoenix')
    expect(await world.types('frame.parquet')).toEqual(spanTypes)
  })

  it('does without attributes, events, status and ids that are hexadecimal', async () => {
    await world.parquet(
      'least.parquet',
      `SELECT NULL::VARCHAR AS "name", NULL::VARCHAR AS span_kind, NULL::VARCHAR AS parent_id, TIMESTAMP '2026-05-01 10:00:00' AS start_time,
        NULL::TIMESTAMP AS end_time, 's01' AS "context.span_id", 'fixture' AS "context.trace_id"`,
    )
    expect(await world.rows('least.parquet')).toEqual([
      {
        ...canonical,
        trace_id: md5('fixture'),
        span_id: md5('s01').slice(0, 16),
        parent_span_id: null,
        span_name: '',
        span_kind: 'Internal',
        timestamp: '2026-05-01T10:00:00Z',
        duration_ns: 0,
        status_code: 'Unset',
        status_message: null,
        attributes: { 'phoenix.trace.id': 'fixture', 'phoenix.span.id': 's01' },
        events: [],
      },
    ])
    expect(await world.types('least.parquet')).toEqual(spanTypes)
  })

  it('takes the service out of an attribute, and events out of JSON text', async () => {
    await world.parquet(
      'service.parquet',
      `SELECT ${core}, 'bot' AS "attributes.service.name", '[{"name":"e","time":"2026-05-01T12:00:01+02:00"}]' AS events`,
    )
    expect(await world.rows('service.parquet')).toMatchObject([
      {
        service_name: 'bot',
        resource_attributes: { 'service.name': 'bot' },
        events: [{ timestamp: '2026-05-01T10:00:01Z', name: 'e', attributes: {} }],
      },
    ])
  })

  it('reads on where events are no list, and keeps attribute names as they are', async () => {
    await world.parquet(
      'odd.parquet',
      `SELECT ${core}, 'none' AS events, 'x' AS "attributes.it's ""odd""", 'infinity'::DOUBLE AS "attributes.token_count.odd"`,
    )
    expect(await world.rows('odd.parquet')).toMatchObject([
      { events: [], attributes: { [`it's "odd"`]: 'x', 'token_count.odd': 'inf' } },
    ])
  })
})

/** Rows of the API's JSON as a JSON file's columns: objects as JSON text. */
async function readJson(rows: readonly Readonly<Record<string, unknown>>[]) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const toText = (value: unknown) => {
    if (value === null || value === undefined) return 'NULL::VARCHAR'
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `'${text.replaceAll("'", "''")}'`
  }
  const selects = rows.map(
    (row) => `SELECT ${names.map((name) => `${toText(row[name])} AS "${name}"`).join(', ')}`,
  )
  const source = {
    columns: new Map(names.map((name) => [name, 'VARCHAR'])),
    from: `(${selects.join(' UNION ALL ')})`,
    path: 'x',
    tables: new Map(),
    meta: undefined,
  }
  expect(phoenix.matches(source)).toBe(true)
  return world.rowsOf(phoenix, source)
}

const api = {
  id: 'row-1',
  name: 'ChatCompletion',
  context: { trace_id: trace, span_id: span },
  span_kind: 'LLM',
  parent_id: parent,
  start_time: '2026-05-01T10:00:00.123456+00:00',
  end_time: '2026-05-01T10:00:01.123456+00:00',
  status_code: 'ERROR',
  status_message: 'it broke',
  attributes: { 'input.value': 'hi' },
  events: [],
}

describe('the JSON of Phoenix', () => {
  it('gives attributes under dotted keys, whether they came dotted or nested', async () => {
    const attributes = {
      'input.value': 'hi',
      llm: { token_count: { prompt: 3, completion: 1.5 }, model_name: 'm', none: null },
      messages: [{ role: 'user' }],
      flag: true,
    }
    const events = [
      { name: 'e', timestamp: '2026-05-01T10:00:00.5Z', attributes: { a: { b: 1 } } },
      { name: 'bare' },
    ]
    expect(await readJson([{ ...api, attributes, events }])).toEqual([
      {
        ...canonical,
        attributes: {
          'openinference.span.kind': 'LLM',
          'input.value': 'hi',
          'llm.token_count.prompt': '3',
          'llm.token_count.completion': '1.5',
          'llm.model_name': 'm',
          messages: '[{"role":"user"}]',
          flag: 'true',
        },
        events: [
          { timestamp: '2026-05-01T10:00:00.500Z', name: 'e', attributes: { 'a.b': '1' } },
          { timestamp: canonical.timestamp, name: 'bare', attributes: {} },
        ],
      },
    ])
  })

  it('keeps the kind that is among the attributes, where there is one', async () => {
    const attributes = { 'openinference.span.kind': 'RERANKER' }
    expect(await readJson([{ ...api, span_kind: 'UNKNOWN', attributes }])).toMatchObject([
      { span_kind: 'Internal', attributes },
    ])
  })

  it('is read on where context, attributes or events are none', async () => {
    const row = {
      ...api,
      context: 'x',
      attributes: '[1]',
      events: '{}',
      start_time: 'never',
      status_code: 'ODD',
    }
    expect(await readJson([row])).toEqual([
      {
        ...canonical,
        trace_id: null,
        span_id: null,
        timestamp: null,
        duration_ns: 0,
        status_code: 'Unset',
        attributes: { 'openinference.span.kind': 'LLM' },
        events: [],
      },
    ])
  })

  it('is not taken for JSON of another kind', () => {
    const toSource = (names: readonly string[]) => ({
      columns: new Map(names.map((name) => [name, 'VARCHAR'])),
      from: 'x',
      path: 'x',
      tables: new Map(),
      meta: undefined,
    })
    expect(phoenix.matches(toSource(['name', 'span_kind', 'parent_id', 'start_time', 'end_time']))).toBe(
      false,
    )
    expect(phoenix.matches(toSource(['trace_id', 'spans']))).toBe(false)
  })
})

const realFile = resolve(import.meta.dirname, '../../../shared/data/traces/genai/phoenix-pxi_turn_trace.json')

type RealSpan = Readonly<{
  name: string
  context: Readonly<{ trace_id: string; span_id: string }>
  parent_id: string | null
  span_kind: string
  status_code: string
  start_time: string
  end_time: string
  attributes: Readonly<Record<string, unknown>>
  events: readonly unknown[]
}>

describe.skipIf(!existsSync(realFile))('a real trace of Phoenix', () => {
  it('gives each span as the file has it', async () => {
    const text = readFileSync(realFile, 'utf8')
    const spans = JSON.parse(text) as readonly RealSpan[]
    await world.write('real.json', text)
    const rows = await world.rows('real.json')
    expect(rows).toHaveLength(18)
    const toId = (id: string) => md5(id).slice(0, 16)
    for (const { context, ...real } of spans) {
      const row = rows.find((candidate) => candidate['span_id'] === toId(context.span_id))
      expect(row).toMatchObject({
        trace_id: md5(context.trace_id),
        parent_span_id: real.parent_id && toId(real.parent_id),
        span_name: real.name,
        span_kind: real.span_kind === 'LLM' ? 'Client' : 'Internal',
        status_code: real.status_code === 'ERROR' ? 'Error' : 'Ok',
        duration_ns: (Date.parse(real.end_time) - Date.parse(real.start_time)) * 1_000_000,
        attributes: {
          'phoenix.trace.id': context.trace_id,
          'phoenix.span.id': context.span_id,
          'openinference.span.kind': real.span_kind,
        },
      })
      const known = Object.entries(real.attributes).filter(
        ([, value]) => typeof value === 'string' && value !== '',
      )
      expect(row?.['attributes']).toMatchObject(Object.fromEntries(known))
      expect(row?.['events']).toHaveLength(real.events.length)
    }
  })
})
