import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { openCollector } from './collector.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

let data = ''
let connections: Readonly<Record<string, Connection>> = {}
const connectionOf = (form: string) => connections[form] as Connection

/** Makes calls, and writes what a collector got of them as its file exporter does: one batch on each line. */
async function writeOwnTraces(path: string): Promise<void> {
  const collector = await openCollector()
  const telemetry = openTelemetry({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
  const call = { method: 'tools/call', target: 'traces_query', transport: 'tcp', key: 'reports' } as const
  const meta = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
  for (let i = 0; i < 5; i++)
    telemetry.begin({ ...call, requestId: String(i), meta })({ outcome: 'ok', rows: i })
  telemetry.begin(call)({ outcome: 'tool_error', code: 'unknown_name' })
  telemetry.begin({ ...call, target: 'knowledge' })({ outcome: 'ok' })
  await telemetry.close()
  await collector.close()
  await writeFile(
    path,
    collector
      .lines()
      .map((line) => `${line}\n`)
      .join(''),
  )
}

const open = async (name: string) => {
  const folder = join(data, name)
  await mkdir(join(folder, 'exports'), { recursive: true })
  return folder
}
const connectTo = (folder: string) => connectInMemory(folder, { PARQUETRY_IMPORT_WAIT_MS: '60000' })

/** The same traces as Parquet: what the lake of a server that has imported them holds of them. */
async function copyAsParquet(from: string, to: string): Promise<void> {
  const importer = await connectTo(from)
  await importer.call('traces_get', { traceId })
  await importer.close()
  await cp(join(from, 'lake', 'spans'), join(to, 'exports', 'own-spans'), { recursive: true })
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'own-traces-'))
  const asLines = await open('lines')
  await writeOwnTraces(join(asLines, 'exports', 'own.jsonl'))
  const asParquet = await open('parquet')
  await copyAsParquet(asLines, asParquet)
  connections = { lines: await connectTo(asLines), Parquet: await connectTo(asParquet) }
})

afterAll(async () => {
  for (const connection of Object.values(connections)) await connection.close()
  await rm(data, { recursive: true, force: true })
})

describe.each(['lines', 'Parquet'])('own traces as %s', (form) => {
  it("Parquetry answers questions about Parquetry's own calls", async () => {
    const now = Date.now()
    const { isError, text, structured } = await connectionOf(form).call('traces_query', {
      startTime: new Date(now - 3_600_000).toISOString(),
      endTime: new Date(now + 3_600_000).toISOString(),
      queries: {
        scalar: [
          {
            key: 'calls',
            service: 'spans',
            filters: [
              { path: 'ServiceName', eq: 'parquetry' },
              { path: 'SpanName', eq: 'tools/call traces_query' },
            ],
            grouping: ['StatusCode', 'SpanKind', 'Attributes.parquetry.key'],
            aggregates: [
              { name: 'calls', fn: 'count', path: '*' },
              { name: 'traces', fn: 'count_distinct', path: 'TraceId' },
              { name: 'p90_ns', fn: 'p90', path: 'Duration' },
            ],
          },
          {
            key: 'rows',
            service: 'spans',
            grouping: ['SpanName'],
            aggregates: [{ name: 'rows', fn: 'sum', path: 'Attributes.parquetry.rows' }],
          },
        ],
      },
    })
    expect(isError ? text : '').toBe('')
    const results = structured['results'] as Record<string, { rows: readonly (readonly unknown[])[] }>
    const calls = (results['calls']?.rows ?? []).map((row) => row.slice(0, 5))
    expect(calls.toSorted()).toEqual([
      ['Error', 'Server', 'reports', 1, 1],
      ['Unset', 'Server', 'reports', 5, 1],
    ])
    expect(Object.fromEntries(results['rows']?.rows as [string, number][])).toMatchObject({
      'tools/call traces_query': 10,
    })
  })

  it('shows a call within the trace of its caller', async () => {
    const { isError, text } = await connectionOf(form).call('traces_get', { traceId })
    expect(isError).toBe(false)
    expect(text).toContain('tools/call traces_query')
  })
})
