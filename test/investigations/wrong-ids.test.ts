import { describe, expect, it } from 'vitest'
import { repair } from './apply-hint.ts'
import { readHint } from './hint.ts'
import { firstOf, type Json, may, openInvestigation } from './investigation.ts'

const investigation = openInvestigation()
const { ask, call, askRaw } = investigation

const traceId = '8b1c0813ca3ca75494be82e036177ef1'
const spanId = '89faf69ce53bc085'

type Traces = Readonly<{ traces: readonly { traceId: string }[] }>
type Logs = Readonly<{ logs: readonly { body: string }[] }>

const listNewest = (limit: number, condition = 'TRUE') =>
  askRaw(`SELECT TraceId FROM spans GROUP BY TraceId HAVING count_if(${condition}) > 0
  ORDER BY min("Timestamp") DESC, TraceId DESC LIMIT ${limit}`)

const listBodies = () =>
  askRaw(`SELECT Body FROM logs WHERE TraceId = '${traceId}' AND SpanId = '${spanId}' ORDER BY "Timestamp"`)

describe('a wrong id or cursor, put right by what the answer says', () => {
  it('a span that the trace does not have', async () => {
    const wrong = { traceId, spanId: 'aaaaaaaaaaaaaaaa' }
    const args = await repair(investigation, 'traces_span_insights', wrong)
    const { spanName, insights } = await ask<{ spanName: string; insights: unknown[] }>(
      'traces_span_insights',
      args,
    )
    const raw = await askRaw(
      `SELECT SpanName, SpanAttributes['cx.flow.node.error'] = 'true' AS failed FROM spans WHERE TraceId = '${traceId}' AND SpanId = '${args['spanId']}'`,
    )
    expect(raw).toEqual([[spanName, insights.length > 0]])
  })

  it('a trace that does not exist, found with the tool that the error names', async () => {
    const wrong = await call('traces_get', { traceId: traceId.replace('8b1c', '8b1d') })
    expect(wrong.isError).toBe(true)
    const [tool = ''] = /\btraces_\w+/.exec(readHint(wrong).next) ?? []
    const { example } = await ask<{ example: { arguments: Json } }>('get_schema', {})
    const { queries: _, ...window } = example.arguments
    const { traces } = await ask<Traces>(tool, { ...window, limit: 1 })
    const [[newest] = []] = await listNewest(1)
    const found = firstOf(traces).traceId
    expect(found).toBe(newest)
    const { spanCount } = await ask<{ spanCount: number }>('traces_get', {
      traceId: found,
      detail: 'summary',
    })
    const raw = await askRaw(
      `SELECT CAST(count(*) AS INTEGER) AS n FROM spans WHERE TraceId = '${newest}' AND SpanName NOT LIKE 'operata.%'`,
    )
    expect(raw).toEqual([[spanCount]])
  })

  it('a cursor of another call', async () => {
    const { nextCursor } = await ask<{ nextCursor: Json }>('traces_list', { ...may, limit: 2 })
    const filters = [{ path: 'SpanName', eq: 'cx.interaction.agent' }]
    const args = await repair(investigation, 'traces_list', { ...may, limit: 3, filters, cursor: nextCursor })
    const { traces } = await ask<Traces>('traces_list', args)
    expect(traces.map((trace) => [trace.traceId])).toEqual(
      await listNewest(3, `SpanName = 'cx.interaction.agent'`),
    )
  })

  it('a cursor that was made up', async () => {
    const wrong = { traceId, spanId, cursor: { token: 'page-2' } }
    const { logs } = await ask<Logs>(
      'traces_span_logs',
      await repair(investigation, 'traces_span_logs', wrong),
    )
    expect(logs.map(({ body }) => [body])).toEqual(await listBodies())
  })

  it('a trace id and a span id in each other’s place', async () => {
    const wrong = { traceId: spanId, spanId: traceId }
    const { logs } = await ask<Logs>(
      'traces_span_logs',
      await repair(investigation, 'traces_span_logs', wrong),
    )
    expect(logs).toHaveLength((await listBodies()).length)
  })

  it('a trace id under another name', async () => {
    const wrong = { trace_id: traceId, detail: 'summary' }
    const answer = await ask<Json>('traces_get', await repair(investigation, 'traces_get', wrong))
    expect(answer['traceId']).toBe(traceId)
  })

  it('a way of reading without its underscore', async () => {
    const args = await repair(investigation, 'traces_get', { traceId, detail: 'criticalpath' })
    expect(args['detail']).toBe('critical_path')
  })

  it('a cursor’s token without the object around it', async () => {
    const { nextCursor } = await ask<{ nextCursor: { token: string } }>('traces_list', { ...may, limit: 2 })
    const { token: cursor } = nextCursor
    const args = await repair(investigation, 'traces_list', { ...may, limit: 2, cursor })
    const { traces } = await ask<Traces>('traces_list', args)
    expect(traces.map((trace) => [trace.traceId])).toEqual((await listNewest(4)).slice(2))
  })

  it('a value that no span has', async () => {
    const wrong = { ...may, limit: 3, filters: [{ path: 'StatusCode', eq: 'ERROR' }] }
    const { traces } = await ask<Traces>('traces_list', await repair(investigation, 'traces_list', wrong))
    expect(traces.map((trace) => [trace.traceId])).toEqual(await listNewest(3, `StatusCode = 'Error'`))
  })

  it('spans that the trace does not have', async () => {
    const wrong = { traceId, detail: 'spans', spanIds: ['aaaaaaaaaaaaaaaa'] }
    const { spanCount } = await ask<{ spanCount: number }>(
      'traces_get',
      await repair(investigation, 'traces_get', wrong),
    )
    expect(spanCount).toBe(1)
  })

  it.each([{ spanIds: [spanId] }, { filters: [{ path: 'SpanId', eq: spanId }] }])(
    'spans of a trace without the detail that they need: %o',
    async (choice) => {
      const answer = await call('traces_get', { traceId, ...choice })
      const isChosen = answer.structured['spanCount'] === 1
      expect(isChosen || /detail/.test(answer.isError ? readHint(answer).path : '')).toBe(true)
    },
  )
})
