import { describe, expect, it } from 'vitest'
import { fisher, welch } from './chance.ts'
import { findOutOfBounds } from './insight-limits.ts'
import { firstOf, type Json, openInvestigation, type Result } from './investigation.ts'
import { near, nearRows } from './near.ts'
import { from, number, text } from './raw-sql.ts'

const { ask, query, askRaw } = openInvestigation()

const service = 'agent_interaction'
const legs = from('cx.interaction.agent')
const username = 'Attributes.cx.agent.username'
const team = 'Attributes.cx.agent.team'
const queue = 'Attributes.cx.queue.name'
const talk = 'Attributes.cx.interaction.talk_ms'
const longestHold = 'Attributes.cx.interaction.longest_hold_ms'
const transferred = 'Attributes.cx.interaction.transferred'
const cpu = 'Attributes.cx.machine.cpu_used_pct'
const rawCpu = number('cx.machine.cpu_used_pct')

type OtlpSpan = Readonly<{ spanId: string; startTimeUnixNano: string; endTimeUnixNano: string }>

describe('supervisors ask about agents', () => {
  it('Who are the two of each team with most holds, and how long was the longest hold of the first of them?', async () => {
    const columns = [
      { name: 'holds', fn: 'sum', path: 'Attributes.cx.interaction.hold_count' },
      { name: 'longest_ms', fn: 'max', path: longestHold },
    ]
    const first = await query('scalar', {
      service,
      grouping: [team, username],
      aggregates: columns,
      limit_by: { grouping: [team], limit: 2 },
      orders: [{ path: 'holds', direction: 'desc' }, { path: username }],
      limit: 8,
    })
    const raw =
      await askRaw(`SELECT ${text('cx.agent.team')} AS team, ${text('cx.agent.username')} AS username,
      CAST(sum(${number('cx.interaction.hold_count')}) AS INTEGER) AS holds, CAST(max(${number('cx.interaction.longest_hold_ms')}) AS INTEGER) AS longest
      ${legs} GROUP BY 1, 2 QUALIFY row_number() OVER (PARTITION BY team ORDER BY holds DESC, username) <= 2 ORDER BY holds DESC, username`)
    expect(first.rows).toEqual(raw.slice(0, 8))
    const { results } = await ask<{ results: Record<string, Result> }>('traces_query', first.next as Json)
    expect(results['asked']?.rows).toEqual(raw.slice(8, 16))
    const [, name, , longest] = firstOf(first.rows)
    const leg = await query('table', {
      service,
      columns: ['TraceId', longestHold],
      filters: [{ path: username, eq: name }],
      orders: [{ path: longestHold, direction: 'desc' }],
      limit: 1,
    })
    expect(firstOf(leg.rows)[1]).toBe(longest)
    const [traceId] = firstOf(leg.rows)
    const { resourceSpans } = await ask<{ resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }>(
      'traces_get',
      { traceId, detail: 'spans', filters: [{ path: 'SpanName', eq: 'cx.hold' }] },
    )
    const holds = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    const lengths = holds.map((span): [string, number] => [
      span.spanId,
      Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1_000_000n),
    ])
    const rawHolds =
      await askRaw(`SELECT SpanId, CAST(Duration // 1000000 AS INTEGER) AS ms ${from('cx.hold')}
      AND TraceId = '${traceId}' ORDER BY "Timestamp", SpanId`)
    expect(lengths).toEqual(rawHolds)
    expect(Math.max(...lengths.map(([, ms]) => ms))).toBe(longest)
  })

  it('Who in Technical Support hands on most, and is that more than chance?', async () => {
    const isTechnical = { path: queue, eq: 'Technical Support' }
    const agents = await query('scalar', {
      service,
      filters: [isTechnical],
      grouping: [username],
      aggregates: [
        { name: 'transferred', fn: 'avg', path: transferred },
        { name: 'legs', fn: 'count' },
      ],
      having: [{ name: 'legs', gte: 10 }],
      orders: [{ path: 'transferred', direction: 'desc' }, { path: username }],
      limit: 3,
    })
    const raw =
      await askRaw(`SELECT ${text('cx.agent.username')} AS username, ${text('cx.interaction.transferred')} = 'true' AS transferred, ${number('cx.interaction.talk_ms')} AS talk
      ${legs} AND ${text('cx.queue.name')} = 'Technical Support'`)
    const shareOf = (rows: typeof raw) => ({ hits: rows.filter(([, is]) => is).length, of: rows.length })
    const ranked = [...Map.groupBy(raw, ([name]) => String(name))]
      .map(([name, rows]) => ({ name, rows, ...shareOf(rows) }))
      .filter(({ of }) => of >= 10)
      .sort((a, b) => b.hits / b.of - a.hits / a.of || (a.name < b.name ? -1 : 1))
    expect(agents.rows).toEqual(
      nearRows(ranked.slice(0, 3).map(({ name, hits, of }) => [name, hits / of, of])),
    )
    const [name] = firstOf(agents.rows)
    const compared = await query('compare', {
      service,
      filters: [isTechnical],
      target: { filters: [{ path: username, eq: name }] },
      baseline: {},
      aggregates: [
        { name: 'talk', fn: 'avg', path: talk },
        { name: 'median_talk', fn: 'median', path: talk },
        { name: 'legs', fn: 'count' },
      ],
      rates: [{ name: 'transferred', filters: [{ path: transferred, eq: 'true' }] }],
    })
    const own = raw.filter(([agent]) => agent === name)
    const other = raw.filter(([agent]) => agent !== name)
    const talks = (rows: typeof raw) => rows.map(([, , ms]) => Number(ms)).sort((a, b) => a - b)
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
    const median = (values: readonly number[]) => {
      const half = (values.length - 1) / 2
      return mean([values[Math.floor(half)] ?? 0, values[Math.ceil(half)] ?? 0])
    }
    const [ownTalks, otherTalks] = [talks(own), talks(other)]
    const pooled = median(talks(raw))
    const below = (values: readonly number[]) => ({
      hits: values.filter((ms) => ms <= pooled).length,
      of: values.length,
    })
    const [a, b] = [shareOf(own), shareOf(other)]
    const line = (measure: string, target: number, baseline: number, p: number | null) => [
      measure,
      near(target, 5),
      near(baseline, 5),
      near(target - baseline, 5),
      own.length,
      other.length,
      p === null ? null : near(p, 5),
    ]
    expect(compared.rows.map((row) => [...row.slice(0, 4), ...row.slice(5, 8)])).toEqual([
      line('talk', mean(ownTalks), mean(otherTalks), welch(ownTalks, otherTalks)),
      line('median_talk', median(ownTalks), median(otherTalks), fisher(below(ownTalks), below(otherTalks))),
      line('legs', own.length, other.length, null),
      line('transferred', a.hits / a.of, b.hits / b.of, fisher(a, b)),
    ])
  })

  it('Whose workstation is overloaded on most of their calls, and what else is wrong on the latest of them?', async () => {
    const agents = await query('scalar', {
      service,
      filters: [{ path: cpu, exists: true }],
      grouping: [username],
      aggregates: [
        { name: 'hot', fn: 'count', filters: [{ path: cpu, gt: 80 }] },
        { name: 'legs', fn: 'count', path: cpu },
        { name: 'cpu', fn: 'median', path: cpu },
        { name: 'spread', fn: 'stddev', path: cpu },
      ],
      formulas: [{ name: 'hot_share', fn: 'ratio', of: 'hot', by: 'legs' }],
      having: [{ name: 'hot_share', gt: 0.5 }],
    })
    const raw = await askRaw(`SELECT ${text('cx.agent.username')} AS username,
      CAST(count_if(${rawCpu} > 80) AS INTEGER) AS hot, CAST(count(*) AS INTEGER) AS legs, median(${rawCpu}) AS cpu, stddev_samp(${rawCpu}) AS spread, hot / legs AS share
      ${legs} AND ${rawCpu} IS NOT NULL GROUP BY 1 HAVING share > 0.5 ORDER BY hot DESC, username`)
    expect(agents.rows).toEqual(nearRows(raw))
    const [name] = firstOf(agents.rows)
    const latest = await query('table', {
      service,
      columns: ['TraceId', 'SpanId', 'Attributes.cx.insight.tags'],
      filters: [
        { path: username, starts_with: String(name).toUpperCase() },
        { path: 'Attributes.cx.insight.tags', contains: 'HIGH_CPU' },
      ],
      limit: 1,
    })
    const [[traceId, spanId, attributes] = []] =
      await askRaw(`SELECT TraceId, SpanId, CAST(to_json(SpanAttributes) AS VARCHAR) AS attributes
      ${legs} AND ${text('cx.agent.username')} = '${name}' AND ${rawCpu} > 80 ORDER BY "Timestamp" DESC LIMIT 1`)
    expect(firstOf(latest.rows).slice(0, 2)).toEqual([traceId, spanId])
    const { insights } = await ask<{ insights: Json[] }>('traces_span_insights', { traceId, spanId })
    const wanted = findOutOfBounds(JSON.parse(String(attributes)))
    expect(insights).toMatchObject(wanted)
    const tags = String(firstOf(latest.rows)[2]).split(',')
    expect(tags.toSorted()).toEqual(wanted.map(({ tag }) => tag).sort())
  })
})
