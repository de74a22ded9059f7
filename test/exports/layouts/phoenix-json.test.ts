import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { phoenix } from '../../../src/exports/layouts/platforms/phoenix.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'
import { canonical, md5, parent, span, trace } from './phoenix-rows.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('phoenix')
})

afterAll(() => world.close())

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
  it('has whole counts of tokens also where a dataframe wrote it, with times in milliseconds', async () => {
    const { attributes: _, context: __, ...rest } = api
    const row = {
      ...rest,
      start_time: Date.parse(api.start_time),
      end_time: Date.parse(api.end_time),
      'context.trace_id': trace,
      'context.span_id': span,
      'attributes.llm.token_count.prompt': '3.0',
      'attributes.llm.token_count.completion': '1.5',
      'attributes.score': '3.0',
    }
    await world.write('dataframe.jsonl', JSON.stringify(row))
    expect(await world.rows('dataframe.jsonl')).toMatchObject([
      {
        timestamp: '2026-05-01T10:00:00.123Z',
        duration_ns: 1_000_000_000,
        attributes: { 'llm.token_count.prompt': '3', 'llm.token_count.completion': '1.5', score: '3.0' },
      },
    ])
  })

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

const realFile = resolve(
  import.meta.dirname,
  '../../../../shared/data/traces/genai/phoenix-pxi_turn_trace.json',
)

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
