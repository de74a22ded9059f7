import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld, logTypes } from '../layout-world.ts'
import { firstNs, textAttribute, writeAttributes, writeLogs, writeSpans } from './otap-tables.ts'
import { first, list, trace } from './otap-values.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('otap')
})

afterAll(() => world.close())

describe('OTAP logs', () => {
  it('gives log records, beside spans where there are any', async () => {
    await writeSpans(world, 'both/spans/part-1-a.parquet', [{ id: 0, span: first }])
    await writeLogs(world, 'both/logs/part-1-a.parquet', [
      { id: 1, time: firstNs, trace, span: first, severity: 17, event: 'softphone.error' },
      { id: null, time: 0n, observed: firstNs + 1n, body: `{'type': 6::UTINYINT, 'ser': unhex('${list}')}` },
    ])
    await writeAttributes(world, 'both/log_attrs/part-1-a.parquet', [
      { parent: 1, key: 'n', type: 2, int: 5n },
    ])
    await world.query('SELECT 1')
    const log = {
      trace_flags: 1,
      severity_text: null,
      service_name: null,
      resource_attributes: {},
      scope_name: 'logger',
      scope_version: null,
    }
    expect(await world.rows('both', 'spans')).toMatchObject([{ span_id: first }])
    expect(await world.rows('both', 'logs')).toEqual([
      {
        ...log,
        timestamp: '2026-05-01T10:00:00.123456789Z',
        trace_id: trace,
        span_id: first,
        severity_number: 17,
        body: 'said',
        event_name: 'softphone.error',
        attributes: { n: '5' },
      },
      {
        ...log,
        timestamp: '2026-05-01T10:00:00.123456790Z',
        trace_id: null,
        span_id: null,
        severity_number: 9,
        body: '["a",1]',
        event_name: null,
        attributes: {},
      },
    ])
    expect(await world.types('both', 'logs')).toEqual(logTypes)
  })

  it('gives log records alone, with the event’s name out of the attributes', async () => {
    await writeLogs(world, 'logs only/logs/part-1-a.parquet', [{ id: 0, time: firstNs, trace, span: first }])
    await writeAttributes(world, 'logs only/log_attrs/part-1-a.parquet', [
      textAttribute(0, 'event.name', 'x.y'),
    ])
    await writeAttributes(world, 'logs only/resource_attrs/part-1-a.parquet', [
      textAttribute(0, 'service.name', 'app'),
    ])
    expect(await world.rows('logs only')).toMatchObject([
      {
        event_name: 'x.y',
        service_name: 'app',
        resource_attributes: { 'service.name': 'app' },
        body: 'said',
      },
    ])
  })
})
