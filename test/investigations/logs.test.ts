import { describe, expect, it } from 'vitest'
import { firstOf, type Json, openInvestigation } from './investigation.ts'

const { ask, query, askRaw } = openInvestigation()

type Page = Readonly<{
  logs: readonly { time: string; severityNumber: number; body: string; attributes: Record<string, string> }[]
  hasMore: boolean
  nextCursor?: Json
}>

describe('people who keep the softphones running ask', () => {
  it('What do the softphones complain about, and what was logged around the latest call without any sound?', async () => {
    const complaints = await query('scalar', {
      service: 'logs',
      filters: [
        { path: 'SeverityNumber', gt: 9 },
        { path: 'ServiceName', starts_with: 'soft' },
      ],
      grouping: ['EventName', 'SeverityText'],
      aggregates: [
        { name: 'records', fn: 'count' },
        { name: 'traces', fn: 'count_distinct', path: 'TraceId' },
      ],
      orders: [{ path: 'records', direction: 'desc' }, { path: 'EventName' }],
    })
    const raw =
      await askRaw(`SELECT LogAttributes['event.name'] AS event, SeverityText, CAST(count(*) AS INTEGER) AS records, CAST(count(DISTINCT TraceId) AS INTEGER) AS traces
      FROM logs WHERE SeverityNumber > 9 AND ServiceName = 'softphone' GROUP BY 1, 2 ORDER BY records DESC, event`)
    expect(complaints.rows).toEqual(raw)
    const [event] = complaints.rows.at(-1) ?? []
    const latest = await query('table', {
      service: 'logs',
      columns: ['TraceId', 'SpanId', 'Body'],
      filters: [{ path: 'EventName', eq: event }],
      limit: 1,
    })
    const rawLatest = await askRaw(
      `SELECT TraceId, SpanId, Body FROM logs WHERE LogAttributes['event.name'] = '${event}' ORDER BY "Timestamp" DESC LIMIT 1`,
    )
    expect(latest.rows).toEqual(rawLatest)
    const [traceId, spanId] = firstOf(latest.rows)
    const span = { traceId, spanId, limit: 1 }
    const pages = [await ask<Page>('traces_span_logs', span)]
    for (let last = pages.at(-1); last?.nextCursor; last = pages.at(-1))
      pages.push(await ask<Page>('traces_span_logs', { ...span, cursor: last.nextCursor }))
    const records =
      await askRaw(`SELECT strftime("Timestamp", '%Y-%m-%dT%H:%M:%S') AS second, SeverityNumber, Body, CAST(to_json(LogAttributes) AS VARCHAR) AS attributes
      FROM logs WHERE TraceId = '${traceId}' AND SpanId = '${spanId}' ORDER BY "Timestamp"`)
    const shown = pages.flatMap(({ logs }) =>
      logs.map(({ time, severityNumber, body, attributes }) => [
        time.slice(0, 19),
        severityNumber,
        body,
        attributes,
      ]),
    )
    expect(records.length).toBeGreaterThan(1)
    expect(shown).toEqual(records.map((row) => [...row.slice(0, 3), JSON.parse(String(row[3]))]))
    expect(pages).toHaveLength(records.length)
  })
})
