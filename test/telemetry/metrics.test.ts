import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallEnd, CallStart } from '../../src/telemetry/call.ts'
import { createHistogram } from '../../src/telemetry/histogram.ts'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'
import { toPrometheusText } from '../../src/telemetry/prometheus-text.ts'
import { findValue, parsePrometheus } from './parse-prometheus.ts'

const bounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]
const duration = 'mcp_server_operation_duration_seconds'

const call = (target: string): CallStart => ({ method: 'tools/call', target, transport: 'tcp' })

describe('the metrics', () => {
  it('are in the text format from the start, with process and version', () => {
    const parsed = parsePrometheus(openTelemetry({ environment: {} }).toPrometheus())
    expect(Object.fromEntries(parsed.types)).toEqual({
      [duration]: 'histogram',
      parquetry_calls_total: 'counter',
      parquetry_errors_total: 'counter',
      parquetry_refusals_total: 'counter',
      parquetry_rows_total: 'counter',
      parquetry_answer_bytes_total: 'counter',
      parquetry_calls_in_flight: 'gauge',
      process_resident_memory_bytes: 'gauge',
      process_cpu_seconds_total: 'counter',
      process_start_time_seconds: 'gauge',
      process_uptime_seconds: 'gauge',
      parquetry_build_info: 'gauge',
    })
    const value = (name: string) => findValue(parsed, name) ?? Number.NaN
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(20_000_000)
    expect(value('process_start_time_seconds') + value('process_uptime_seconds')).toBeCloseTo(
      Date.now() / 1000,
      0,
    )
    expect(findValue(parsed, 'parquetry_build_info', { node: process.version })).toBe(1)
    expect(value('parquetry_calls_in_flight')).toBe(0)
  })

  it('count calls, errors by code and refusals by reason', () => {
    const telemetry = openTelemetry({ environment: {} })
    const ends: readonly CallEnd[] = [
      { outcome: 'ok', rows: 10, bytes: 100 },
      { outcome: 'ok', rows: 5, bytes: 50 },
      { outcome: 'tool_error', code: 'unknown_name' },
      { outcome: 'error', code: '-32603' },
      { outcome: 'error' },
      { outcome: 'cancelled' },
      { outcome: 'refused', code: 'too_many_requests' },
      { outcome: 'refused', code: 'too_many_requests' },
      { outcome: 'refused', code: 'revoked' },
    ]
    for (const end of ends) telemetry.begin(call('traces_list'))(end)
    const open = telemetry.begin({ ...call('traces_list'), transport: 'pipe' })
    const parsed = parsePrometheus(telemetry.toPrometheus())
    const calls = (outcome: string) =>
      findValue(parsed, 'parquetry_calls_total', { outcome, transport: 'tcp' })
    expect(['ok', 'tool_error', 'error', 'cancelled', 'refused'].map(calls)).toEqual([2, 1, 2, 1, 3])
    const errors = (code: string) => findValue(parsed, 'parquetry_errors_total', { code })
    expect(['unknown_name', '-32603', 'unknown'].map(errors)).toEqual([1, 1, 1])
    const refusals = (reason: string) => findValue(parsed, 'parquetry_refusals_total', { reason })
    expect(['too_many_requests', 'revoked'].map(refusals)).toEqual([2, 1])
    expect(findValue(parsed, 'parquetry_rows_total')).toBe(15)
    expect(findValue(parsed, 'parquetry_answer_bytes_total')).toBe(150)
    expect(findValue(parsed, 'parquetry_calls_in_flight')).toBe(1)
    open({ outcome: 'ok' })
    open({ outcome: 'ok' })
    const later = parsePrometheus(telemetry.toPrometheus())
    expect(findValue(later, 'parquetry_calls_in_flight')).toBe(0)
    expect(findValue(later, 'parquetry_calls_total', { transport: 'pipe', outcome: 'ok' })).toBe(1)
  })

  it('have the buckets of the convention, by method, tool and outcome', () => {
    const telemetry = openTelemetry({ environment: {} })
    for (let i = 0; i < 7; i++) telemetry.begin(call('knowledge'))({ outcome: 'ok' })
    telemetry.begin({ method: 'tools/list', transport: 'tcp' })({ outcome: 'ok' })
    telemetry.begin({ method: 'resources/read', target: 'trace:///a', transport: 'tcp' })({ outcome: 'ok' })
    const parsed = parsePrometheus(telemetry.toPrometheus())
    const labels = { method: 'tools/call', tool: 'knowledge', outcome: 'ok' }
    const buckets = parsed.samples.filter(
      ({ name, labels: { tool } }) => name === `${duration}_bucket` && tool === 'knowledge',
    )
    expect(buckets.map(({ labels: { le } }) => le)).toEqual([...bounds.map(String), '+Inf'])
    expect(findValue(parsed, `${duration}_count`, labels)).toBe(7)
    expect(findValue(parsed, `${duration}_bucket`, { ...labels, le: '+Inf' })).toBe(7)
    expect(findValue(parsed, `${duration}_count`, { method: 'tools/list', tool: '' })).toBe(1)
    expect(findValue(parsed, `${duration}_count`, { method: 'resources/read', tool: '' })).toBe(1)
  })

  it('show further gauges, and leave out those that have no name in Prometheus', () => {
    const text = openTelemetry({ environment: {} }).toPrometheus({
      parquetry_lake_rows: 12,
      parquetry_odd: Number.POSITIVE_INFINITY,
      parquetry_none: Number.NaN,
      'two words': 1,
      'a\nb 1': 2,
    })
    const parsed = parsePrometheus(text)
    expect(findValue(parsed, 'parquetry_lake_rows')).toBe(12)
    expect(findValue(parsed, 'parquetry_odd')).toBe(Number.POSITIVE_INFINITY)
    expect(findValue(parsed, 'parquetry_none')).toBeNaN()
    expect(text).not.toMatch(/two words|a\nb/)
  })
})

