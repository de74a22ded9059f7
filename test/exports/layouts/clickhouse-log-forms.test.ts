import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'

let world: LakeWorld

let files = 0

beforeAll(async () => {
  world = await createLakeWorld('clickhouse-forms')
})

afterAll(() => world.close())

describe('log records', () => {
  const record: SqlRow = {
    Timestamp: "'2024-05-01 10:00:00.000000007'",
    TraceId: text(traceId(1).toUpperCase()),
    SpanId: text(spanId(1)),
    TraceFlags: "'1'",
    SeverityText: "'ERROR'",
    SeverityNumber: "'17'",
    ServiceName: "'shop'",
    Body: `'"quoted" stays'`,
    ResourceAttributes: `'{}'`,
    LogAttributes: `'{"event.name":"sold","a":{"b":[1]}}'`,
  }

  it.each([
    ['JSON text', `'{"event.name":"sold","a":{"b":[1]}}'`],
    ['a struct', `{'event.name': 'sold', 'a': {'b': [1]}}`],
    ['ClickHouse’s text', text(`{'event.name':'sold','a.b':'[1]'}`)],
  ])('are read with attributes as %s', async (_, sql) => {
    const path = `logs${++files}.parquet`
    await writeParquet(world, path, [{ ...record, LogAttributes: sql }])
    expect(await recognise(world, path)).toMatchObject({ layout: 'clickhouse-logs' })
    expect(await readCanonical(world, path)).toEqual([
      {
        timestamp: '2024-05-01T10:00:00.000000007Z',
        trace_id: traceId(1),
        span_id: spanId(1),
        trace_flags: 1,
        severity_text: 'ERROR',
        severity_number: 17,
        service_name: 'shop',
        body: '"quoted" stays',
        event_name: 'sold',
        resource_attributes: {},
        attributes: { 'event.name': 'sold', 'a.b': '[1]' },
        scope_name: null,
        scope_version: null,
      },
    ])
  })
})
