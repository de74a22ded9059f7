import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { langfuse } from '../../src/exports/layouts/langfuse.ts'
import { createLayoutWorld, type LayoutWorld, spanTypes } from './layout-world.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('langfuse')
})
afterAll(() => world.close())

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

const uuid = '6f1c2d3e-4a5b-4c6d-8e7f-90a1b2c3d4e5'
const metadata = { team: 'voice', nested: { a: [1] }, none: null }

/** One generation with every field, as the export writes it to JSON. */
const generation = {
  id: 'obs-1',
  trace_id: uuid,
  project_id: 'p1',
  environment: 'production',
  type: 'GENERATION',
  parent_observation_id: 'obs-0',
  start_time: '2026-05-01 10:00:00.123000',
  end_time: '2026-05-01 10:00:01.623000',
  name: 'answer',
  metadata,
  level: 'ERROR',
  status_message: 'too long',
  version: 'v7',
  input: '[{"role":"user"}]',
  output: 'plain text',
  provided_model_name: 'gpt-4o',
  model_parameters: '{"temperature":0.7}',
  usage_details: { input: 500, output: 120, total: 620, input_cached_tokens: 3 },
  cost_details: { input: 0.25, output: 0.5, total: 0.75 },
  completion_start_time: '2026-05-01 10:00:00.623000',
  prompt_name: 'greeting',
  prompt_version: 3,
  total_cost: 0.75,
  latency: 99,
  time_to_first_token: 0.5,
  model_id: 'm1',
  tool_calls: ['{"id":"t1"}'],
  tool_call_names: ['lookup'],
  tool_definitions: {},
  user_id: 'u1',
  session_id: 's1',
  trace_name: 'call',
  tags: ['eu', 'beta'],
  release: 'r1',
}

const canonical = {
  trace_id: uuid.replaceAll('-', ''),
  span_id: md5('obs-1').slice(0, 16),
  parent_span_id: md5('obs-0').slice(0, 16),
  trace_state: null,
  span_name: 'answer',
  span_kind: 'Client',
  service_name: 'langfuse',
  timestamp: '2026-05-01T10:00:00.123Z',
  duration_ns: 1_500_000_000,
  status_code: 'Error',
  status_message: 'too long',
  resource_attributes: { 'deployment.environment.name': 'production' },
  attributes: {
    'langfuse.trace.id': uuid,
    'langfuse.observation.id': 'obs-1',
    'langfuse.observation.type': 'GENERATION',
    'langfuse.observation.level': 'ERROR',
    'langfuse.project.id': 'p1',
    'langfuse.trace.name': 'call',
    'langfuse.tags': '["eu","beta"]',
    'langfuse.release': 'r1',
    'langfuse.version': 'v7',
    'langfuse.input': '[{"role":"user"}]',
    'langfuse.output': 'plain text',
    'langfuse.model.id': 'm1',
    'langfuse.model.parameters': '{"temperature":0.7}',
    'langfuse.completion_start_time': '2026-05-01 10:00:00.623000',
    'langfuse.time_to_first_token': '0.5',
    'langfuse.prompt.name': 'greeting',
    'langfuse.prompt.version': '3',
    'langfuse.tool_call_names': '["lookup"]',
    'langfuse.usage.total': '620',
    'langfuse.usage.input_cached_tokens': '3',
    'langfuse.cost.input': '0.25',
    'langfuse.cost.output': '0.5',
    'langfuse.cost.total': '0.75',
    'langfuse.metadata.team': 'voice',
    'langfuse.metadata.nested': '{"a":[1]}',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': '500',
    'gen_ai.usage.output_tokens': '120',
    'session.id': 's1',
    'user.id': 'u1',
  },
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

const withToolCalls = {
  ...canonical.attributes,
  'langfuse.tool_calls': JSON.stringify(generation.tool_calls),
}
const expected = { ...canonical, attributes: withToolCalls }

/** A value as the export writes it to CSV: objects and lists as JSON, nothing for null. */
function toCsvField(value: unknown): string {
  if (value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return `"${text.replaceAll('"', '""')}"`
}

const toCsv = (rows: readonly Readonly<Record<string, unknown>>[]) =>
  [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(toCsvField))]
    .map((fields) => `${fields.join(',')}\n`)
    .join('')

/** The columns of a JSON or CSV file, all VARCHAR, out of rows as a test states them. */
async function readTexts(rows: readonly Readonly<Record<string, unknown>>[]) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const toText = (value: unknown) => {
    if (value === null || value === undefined) return 'NULL::VARCHAR'
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `'${text.replaceAll("'", "''")}'`
  }
  const selects = rows.map(
    (row) => `SELECT ${names.map((name) => `${toText(row[name])} AS "${name}"`).join(', ')}`,
  )
  const columns = new Map(names.map((name) => [name, 'VARCHAR']))
  const from = `(${selects.join(' UNION ALL ')})`
  const source = { columns, from, path: 'x', tables: new Map(), meta: undefined }
  expect(langfuse.matches(source)).toBe(true)
  return world.rowsOf(langfuse, source)
}