describe('the histogram', () => {
  it('agrees with counting one by one', () => {
    const series = fc.constantFrom('a', 'b')
    const value = fc.oneof(fc.double({ min: 0, max: 400, noNaN: true }), fc.constantFrom(...bounds))
    fc.assert(
      fc.property(fc.array(fc.tuple(series, value), { minLength: 1, maxLength: 300 }), (observed) => {
        const histogram = createHistogram({ name: 'h', help: 'x', labels: ['s'], bounds })
        for (const [s, seconds] of observed) histogram.observe([s], seconds)
        const parsed = parsePrometheus(toPrometheusText([histogram.toFamily()]))
        for (const s of new Set(observed.map(([name]) => name))) {
          const values = observed.filter(([name]) => name === s).map(([, seconds]) => seconds)
          for (const bound of [...bounds, Number.POSITIVE_INFINITY]) {
            const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound)
            expect(findValue(parsed, 'h_bucket', { s, le })).toBe(values.filter((v) => v <= bound).length)
          }
          expect(findValue(parsed, 'h_count', { s })).toBe(values.length)
          expect(findValue(parsed, 'h_sum', { s })).toBeCloseTo(
            values.reduce((sum, v) => sum + v, 0),
            6,
          )
        }
      }),
      { numRuns: 200 },
    )
  })

  it('escapes label values and help texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const family = {
          name: 'f',
          type: 'gauge',
          samples: [{ labels: [['l', text]] as const, value: 1 }],
        } as const
        const output = toPrometheusText([{ ...family, help: `h${text}` }])
        expect(parsePrometheus(output).samples[0]?.labels).toEqual({ l: text })
      }),
      { numRuns: 300, examples: [['\r'], ['\u2028'], ['\n"\\'], ['} 1\n']] },
    )
  })
})

describe('what callers send', () => {
  it('makes no new time series: unknown names are counted together', () => {
    const telemetry = openTelemetry({ environment: {} })
    telemetry.begin(call('traces_list'))({ outcome: 'ok' })
    for (const name of ['nope', 'x"} 1\nforged 1', '\\']) telemetry.begin(call(name))({ outcome: 'error' })
    telemetry.begin({ method: 'tools/"burn', transport: 'tcp' })({ outcome: 'error', code: '-32601' })
    const parsed = parsePrometheus(telemetry.toPrometheus())
    const tools = new Set(parsed.samples.map(({ labels }) => labels['tool']).filter(Boolean))
    expect(tools).toEqual(new Set(['traces_list', 'other']))
    expect(findValue(parsed, `${duration}_count`, { tool: 'other' })).toBe(3)
    expect(findValue(parsed, `${duration}_count`, { method: 'other' })).toBe(1)
  })

  it('grows neither memory nor output in 100,000 calls', () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const telemetry = openTelemetry({ writeLine: () => {}, logArguments: true, environment: {} })
    const run = (n: number) => {
      for (let i = 0; i < n; i++) {
        const odd = `${i}-${Math.random()}`
        const outcome = (['ok', 'tool_error', 'error', 'refused', 'cancelled'] as const)[i % 5] ?? 'ok'
        telemetry.begin({
          method: i % 7 === 0 ? `method/${odd}` : i % 3 === 0 ? 'resources/read' : 'tools/call',
          target: i % 3 === 0 ? `trace:///${odd}` : `tool ${odd}`,
          requestId: odd,
          transport: 'tcp',
          protocolVersion: odd,
          client: odd,
          arguments: { odd },
        })({ outcome, code: `code ${odd}`, rows: 1, bytes: 1 })
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = run(5000)
    const size = telemetry.toPrometheus().split('\n').length
    const after = run(100_000)
    expect(after - before).toBeLessThan(2_000_000)
    const { samples } = parsePrometheus(telemetry.toPrometheus())
    expect(telemetry.toPrometheus().split('\n').length).toBeLessThanOrEqual(size)
    const counts = samples.filter(({ name }) => name === `${duration}_count`).map(({ value }) => value)
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(105_000)
  })
})
