import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld, spanTypes } from '../layout-world.ts'
import { canonical, metadata, readTexts, uuid } from './langfuse-rows.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('langfuse')
})

afterAll(() => world.close())

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

describe('Langfuse observations', () => {
  it('are read from text columns, as JSON and CSV files have', async () => {
    expect(await readTexts(world, [generation])).toEqual([expected])
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
})
