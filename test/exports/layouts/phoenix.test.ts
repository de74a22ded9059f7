import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld, spanTypes } from '../layout-world.ts'
import { canonical, md5, parent, span, trace } from './phoenix-rows.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('phoenix')
})

afterAll(() => world.close())

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
