import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalColumns } from '../../../src/exports/canonical.ts'
import { at, type LogRow, spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('recognise-logs')
})
afterAll(() => world.close())

const row: LogRow = {
  ns: at('2026-05-01T10:00:00Z', 7n),
  body: 'Zeile 1\nline 2 ✓',
  traceId: traceId(1).toUpperCase(),
  spanId: spanId(1),
  severity: 17,
  attributes: { 'event.name': 'agent.state_change', level: 'ERROR' },
}

const canonical = {
  timestamp: '2026-05-01T10:00:00.000000007Z',
  trace_id: traceId(1),
  span_id: spanId(1),
  trace_flags: 1,
  severity_text: 'ERROR',
  severity_number: 17,
  service_name: 'softphone',
  body: 'Zeile 1\nline 2 ✓',
  event_name: 'agent.state_change',
  resource_attributes: { 'service.name': 'softphone' },
  attributes: { 'event.name': 'agent.state_change', level: 'ERROR' },
  scope_name: 'scope',
  scope_version: '1.0',
}

describe('the logs layout', () => {
  it('reads a file without EventName, the name out of the attributes', async () => {
    await world.logs('plain.parquet', [row])
    const rows = await readCanonical(world, 'plain.parquet')
    expect(rows).toEqual([canonical])
    expect(Object.keys(rows[0] ?? {})).toEqual([...canonicalColumns.logs])
    expect(await recognise(world, 'plain.parquet')).toMatchObject({
      layout: 'clickhouse-logs',
      unit: { path: 'plain.parquet' },
      relations: [{ kind: 'logs' }],
    })
  })

  it('prefers EventName, and falls back where it is blank', async () => {
    const rows: readonly LogRow[] = [
      { ...row, spanId: spanId(1), eventName: 'of its own' },
      { ...row, spanId: spanId(2), eventName: '' },
      { ...row, spanId: spanId(3), eventName: '', attributes: {} },
    ]
    await world.logs('named.parquet', rows, { EventName: 'r.eventName' })
    const read = await readCanonical(world, 'named.parquet')
    expect(read.map((log) => log['event_name'])).toEqual(['of its own', 'agent.state_change', null])
  })

  it.each(['UTINYINT', 'INTEGER', 'BIGINT'])('reads numbers written as %s', async (type) => {
    const columns = { SeverityNumber: `r.severity::${type}`, TraceFlags: `1::${type}` }
    await world.logs(`numbers-${type}.parquet`, [row], columns)
    expect(await readCanonical(world, `numbers-${type}.parquet`)).toEqual([canonical])
  })

  it('gives records that stand alone no ids', async () => {
    const zero = { ...row, traceId: '0'.repeat(32), spanId: '0'.repeat(16) }
    await world.logs('alone.parquet', [zero, { ...row, traceId: '', spanId: '', ns: row.ns + 1n }])
    expect(await readCanonical(world, 'alone.parquet')).toMatchObject([
      { trace_id: null, span_id: null },
      { trace_id: null, span_id: null },
    ])
  })

  it('reads texts that were written as plain binary', async () => {
    const columns = { Body: 'encode(r.body)', TraceId: 'encode(r.traceId)', SeverityText: "encode('ERROR')" }
    await world.logs('binary.parquet', [row], columns)
    expect(await readCanonical(world, 'binary.parquet')).toEqual([canonical])
  })
})
