import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { langfuse } from '../../../src/exports/layouts/platforms/langfuse.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'
import { canonical, md5, readTexts } from './langfuse-rows.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('langfuse')
})

afterAll(() => world.close())

const least = {
  id: 'a',
  trace_id: 't',
  type: 'SPAN',
  parent_observation_id: '',
  start_time: '2026-05-01 10:00:00.000000',
}

describe('what Langfuse observations hold', () => {
  it('load with the core fields only', async () => {
    expect(await readTexts(world, [least])).toEqual([
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
    expect(await readTexts(world, [row])).toMatchObject([
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
    expect(await readTexts(world, [{ ...least, ...ids }])).toMatchObject([
      {
        trace_id: ids.trace_id,
        span_id: ids.id,
        parent_span_id: ids.parent_observation_id,
        attributes: { 'langfuse.observation.type': 'SPAN' },
      },
    ])
    const [row] = await readTexts(world, [{ ...least, ...ids }])
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
    expect(await readTexts(world, [{ ...least, ...fields }])).toMatchObject([{ duration_ns: duration }])
  })

  it.each([
    ['GENERATION', 'Client'],
    ['EMBEDDING', 'Client'],
    ['SPAN', 'Internal'],
    ['EVENT', 'Internal'],
    ['AGENT', 'Internal'],
    ['TOOL', 'Internal'],
  ])('of type %s are of kind %s', async (type, kind) => {
    expect(await readTexts(world, [{ ...least, type }])).toMatchObject([
      { span_kind: kind, attributes: { 'langfuse.observation.type': type } },
    ])
  })

  it('take the service, the resource and the scope of OpenTelemetry out of the metadata', async () => {
    const nested = {
      resourceAttributes: { 'service.name': 'bot', 'host.name': 'h' },
      scope: { name: 'lib', version: '2' },
    }
    expect(await readTexts(world, [{ ...least, environment: 'eu', metadata: nested }])).toMatchObject([
      {
        service_name: 'bot',
        resource_attributes: { 'service.name': 'bot', 'host.name': 'h', 'deployment.environment.name': 'eu' },
        scope_name: 'lib',
        scope_version: '2',
      },
    ])
    expect(await readTexts(world, [{ ...least, metadata: { 'service.name': 'own' } }])).toMatchObject([
      { service_name: 'own', resource_attributes: { 'service.name': 'own' } },
    ])
    expect(
      await readTexts(world, [
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
    expect(await readTexts(world, [row])).toMatchObject([
      { timestamp: null, attributes: { 'langfuse.tags': 'eu' } },
    ])
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
