import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { agentSpanId, traceId, window } from '../support/contract-calls.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

const count = { name: 'n', fn: 'count' }
const mos = 'Attributes.cx.webrtc.audio.mos_score'
const query = { key: 'n', service: 'agent_interaction', aggregates: [count] }
const scalar = (...queries: object[]) => ({ ...window, queries: { scalar: queries } })
const filtered = (filter: object) => scalar({ ...query, filters: [filter] })
const other = 'ffffffffffffffff'

type Args = Record<string, unknown>

describe('a call whose words are clear is answered, with a note of how it was read', () => {
  it.each<readonly [string, Args, string]>([
    ['traces_get', { trace_id: traceId }, 'trace_id was read as traceId.'],
    ['traces_get', { traceID: traceId }, 'traceID was read as traceId.'],
    ['traces_get', { tracedId: traceId }, 'tracedId was read as traceId.'],
    ['traces_list', { start: window.startTime, to: window.endTime }, 'start was read as startTime.'],
    ['traces_list', { ...window, maxTokens: 2000 }, 'maxTokens was read as max_tokens.'],
    ['knowledge', { question: 'What is packet loss?' }, 'question was read as query.'],
    [
      'traces_query',
      scalar({ ...query, aggregates: [{ label: 'm', function: 'avg', field: mos }] }),
      'queries.scalar[0].aggregates[0].function was read as fn.',
    ],
    [
      'traces_query',
      scalar({ ...query, grouping: [{ column: 'Timestamp', part: 'weekday' }] }),
      'queries.scalar[0].grouping[0].column was read as path.',
    ],
    [
      'traces_query',
      filtered({ column: 'SpanName', notIn: ['x'] }),
      'queries.scalar[0].filters[0].column was read as path.',
    ],
    [
      'traces_query',
      filtered({ path: 'SpanName', neq: ['x', 'y'] }),
      'queries.scalar[0].filters[0].neq was a list, and was read as not_in.',
    ],
  ])('%s %j', async (tool, args, note) => {
    const { isError, text, structured } = await connection.call(tool, args)
    expect(isError ? text : '').toBe('')
    expect(structured['notes']).toContain(note)
    expect(text).toContain(note)
  })

  it('an error of such a call tells of it too', async () => {
    const { isError, text } = await connection.call('traces_get', { trace_id: 'abc' })
    expect(isError).toBe(true)
    expect(text).toMatch(/^Error \(invalid_argument\): traceId must be .* trace_id was read as traceId\.$/m)
    const inner = await connection.call('traces_list', { start: window.startTime, limit: 5000 })
    expect(inner.text).toMatch(/limit must be at most 1000\. start was read as startTime\./)
  })

  it('a function in capitals and with blanks', async () => {
    const aggregates = [{ name: 'n', fn: ' COUNT ' }]
    const { structured } = await connection.call('traces_query', scalar({ ...query, aggregates }))
    expect(structured['results']).toMatchObject({ n: { rowCount: 1 } })
  })

  it('a parameter given twice, under its own name and another, is not guessed at', async () => {
    const { isError, text } = await connection.call('traces_get', { traceId, trace_id: traceId })
    expect(isError).toBe(true)
    expect(text).toMatch(/no parameter "trace_id"[\s\S]*nearest: traceId/)
  })
})

