import { describe, expect, it } from 'vitest'
import { findOutOfBounds } from './insight-limits.ts'
import { type Cell, firstOf, type Json, may, openInvestigation, toResult } from './investigation.ts'
import { nearRows } from './near.ts'
import { from, number, text } from './raw-sql.ts'

const { ask, call, query, askRaw } = openInvestigation()

const service = 'ai_interaction'
const conversations = from('cx.ai.conversation')
const intent = 'Attributes.cx.ai.intent.primary'
const rawIntent = text('cx.ai.intent.primary')
const escalated = 'Attributes.cx.ai.escalated'
const outcome = 'Attributes.cx.ai.outcome'
const rawOutcome = text('cx.ai.outcome')

type Attribute = Readonly<{ key: string; value: { stringValue: string } }>
type OtlpSpan = Readonly<{ spanId: string; name: string; attributes: readonly Attribute[] }>

describe('bot owners ask', () => {
  it('Which intent does the bot understand worst, how often does it hand over, and why?', async () => {
    const { columns } = await ask<{ columns: { path: string; type: string; meaning: string }[] }>(
      'get_schema',
      { search: 'mean confidence of recognition', service },
    )
    const { path: confidence, type } = firstOf(columns)
    expect([confidence, type]).toEqual(['Attributes.cx.ai.intent.confidence_avg', 'double'])
    const intents = await query('scalar', {
      service,
      grouping: [intent],
      aggregates: [
        { name: 'confidence', fn: 'avg', path: confidence },
        { name: 'escalated', fn: 'avg', path: escalated },
        { name: 'conversations', fn: 'count', path: '*' },
      ],
      orders: [{ path: 'confidence' }],
    })
    const raw =
      await askRaw(`SELECT ${rawIntent} AS intent, avg(${number('cx.ai.intent.confidence_avg')}) AS confidence,
      avg(CAST(${text('cx.ai.escalated')} = 'true' AS INTEGER)) AS escalated, CAST(count(*) AS INTEGER) AS conversations
      ${conversations} GROUP BY 1 ORDER BY confidence`)
    expect(intents.rows).toEqual(nearRows(raw))
    const [worst] = firstOf(intents.rows)
    expect(worst).toBe('CancelSubscription')
    const reasons = await query('facet', {
      service,
      path: 'Attributes.cx.ai.escalation_reason',
      filters: [
        { path: intent, eq: worst },
        { path: escalated, eq: 'true' },
      ],
    })
    const rawReasons =
      await askRaw(`SELECT ${text('cx.ai.escalation_reason')} AS reason, CAST(count(*) AS INTEGER) AS n
      ${conversations} AND ${rawIntent} = '${worst}' AND ${text('cx.ai.escalated')} = 'true' GROUP BY 1 ORDER BY n DESC, reason NULLS LAST`)
    expect(reasons.rows).toEqual(rawReasons)
  })

  it('What does a conversation cost that needed no agent, week by week for the busiest intents?', async () => {
    const weeks = await call('traces_query', {
      ...may,
      timezone: 'America/New_York',
      format: 'csv',
      queries: {
        series: [
          {
            key: 'weeks',
            service,
            interval: 'week',
            grouping: [intent],
            aggregates: [
              { name: 'conversations', fn: 'count' },
              { name: 'cost', fn: 'sum', path: 'Attributes.cx.ai.cost_usd' },
              { name: 'contained', fn: 'count', filters: [{ path: outcome, eq: 'contained' }] },
            ],
            formulas: [
              { name: 'cost_of_one', fn: 'ratio', of: 'cost', by: 'contained' },
              { name: 'share', fn: 'share_of_total', of: 'conversations' },
            ],
            top: 3,
          },
        ],
      },
    })
    const { columns, rows } = toResult(weeks.structured)
    // New York is four hours behind UTC all through May, and 1970-01-05 was a Monday.
    const raw =
      await askRaw(`SELECT strftime("Timestamp" - INTERVAL 4 HOUR - INTERVAL (isodow("Timestamp" - INTERVAL 4 HOUR) - 1) DAY, '%Y-%m-%d') || 'T00:00:00-04:00' AS week,
      ${rawIntent} AS intent, CAST(count(*) AS INTEGER) AS n, sum(${number('cx.ai.cost_usd')}) AS cost, CAST(count_if(${rawOutcome} = 'contained') AS INTEGER) AS contained
      ${conversations} AND "Timestamp" >= '2026-05-01 04:00:00' AND "Timestamp" < '2026-06-01 04:00:00' GROUP BY 1, 2 ORDER BY 1, 2`)
    const counts = new Map<Cell, number>()
    for (const [, name = null, n] of raw) counts.set(name, (counts.get(name) ?? 0) + Number(n))
    const busiest = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 3)
    const kept = raw.filter(([, name]) => busiest.some(([top]) => top === name))
    const wanted = kept.map((row) => {
      const [week, , n, cost, contained] = row
      const ofWeek = kept.filter(([other]) => other === week).reduce((sum, [, , m]) => sum + Number(m), 0)
      const one = Number(contained) === 0 ? null : Number(cost) / Number(contained)
      return [...row, one, Number(n) / ofWeek]
    })
    expect(rows).toEqual(nearRows(wanted))
    const lines = weeks.text.split('\n')
    const header = lines.findIndex((line) => line.startsWith('bucket'))
    expect(lines[header]?.split(',')).toHaveLength(columns.length)
    expect(lines.slice(header + 1, header + 1 + rows.length)).toEqual(rows.map((row) => row.join(',')))
  })

  it('Which hand-over had the worst audio, who took it, and was the agent’s line to blame?', async () => {
    const handoff = (name: string) => `Attributes.cx.ai.handoff.${name}`
    const table = await query('table', {
      service,
      columns: ['TraceId', handoff('agent_span_id'), handoff('agent_username'), handoff('mos_score')],
      filters: [
        { path: escalated, neq: 'false' },
        { path: handoff('mos_score'), lt: 3.6 },
      ],
      orders: [{ path: handoff('mos_score') }, { path: 'TraceId' }],
      limit: 1,
    })
    const raw = await askRaw(`SELECT c.TraceId, l.SpanId, l.SpanAttributes['cx.agent.username'] AS username,
      CAST(nullif(l.SpanAttributes['cx.webrtc.audio.mos_score'], '') AS DOUBLE) AS mos, CAST(to_json(l.SpanAttributes) AS VARCHAR) AS attributes
      FROM (SELECT * ${conversations} AND ${text('cx.ai.escalated')} = 'true') AS c
      JOIN (SELECT * ${from('cx.interaction.agent')}) AS l ON l.TraceId = c.TraceId AND l."Timestamp" >= c."Timestamp"
      QUALIFY row_number() OVER (PARTITION BY c.SpanId ORDER BY l."Timestamp", l.SpanId) = 1 AND mos < 3.6
      ORDER BY mos, c.TraceId LIMIT 1`)
    expect(table.rows).toEqual(raw.map((row) => row.slice(0, 4)))
    const [traceId, spanId, , mos] = firstOf(table.rows)
    const { resourceSpans } = await ask<{ resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }>(
      'traces_get',
      { traceId, detail: 'spans', spanIds: [spanId] },
    )
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
    const [span, ...others] = spans
    expect(others).toEqual([])
    const attributes: Record<string, string> = JSON.parse(String(raw[0]?.[4]))
    const read = (span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue])
    expect([span?.spanId, Object.fromEntries(read)]).toEqual([spanId, attributes])
    const { insights } = await ask<{ insights: Json[] }>('traces_span_insights', { traceId, spanId })
    expect(insights).toMatchObject(findOutOfBounds(attributes))
    expect(insights).toContainEqual(expect.objectContaining({ tag: 'low_mos', observedValue: mos }))
  })
})
