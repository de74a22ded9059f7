import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { agentSpanId, traceId, window } from '../support/contract-calls.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

type Case = Readonly<{
  about: string
  tool: string
  args: Record<string, unknown>
  expected: readonly RegExp[]
}>

const otherTrace = 'ffffffffffffffffffffffffffffffff'

const cases: readonly Case[] = [
  {
    about: 'a missing parameter',
    tool: 'traces_list',
    args: { endTime: window.endTime },
    expected: [/invalid_argument/, /at: startTime/, /missing/],
  },
  {
    about: 'an unknown parameter, with the nearest',
    tool: 'traces_list',
    args: { ...window, filter: [] },
    expected: [/no parameter "filter"/, /nearest: filters/],
  },
  {
    about: 'an unknown parameter deep inside',
    tool: 'traces_query',
    args: {
      ...window,
      queries: {
        scalar: [{ key: 'a', service: 'spans', aggregate: [], aggregates: [{ name: 'n', fn: 'count' }] }],
      },
    },
    expected: [/at: queries\.scalar\[0\]\.aggregate/, /nearest: aggregates/],
  },
  {
    about: 'an unknown operator',
    tool: 'traces_list',
    args: { ...window, filters: [{ path: 'SpanName', equals: 'x' }] },
    expected: [/at: filters\[0\]\.equals/, /valid: .*eq, neq/, /nearest: eq/],
  },
  {
    about: 'a filter without an operator',
    tool: 'traces_list',
    args: { ...window, filters: [{ path: 'SpanName' }] },
    expected: [/no operator/, /at: filters\[0\]/],
  },
  {
    about: 'a time that is none',
    tool: 'traces_list',
    args: { startTime: 'some day', endTime: window.endTime },
    expected: [/is not a time/, /at: startTime/, /2026-05-01T00:00:00Z/, /now-24h/],
  },
  {
    about: 'a reversed window',
    tool: 'traces_list',
    args: { startTime: window.endTime, endTime: window.startTime },
    expected: [/endTime must be after startTime/, /Swap/],
  },
  {
    about: 'a limit out of range',
    tool: 'traces_list',
    args: { ...window, limit: 1001 },
    expected: [/limit must be at most 1000\./, /at: limit/, /found: 1001/, /valid: at most 1000/],
  },
  {
    about: 'a trace id of wrong form',
    tool: 'traces_get',
    args: { traceId: 'abc123' },
    expected: [/32 hex characters/, /has 6 characters/, /traces_list/],
  },
  {
    about: 'a trace that does not exist',
    tool: 'traces_get',
    args: { traceId: otherTrace },
    expected: [/not_found/, /There is no trace/],
  },
  {
    about: 'a span of another trace, with spans that exist',
    tool: 'traces_span_insights',
    args: { traceId, spanId: 'ffffffffffffffff' },
    expected: [/not_found/, /has no span/, /cx\.journey/],
  },
  {
    about: 'logs of a span that does not exist',
    tool: 'traces_span_logs',
    args: { traceId, spanId: 'ffffffffffffffff' },
    expected: [/not_found/],
  },
  {
    about: 'a cursor that is none',
    tool: 'traces_list',
    args: { ...window, cursor: { token: 'nonsense' } },
    expected: [/bad_cursor/, /Leave cursor out/],
  },
  {
    about: 'an unknown service',
    tool: 'get_schema',
    args: { service: 'agent_interactions' },
    expected: [/unknown_name/, /nearest: agent_interaction/],
  },
  {
    about: 'an unknown column, with the nearest',
    tool: 'traces_list',
    args: { ...window, filters: [{ path: 'spanname', eq: 'x' }] },
    expected: [/unknown_name/, /nearest: SpanName/],
  },
  {
    about: 'an empty question',
    tool: 'knowledge',
    args: { query: '   ' },
    expected: [/invalid_argument/, /at: query/],
  },
]

describe('bad input gets a clear error', () => {
  it.each(cases)('for $about', async ({ tool, args, expected }) => {
    const { isError, text } = await connection.call(tool, args)
    expect(isError).toBe(true)
    for (const pattern of expected) expect(text).toMatch(pattern)
    expect(text).not.toMatch(/SELECT|duckdb|\.ts:\d/i)
  })

  it('for a cursor of another call', async () => {
    const { structured } = await connection.call('traces_list', { ...window, limit: 2 })
    const cursor = structured['nextCursor']
    const other = await connection.call('traces_list', { ...window, sort: 'asc', limit: 2, cursor })
    expect(other.text).toMatch(/bad_cursor.*other arguments/)
    const foreign = await connection.call('traces_span_logs', { traceId, spanId: agentSpanId, cursor })
    expect(foreign.text).toMatch(/bad_cursor/)
  })

  it('accepts ids in upper case and with blanks', async () => {
    const { isError } = await connection.call('traces_get', { traceId: ` ${traceId.toUpperCase()} ` })
    expect(isError).toBe(false)
  })
})