describe('what is not clear is refused with what comes near', () => {
  it.each<readonly [string, Args, readonly RegExp[]]>([
    ['traces_query', filtered({ path: mos, '>=': 3 }), [/nearest: gte/]],
    ['traces_query', filtered({ path: mos, between: [1, 2] }), [/nearest: gte, lte/]],
    ['traces_query', filtered({ path: 'SpanName', like: 'x' }), [/nearest: contains/]],
    ['traces_query', filtered({ path: mos, greater_than: 3 }), [/nearest: gt/]],
    [
      'traces_query',
      filtered({ path: mos, eq: null }),
      [/at: queries\.scalar\[0\]\.filters\[0\]\.eq/, /next: Write "exists": false in place of "eq": null/],
    ],
    ['traces_query', filtered({ path: mos, neq: null }), [/next: Write "exists": true/]],
    [
      'traces_query',
      { ...window, queries: { series: [{ ...query, interval: 'daily' }] } },
      [/valid: minute, hour, day, .*, a number/, /nearest: day/, /Bucket width in seconds, e\.g\. 3600/],
    ],
    [
      'traces_query',
      scalar({ ...query, grouping: [{ part: 'dayOfWeek' }] }),
      [
        /at: queries\.scalar\[0\]\.grouping\[0\]\.part/,
        /valid: hour_of_day, weekday, day/,
        /nearest: weekday/,
      ],
    ],
    [
      'traces_query',
      scalar({ ...query, formulas: [{ name: 'f', fn: 'divide', of: 'n', by: 'n' }] }),
      [/valid: ratio, difference, relative_change, share_of_total/, /nearest: ratio/],
    ],
    ['traces_list', { ...window, sort: 'newest' }, [/valid: asc, desc/, /nearest: desc/]],
    ['traces_list', { ...window, max_tokens: 50_000 }, [/max_tokens must be at most 20000/]],
    ['traces_list', { ...window, limit: 0 }, [/limit must be at least 1\./]],
    ['traces_query', { ...scalar(query), timezone: 'New York' }, [/nearest: America\/New_York/]],
    ['traces_query', scalar(query, query), [/at: queries\.scalar\[1\]\.key/, /nearest: n_2/]],
    [
      'traces_span_logs',
      { traceId: agentSpanId, spanId: traceId },
      [/looks like a span id/, /next: Swap traceId and spanId\./],
    ],
    ['traces_get', { traceId: agentSpanId }, [/looks like a span id/, /"path":"SpanId","eq":"[0-9a-f]{16}"/]],
    ['traces_get', { traceId, spanIds: [traceId] }, [/at: spanIds\[0\]/, /looks like a trace id/]],
    [
      'traces_get',
      { traceId, detail: 'tree', spanIds: [agentSpanId] },
      [/at: detail/, /Set detail to spans/],
    ],
    [
      'traces_get',
      { traceId, detail: 'spans', filters: [{ path: 'SpanNmae', eq: 'x' }] },
      [/at: filters\[0\]\.path/, /nearest: SpanName/],
    ],
    [
      'traces_get',
      { traceId, detail: 'spans', filters: [{ path: 'SpanName', regex: '(' }] },
      [/at: filters\[0\]\.regex/],
    ],
    ['traces_list', { ...window, filters: [{ path: 'SpanName', regex: '[' }] }, [/at: filters\[0\]\.regex/]],
    [
      'traces_get',
      { traceId, spanIds: [other] },
      [/not_found/, /at: spanIds\[0\]/, /valid: [0-9a-f]{16} \(cx/],
    ],
  ])('%s %j', async (tool, args, patterns) => {
    const { isError, text } = await connection.call(tool, args)
    expect(isError).toBe(true)
    for (const pattern of patterns) expect(text).toMatch(pattern)
  })
})

describe('an error of one query has its place', () => {
  const errorOf = async (...queries: object[]) => {
    const { structured } = await connection.call('traces_query', scalar(...queries))
    const results = structured['results'] as Record<string, { error?: unknown }>
    return Object.values(results).map(({ error }) => error)
  }

  it('a malformed regular expression, among good ones and in a shared scan', async () => {
    const good = { ...query, key: 'good', filters: [{ path: 'SpanName', regex: 'cx' }] }
    const aggregates = [{ ...count, filters: [{ path: 'SpanName', regex: '(?=x)' }] }]
    expect(await errorOf(good, { ...query, filters: good.filters, aggregates })).toEqual([
      undefined,
      expect.objectContaining({ path: 'queries.scalar[1].aggregates[0].filters[0].regex' }),
    ])
  })

  it('two columns of one name', async () => {
    expect(await errorOf({ ...query, aggregates: [count, count] })).toMatchObject([
      { path: 'queries.scalar[0].aggregates[1].name' },
    ])
  })

  it('a misspelt column of a grouping, by whichever form', async () => {
    const [text, object] = await errorOf(
      { ...query, grouping: ['SpanNmae'] },
      { ...query, key: 'm', grouping: [{ path: 'SpanNmae' }] },
    )
    expect(text).toMatchObject({ path: 'queries.scalar[0].grouping[0]' })
    expect(object).toMatchObject({ path: 'queries.scalar[1].grouping[0].path' })
  })
})

describe('spans of a trace', () => {
  it('some of which it does not have: the others, and a note', async () => {
    const { structured } = await connection.call('traces_get', { traceId, spanIds: [agentSpanId, other] })
    expect(structured).toMatchObject({ spanCount: 1, detail: 'spans' })
    expect(structured['notes']).toContain(`The trace has no span ${other}.`)
    expect(structured['notes']).toContain('spanIds choose spans, so detail was read as spans.')
  })
})

describe('where the data lies', () => {
  it('a window from the note has the newest row', async () => {
    const { structured } = await connection.call('traces_list', {
      startTime: '2020-01-01',
      endTime: '2020-01-02',
    })
    const [, startTime, endTime] = /has rows from (\S+) to (\S+)\.$/.exec(String(structured['notes'])) ?? []
    const { structured: schema } = await connection.call('get_schema', { service: 'traces' })
    const [service] = schema['services'] as { rows: number; from: string; to: string }[]
    expect(service).toMatchObject({ from: startTime, to: endTime })
    const counted = { startTime, endTime, queries: { scalar: [{ ...query, service: 'traces' }] } }
    const { structured: answer } = await connection.call('traces_query', counted)
    expect(answer['results']).toMatchObject({ n: { rows: [[service?.rows]] } })
  })

  it('a list of traces says which filter no span matches, and what there is', async () => {
    const filters = [
      { path: 'SpanName', eq: 'cx.interaction.agent' },
      { path: 'StatusCode', eq: 'ERROR' },
    ]
    const { structured, text } = await connection.call('traces_list', { ...window, filters })
    expect(structured['traces']).toEqual([])
    expect(text).toMatch(
      /The window has \d+ spans before filters\. Without StatusCode eq "ERROR": \d+ spans\./,
    )
    expect(text).toMatch(/No span of the window matches StatusCode eq "ERROR"\./)
    expect(text).toMatch(/Nearest values of StatusCode: "Error"/)
  })
})

describe('a series filled with zeros', () => {
  it('has zeros for counts and sums, and for their differences, and no value for anything else', async () => {
    const series = {
      ...query,
      interval: 'hour',
      fill: 'zero',
      aggregates: [
        count,
        { name: 'total', fn: 'sum', path: 'Attributes.cx.interaction.talk_ms' },
        { name: 'mos', fn: 'avg', path: mos },
        { name: 'p90', fn: 'p90', path: mos },
      ],
      formulas: [
        { name: 'ratio', fn: 'ratio', of: 'total', by: 'n' },
        { name: 'less', fn: 'difference', of: 'n', by: 'n' },
        { name: 'share', fn: 'share_of_total', of: 'n' },
      ],
    }
    const { structured } = await connection.call('traces_query', { ...window, queries: { series: [series] } })
    const { n: result } = structured['results'] as Record<string, { rows: unknown[][]; note: string }>
    const empty = result?.rows.filter(([, n]) => n === 0) ?? []
    expect(empty.length).toBeGreaterThan(0)
    for (const row of empty) expect(row.slice(1)).toEqual([0, 0, null, null, null, 0, null])
    expect(result?.note).toContain('counts and sums are 0 there; mos, p90, ratio, share have no value.')
  })
})
