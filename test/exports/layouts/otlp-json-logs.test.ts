import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import {
  canonicalSpan,
  ns,
  resource,
  scope,
  span,
  text,
  toSnake,
  tracesOf,
  writeLines,
} from './otlp-json-batches.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('otlp-json')
})

afterAll(() => world.close())

const readLogs = async (...documents: readonly unknown[]) =>
  readCanonical(world, await writeLines(world, ...documents), 'logs')

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

const logsOf = (...logRecords: readonly unknown[]) => ({
  resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }],
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
    const path = await writeLines(world, tracesOf(span), logsOf(log), { resourceMetrics: [] })
    expect((await recognise(world, path)).relations.map(({ kind }) => kind)).toEqual(['spans', 'logs'])
    expect(await readCanonical(world, path, 'spans')).toEqual([canonicalSpan])
    expect(await readCanonical(world, path, 'logs')).toEqual([canonicalLog])
  })
})