const least = {
  id: 'a',
  trace_id: 't',
  type: 'SPAN',
  parent_observation_id: '',
  start_time: '2026-05-01 10:00:00.000000',
}

describe('Langfuse observations', () => {
  it('are read from text columns, as JSON and CSV files have', async () => {
    expect(await readTexts([generation])).toEqual([expected])
  })

  it('are read from JSON lines', async () => {
    await world.write(
      'o/1.jsonl',
      `${JSON.stringify(generation)}\n${JSON.stringify({ ...generation, id: 'b' })}\n`,
    )
    const rows = await world.rows('o/1.jsonl')
    expect(rows).toHaveLength(2)
    expect(rows).toContainEqual(expected)
    expect(await world.layoutOf('o/1.jsonl')).toBe('langfuse')
    expect(await world.types('o/1.jsonl')).toEqual(spanTypes)
  })

  it('are read from CSV', async () => {
    await world.write(
      'o/2.csv',
      toCsv([generation, { ...generation, id: 'b', end_time: null, metadata: {} }]),
    )
    expect(await world.rows('o/2.csv')).toContainEqual(expected)
  })

  it('are read from Parquet, with maps, lists, decimals and timestamps', async () => {
    await world.parquet(
      'o/3.parquet',
      `SELECT 'obs-1' AS id, '${uuid}' AS trace_id, 'p1' AS project_id, 'production' AS environment, 'GENERATION' AS "type",
        'obs-0' AS parent_observation_id, TIMESTAMP '2026-05-01 10:00:00.123' AS start_time, TIMESTAMP_MS '2026-05-01 10:00:01.623' AS end_time,
        'answer' AS "name", MAP {'team': 'voice', 'nested': '{"a":[1]}', 'none': NULL} AS metadata, 'ERROR' AS "level",
        'too long' AS status_message, 'v7' AS version, '[{"role":"user"}]' AS "input", 'plain text' AS output,
        'gpt-4o' AS provided_model_name, '{"temperature":0.7}' AS model_parameters,
        MAP {'input': 500::UBIGINT, 'output': 120, 'total': 620, 'input_cached_tokens': 3} AS usage_details,
        MAP {'input': 0.25::DOUBLE, 'output': 0.5, 'total': 0.75} AS cost_details,
        NULL::TIMESTAMP AS completion_start_time, 'greeting' AS prompt_name, 3::USMALLINT AS prompt_version,
        0.75::DOUBLE AS total_cost, 99.0::DOUBLE AS latency, 0.5::DOUBLE AS time_to_first_token, 'm1' AS model_id,
        ['{"id":"t1"}'] AS tool_calls, ['lookup'] AS tool_call_names, MAP {}::MAP(VARCHAR, VARCHAR) AS tool_definitions,
        'u1' AS user_id, 's1' AS session_id, 'call' AS trace_name, ['eu', 'beta'] AS tags, 'r1' AS release`,
    )
    const { 'langfuse.completion_start_time': _, ...attributes } = withToolCalls
    expect(await world.rows('o/3.parquet')).toEqual([{ ...expected, attributes }])
    expect(await world.types('o/3.parquet')).toEqual(spanTypes)
  })

  it('load with the core fields only', async () => {
    expect(await readTexts([least])).toEqual([
      {
        ...canonical,
        trace_id: md5('t'),
        span_id: md5('a').slice(0, 16),
        parent_span_id: null,
        span_name: 'SPAN',
        span_kind: 'Internal',
        timestamp: '2026-05-01T10:00:00Z',
        duration_ns: 0,
        status_code: 'Unset',
        status_message: null,
        resource_attributes: {},
        attributes: {
          'langfuse.trace.id': 't',
          'langfuse.observation.id': 'a',
          'langfuse.observation.type': 'SPAN',
        },
      },
    ])
  })

  it('do without what is blank, null, or empty', async () => {
    const row = {
      ...least,
      name: '',
      input: '',
      output: null,
      tags: [],
      tool_definitions: {},
      metadata: {},
      usage_details: {},
      user_id: '',
      environment: '',
      level: 'DEFAULT',
      status_message: '',
    }
    expect(await readTexts([row])).toMatchObject([
      {
        span_name: 'SPAN',
        status_code: 'Unset',
        status_message: null,
        resource_attributes: {},
        attributes: {
          'langfuse.trace.id': 't',
          'langfuse.observation.id': 'a',
          'langfuse.observation.type': 'SPAN',
          'langfuse.observation.level': 'DEFAULT',
        },
      },
    ])
  })

  it('keep canonical ids without naming them twice', async () => {
    const ids = {
      id: 'b7ad6b7169203331',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      parent_observation_id: '00f067aa0ba902b7',
    }
    expect(await readTexts([{ ...least, ...ids }])).toMatchObject([
      {
        trace_id: ids.trace_id,
        span_id: ids.id,
        parent_span_id: ids.parent_observation_id,
        attributes: { 'langfuse.observation.type': 'SPAN' },
      },
    ])
    const [row] = await readTexts([{ ...least, ...ids }])
    expect(Object.keys(row?.['attributes'] ?? {})).toEqual(['langfuse.observation.type'])
  })

  it.each([
    ['the end before the latency', { end_time: '2026-05-01 10:00:02.500000', latency: 7 }, 2_500_000_000],
    ['the latency in seconds where there is no end', { end_time: null, latency: 1.25 }, 1_250_000_000],
    ['the latency where the end is no time', { end_time: 'soon', latency: '0.001' }, 1_000_000],
    ['nothing for an observation in progress', { end_time: null, latency: null }, 0],
    ['nothing for an end before the start', { end_time: '2026-05-01 09:00:00' }, 0],
    ['nothing for a latency that is no number', { latency: 'fast' }, 0],
  ])('last: %s', async (_, fields, duration) => {
    expect(await readTexts([{ ...least, ...fields }])).toMatchObject([{ duration_ns: duration }])
  })

  it.each([
    ['GENERATION', 'Client'],
    ['EMBEDDING', 'Client'],
    ['SPAN', 'Internal'],
    ['EVENT', 'Internal'],
    ['AGENT', 'Internal'],
    ['TOOL', 'Internal'],
  ])('of type %s are of kind %s', async (type, kind) => {
    expect(await readTexts([{ ...least, type }])).toMatchObject([
      { span_kind: kind, attributes: { 'langfuse.observation.type': type } },
    ])
  })

  it('take the service, the resource and the scope of OpenTelemetry out of the metadata', async () => {
    const nested = {
      resourceAttributes: { 'service.name': 'bot', 'host.name': 'h' },
      scope: { name: 'lib', version: '2' },
    }
    expect(await readTexts([{ ...least, environment: 'eu', metadata: nested }])).toMatchObject([
      {
        service_name: 'bot',
        resource_attributes: { 'service.name': 'bot', 'host.name': 'h', 'deployment.environment.name': 'eu' },
        scope_name: 'lib',
        scope_version: '2',
      },
    ])
    expect(await readTexts([{ ...least, metadata: { 'service.name': 'own' } }])).toMatchObject([
      { service_name: 'own', resource_attributes: { 'service.name': 'own' } },
    ])
    expect(
      await readTexts([
        { ...least, metadata: { 'resourceAttributes.service.name': 'flat', 'scope.name': 'lib' } },
      ]),
    ).toMatchObject([{ service_name: 'flat', scope_name: 'lib' }])
  })

  it('are read on where metadata or usage is no object, or a time is none', async () => {
    const row = {
      ...least,
      metadata: 'note',
      usage_details: '[1',
      cost_details: '7',
      tags: 'eu',
      start_time: 'never',
    }
    expect(await readTexts([row])).toMatchObject([{ timestamp: null, attributes: { 'langfuse.tags': 'eu' } }])
  })

  it('are not taken for rows that lack a parent or a type', () => {
    const toSource = (names: readonly string[]) => ({
      columns: new Map(names.map((name) => [name, 'VARCHAR'])),
      from: 'x',
      path: 'x',
      tables: new Map(),
      meta: undefined,
    })
    expect(langfuse.matches(toSource(['id', 'trace_id', 'observation_id', 'name', 'value']))).toBe(false)
    expect(langfuse.matches(toSource(['id', 'timestamp', 'name', 'user_id', 'session_id']))).toBe(false)
  })
})
