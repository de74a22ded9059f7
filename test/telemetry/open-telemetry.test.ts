import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { version } from '../../src/core/version.ts'
import type { CallEnd, CallStart } from '../../src/telemetry/call.ts'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'
import { type Collector, findDeadUrl, openCollector, toObject } from './collector.ts'
import { findValue, parsePrometheus } from './parse-prometheus.ts'

const open: Collector[] = []
const collect = async (status?: number) => {
  const collector = await openCollector(status)
  open.push(collector)
  return collector
}

afterEach(async () => {
  for (const collector of open.splice(0)) await collector.close()
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const parentId = 'b7ad6b7169203331'
const meta = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'rojo=00f067aa0ba902b7' }

const start: CallStart = {
  method: 'tools/call',
  target: 'traces_query',
  requestId: '42',
  transport: 'tcp',
  protocolVersion: '2025-11-25',
  key: 'reports',
  group: 'sales',
  client: 'cursor/3',
}

/** What a collector has got once these calls were made. */
async function send(calls: readonly (readonly [Partial<CallStart>, CallEnd])[], collector: Collector) {
  const telemetry = openTelemetry({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
  for (const [call, end] of calls) telemetry.begin({ ...start, ...call })(end)
  await telemetry.close()
  return collector.spans()
}

describe('OpenTelemetry', () => {
  it('gets a span per call with the attributes of the MCP conventions', async () => {
    const collector = await collect()
    const before = Date.now()
    const [span] = await send([[{ meta }, { outcome: 'ok', rows: 3, bytes: 99 }]], collector)
    expect(collector.received.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces'])
    expect(new Set(collector.received.map(({ headers }) => headers['content-type']))).toEqual(
      new Set(['application/json']),
    )
    expect(span).toMatchObject({
      traceId,
      parentSpanId: parentId,
      traceState: meta.tracestate,
      name: 'tools/call traces_query',
      kind: 2,
      status: { code: 0 },
    })
    expect(span?.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(toObject(span?.attributes ?? [])).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'traces_query',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': '42',
      'mcp.protocol.version': '2025-11-25',
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'parquetry.outcome': 'ok',
      'parquetry.rows': 3,
      'parquetry.answer.bytes': 99,
      'parquetry.key': 'reports',
      'parquetry.group': 'sales',
      'parquetry.client': 'cursor/3',
    })
    expect(collector.resource()).toMatchObject({ 'service.name': 'parquetry', 'service.version': version })
    const ms = Number(BigInt(span?.startTimeUnixNano ?? 0) / 1_000_000n)
    expect(Math.abs(ms - before)).toBeLessThan(1000)
    const length = BigInt(span?.endTimeUnixNano ?? 0) - BigInt(span?.startTimeUnixNano ?? 0)
    expect(length >= 0n && length < 1_000_000_000n).toBe(true)
  })

  it.each<[string, Partial<CallStart>, CallEnd, string, number, Record<string, unknown>]>([
    [
      'a tool error',
      {},
      { outcome: 'tool_error', code: 'unknown_name' },
      'tools/call traces_query',
      2,
      { 'error.type': 'tool_error', 'parquetry.error.code': 'unknown_name' },
    ],
    [
      'a protocol error',
      { method: 'resources/read', target: 'doc:///nope.md' },
      { outcome: 'error', code: '-32602' },
      'resources/read',
      2,
      { 'error.type': '-32602', 'rpc.response.status_code': '-32602', 'mcp.resource.uri': 'doc:///nope.md' },
    ],
    [
      'a tool that does not exist',
      { target: 'drop_table' },
      { outcome: 'error', code: '-32602' },
      'tools/call other',
      2,
      { 'gen_ai.tool.name': 'drop_table', 'error.type': '-32602' },
    ],
    [
      'a refusal',
      { method: 'http' },
      { outcome: 'refused', code: 'revoked' },
      'http',
      2,
      { 'error.type': 'revoked', 'parquetry.outcome': 'refused' },
    ],
    ['a failure without a code', {}, { outcome: 'error' }, 'tools/call other', 2, { 'error.type': 'error' }],
    [
      'a cancelled call',
      { method: 'prompts/get', target: 'weekly' },
      { outcome: 'cancelled' },
      'prompts/get other',
      0,
      { 'gen_ai.prompt.name': 'weekly', 'parquetry.outcome': 'cancelled' },
    ],
    [
      'a kind of resource',
      { method: 'resources/read', target: 'schema' },
      { outcome: 'ok' },
      'resources/read schema',
      0,
      { 'parquetry.resource.kind': 'schema' },
    ],
    [
      'a method of nobody',
      { method: 'x/y' },
      { outcome: 'error', code: '-32601' },
      'other',
      2,
      { 'mcp.method.name': 'x/y' },
    ],
    [
      'standard input and output',
      { transport: 'pipe', method: 'tools/list' },
      { outcome: 'ok' },
      'tools/list',
      0,
      { 'network.transport': 'pipe' },
    ],
  ])('tells of %s', async (_name, call, end, name, status, attributes) => {
    const [span] = await send([[call, end]], await collect())
    expect(span?.name).toBe(name)
    expect(span?.status.code).toBe(status)
    expect(toObject(span?.attributes ?? [])).toMatchObject(attributes)
  })

  it('makes a trace of its own where the caller names none that can be one', async () => {
    const metas: readonly unknown[] = [
      undefined,
      {},
      { traceparent: 'nonsense' },
      { traceparent: `00-${'0'.repeat(32)}-${parentId}-01` },
      { traceparent: `ff-${traceId}-${parentId}-01` },
      { traceparent: [meta.traceparent] },
      { traceparent: { toString: 'x' } },
      Object.create({ traceparent: meta.traceparent }),
    ]
    const calls = metas.map(
      (entry) => [{ meta: entry }, { outcome: 'ok' }] as unknown as [CallStart, CallEnd],
    )
    const spans = await send(calls, await collect())
    expect(spans).toHaveLength(metas.length)
    expect(spans.filter(({ parentSpanId }) => parentSpanId)).toEqual([])
    expect(new Set(spans.map(({ traceId: id }) => id)).size).toBe(metas.length)
  })

  it('keeps to the decision of a caller who does not sample', async () => {
    const unsampled = { traceparent: `00-${traceId}-${parentId}-00` }
    const spans = await send(
      [
        [{ meta: unsampled }, { outcome: 'ok' }],
        [{}, { outcome: 'ok' }],
      ],
      await collect(),
    )
    expect(spans.map(({ parentSpanId }) => parentSpanId ?? '')).toEqual([''])
  })

  it("puts a call below its message's span, or else its HTTP request's, and links the latter to the former", async () => {
    const request = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
    const around = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
    const [both, requestOnly, wrong] = await send(
      [
        [{ meta, carrier: request }, { outcome: 'ok' }],
        [{ meta: {}, carrier: request }, { outcome: 'ok' }],
        [{ meta, carrier: { traceparent: '00-zz' } }, { outcome: 'ok' }],
      ],
      await collect(),
    )
    expect(both).toMatchObject({ traceId, parentSpanId: parentId, links: [around] })
    expect(requestOnly).toMatchObject({ traceId: around.traceId, parentSpanId: around.spanId, links: [] })
    expect(wrong).toMatchObject({ traceId, parentSpanId: parentId, links: [] })
  })

  it('gets no key, no token, no arguments and no endless text', async () => {
    const key = `pq_${'k'.repeat(43)}`
    const [span] = await send(
      [
        [
          {
            target: `${key} ${'z'.repeat(9999)}`,
            client: `Bearer ${key}`,
            requestId: key,
            arguments: { a: 'private' },
          },
          { outcome: 'ok' },
        ],
      ],
      await collect(),
    )
    const text = JSON.stringify(span)
    expect(text).not.toContain('kkk')
    expect(text).not.toContain('private')
    expect(text.length).toBeLessThan(3000)
  })

  it('gets the duration metric with the buckets of the convention', async () => {
    const collector = await collect()
    const ok = [{}, { outcome: 'ok' }] as const
    const failed = [{}, { outcome: 'tool_error', code: 'timeout' }] as const
    await send([ok, ok, ok, failed, [{ method: 'tools/list' }, { outcome: 'ok' }]], collector)
    const [metric, ...others] = collector.metrics()
    expect(others).toEqual([])
    expect(metric).toMatchObject({ name: 'mcp.server.operation.duration', unit: 's' })
    const points = metric?.histogram.dataPoints ?? []
    const tool = {
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'traces_query',
      'gen_ai.operation.name': 'execute_tool',
      'network.transport': 'tcp',
    }
    expect(points.map(({ attributes, count }) => [toObject(attributes), Number(count)])).toEqual([
      [tool, 3],
      [{ ...tool, 'error.type': 'tool_error' }, 1],
      [{ 'mcp.method.name': 'tools/list', 'network.transport': 'tcp' }, 1],
    ])
    expect(points[0]?.explicitBounds).toEqual([
      0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
    ])
    expect(points[0]?.bucketCounts.map(Number).reduce((sum, n) => sum + n, 0)).toBe(3)
  })

  it('gets the duration of a session, where there is one', async () => {
    const collector = await collect()
    const telemetry = openTelemetry({
      isSession: true,
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    })
    await new Promise((done) => setTimeout(done, 300))
    telemetry.begin(start)({ outcome: 'ok' })
    await telemetry.close()
    const metric = collector.metrics().find(({ name }) => name === 'mcp.server.session.duration')
    const [point, ...others] = metric?.histogram.dataPoints ?? []
    expect(others).toEqual([])
    expect([metric?.unit, Number(point?.count), toObject(point?.attributes ?? [])]).toEqual([
      's',
      1,
      { 'network.transport': 'pipe' },
    ])
    expect(point?.sum).toBeGreaterThanOrEqual(0.3)
    expect(point?.sum).toBeLessThan(10)
  })

  it('sends every call of a busy time', async () => {
    await import('../../src/telemetry/otlp-exporter.ts')
    const collector = await collect()
    const telemetry = openTelemetry({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
    for (let i = 0; i < 3000; i++) {
      telemetry.begin({ ...start, requestId: String(i) })({ outcome: 'ok' })
      if (i % 100 === 99) await new Promise((done) => setTimeout(done, 20))
    }
    await telemetry.close()
    expect(new Set(collector.spans().map(({ spanId }) => spanId)).size).toBe(3000)
  })
})

describe('the environment', () => {
  const pathsFor = async (environment: (url: string) => Readonly<Record<string, string>>) => {
    const collector = await collect()
    const telemetry = openTelemetry({ environment: environment(collector.url) })
    telemetry.begin(start)({ outcome: 'ok' })
    await telemetry.close()
    return collector.received.map(({ path }) => path).sort()
  }

  it.each<[string, (url: string) => Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing', () => ({}), []],
    ['an empty endpoint', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }), []],
    [
      'an endpoint with a path',
      (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/otlp/` }),
      ['/otlp/v1/metrics', '/otlp/v1/traces'],
    ],
    ['traces only', (url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/t` }), ['/t']],
    ['metrics only', (url) => ({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/m` }), ['/m']],
    [
      'no metrics',
      (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_METRICS_EXPORTER: 'none' }),
      ['/v1/traces'],
    ],
    ['off', (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' }), []],
  ])('with %s decides what is sent where', async (_name, environment, paths) => {
    expect(await pathsFor(environment)).toEqual(paths)
  })
})

describe('a collector that fails', () => {
  const use = async (url: string) => {
    const warnings: string[] = []
    const lines: string[] = []
    const telemetry = openTelemetry({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: url },
      writeLine: (line) => lines.push(line),
      warn: (message) => warnings.push(message),
    })
    for (let i = 0; i < 2000; i++) telemetry.begin(start)({ outcome: 'ok' })
    const started = performance.now()
    await telemetry.close()
    return { telemetry, warnings, lines, ms: performance.now() - started }
  }

  it.each([
    ['is not there', findDeadUrl],
    ['never answers', async () => (await collectSilent()).url],
    ['is no address', async () => 'not an address'],
    ['refuses', async () => (await collect(400)).url],
    ['is overloaded', async () => (await collect(503)).url],
  ])('because it %s disturbs no call and holds up the end by 2 s at most', async (_name, toUrl) => {
    const { telemetry, lines, ms } = await use(await toUrl())
    expect(ms).toBeLessThan(2500)
    expect(lines).toHaveLength(2000)
    telemetry.begin(start)({ outcome: 'ok' })
    await telemetry.close()
    expect(findValue(parsePrometheus(telemetry.toPrometheus()), 'parquetry_calls_total')).toBe(2001)
  })

  it('is told of, once per signal', async () => {
    const { warnings } = await use((await collect(400)).url)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/^OpenTelemetry could not be sent: .*Bad Request/)
    expect((await use('not an address')).warnings[0]).toMatch(/^OpenTelemetry is off: /)
  })

  it('and a log that fails leave the call alone', () => {
    const warnings: string[] = []
    const telemetry = openTelemetry({
      environment: {},
      writeLine: () => {
        throw new Error('disk full')
      },
      warn: (message) => warnings.push(message),
    })
    expect(() => telemetry.begin(start)({ outcome: 'ok' })).not.toThrow()
    expect(warnings).toEqual(['a call could not be reported: disk full'])
  })
})

async function collectSilent(): Promise<Collector> {
  const collector = await openCollector(null)
  open.push(collector)
  return collector
}

describe('a process', () => {
  const entry = resolve(import.meta.dirname, '../../src/telemetry/open-telemetry.ts')
  const run = async (code: string, environment: Readonly<Record<string, string>>) => {
    const started = performance.now()
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ resolve(name, context, next) { loaded.push(name); return next(name, context) } })
      const { openTelemetry } = await import(${JSON.stringify(entry)})
      const telemetry = openTelemetry({ environment: process.env })
      ${code}
    `
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script],
      {
        env: { PATH: process.env['PATH'] ?? '', ...environment },
      },
    )
    return { stdout, stderr, ms: performance.now() - started }
  }
  const callOnce = `telemetry.begin({ method: 'tools/list', transport: 'pipe' })({ outcome: 'ok' }); await telemetry.close();`
  const tell = `process.stdout.write(String(loaded.filter((name) => name.includes('@opentelemetry')).length))`

  it('without an endpoint loads nothing of OpenTelemetry', async () => {
    expect((await run(`${callOnce} ${tell}`, {})).stdout).toBe('0')
    const collector = await collect()
    const { stdout, stderr } = await run(`${callOnce} ${tell}`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    })
    expect(Number(stdout)).toBeGreaterThan(5)
    expect(stderr).toBe('')
    expect(collector.spans()).toHaveLength(1)
  })

  it('takes service name, resource attributes and headers from the environment', async () => {
    const collector = await collect()
    await run(callOnce, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
      OTEL_SERVICE_NAME: 'parquetry-sales',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    })
    expect(collector.resource()).toMatchObject({
      'service.name': 'parquetry-sales',
      'deployment.environment.name': 'test',
    })
    expect(collector.received.map(({ headers }) => headers['x-tenant'])).toEqual(['blue', 'blue'])
  })

  it.each([
    ['dead', findDeadUrl],
    ['silent', async () => (await collectSilent()).url],
  ])('ends soon although the collector is %s, and writes nothing', async (_name, toUrl) => {
    const { stdout, stderr, ms } = await run(callOnce, { OTEL_EXPORTER_OTLP_ENDPOINT: await toUrl() })
    expect([stdout, stderr]).toEqual(['', ''])
    expect(ms).toBeLessThan(6000)
  })

  it('that does not close ends by itself', async () => {
    const code = `telemetry.begin({ method: 'ping', transport: 'pipe' })({ outcome: 'ok' })`
    expect((await run(code, { OTEL_EXPORTER_OTLP_ENDPOINT: (await collect()).url })).ms).toBeLessThan(4000)
  })
})
