import { describe, expect, it } from 'vitest'
import { correct, fisher, welch } from './chance.ts'
import { findOutOfBounds } from './insight-limits.ts'
import { type Cell, firstOf, type Json, openInvestigation } from './investigation.ts'
import { near, nearRows } from './near.ts'
import { from, number, text } from './raw-sql.ts'

const { ask, query, askRaw } = openInvestigation()

const service = 'agent_interaction'
const legs = from('cx.interaction.agent')
const isp = 'Attributes.cx.network.isp'
const city = 'Attributes.cx.network.city'
const networkType = 'Attributes.cx.network.type'
const mos = 'Attributes.cx.webrtc.audio.mos_score'
const jitter = 'Attributes.cx.webrtc.audio.jitter_ms'
const rawMos = number('cx.webrtc.audio.mos_score')
const rawJitter = number('cx.webrtc.audio.jitter_ms')
const hasMos = { path: mos, exists: true }
const isCaboInLisbon = [
  { path: isp, eq: 'Cabo Telecom' },
  { path: city, eq: 'Lisbon' },
]
const rawCaboInLisbon = `${text('cx.network.isp')} = 'Cabo Telecom' AND ${text('cx.network.city')} = 'Lisbon'`

describe('network people ask', () => {
  it('Which provider and city give our agents the worst audio, and what was wrong with the worst call there?', async () => {
    const places = await query('scalar', {
      service,
      filters: [hasMos],
      grouping: [isp, city],
      aggregates: [
        { name: 'legs', fn: 'count' },
        { name: 'mos', fn: 'avg', path: mos },
        { name: 'p95_jitter', fn: 'p95', path: jitter },
      ],
      having: [{ name: 'legs', gte: 20 }],
      orders: [{ path: 'mos' }],
      limit: 3,
    })
    const rawPlaces = await askRaw(`SELECT
      ${text('cx.network.isp')} AS isp, ${text('cx.network.city')} AS city,
      CAST(count(*) AS INTEGER) AS legs, avg(${rawMos}) AS mos, quantile_cont(${rawJitter}, 0.95) AS jitter
      ${legs} AND ${rawMos} IS NOT NULL GROUP BY 1, 2 HAVING count(*) >= 20 ORDER BY mos LIMIT 3`)
    expect(places.rows).toEqual(nearRows(rawPlaces))
    const [worstIsp, worstCity] = firstOf(places.rows)
    const calls = await query('table', {
      service,
      columns: ['TraceId', 'SpanId', mos],
      filters: [hasMos, { path: isp, eq: worstIsp }, { path: city, eq: worstCity }],
      orders: [{ path: mos }, { path: 'TraceId' }, { path: 'SpanId' }],
      limit: 1,
    })
    const rawCall = await askRaw(`SELECT TraceId, SpanId, ${rawMos} AS mos
      ${legs} AND ${text('cx.network.isp')} = '${worstIsp}' AND ${text('cx.network.city')} = '${worstCity}'
      AND ${rawMos} IS NOT NULL ORDER BY mos, TraceId, SpanId LIMIT 1`)
    expect(calls.rows).toEqual(rawCall)
    const [traceId, spanId] = firstOf(calls.rows)
    const { insights } = await ask<{ insights: Json[] }>('traces_span_insights', { traceId, spanId })
    const [[attributes = '{}'] = []] = await askRaw(
      `SELECT CAST(to_json(SpanAttributes) AS VARCHAR) AS attributes ${legs} AND TraceId = '${traceId}' AND SpanId = '${spanId}'`,
    )
    const wanted = findOutOfBounds(JSON.parse(String(attributes)))
    expect(wanted.length).toBeGreaterThan(1)
    expect(insights).toMatchObject(wanted)
  })

  it('Since when is the audio of Cabo Telecom in Lisbon bad, and can that be chance?', async () => {
    const days = await query('series', {
      service,
      interval: 'day',
      filters: [hasMos, ...isCaboInLisbon],
      aggregates: [
        { name: 'mos', fn: 'avg', path: mos },
        { name: 'jitter', fn: 'avg', path: jitter },
        { name: 'legs', fn: 'count' },
      ],
      fill: 'null',
    })
    const raw = await askRaw(`SELECT
      strftime("Timestamp", '%Y-%m-%d') AS day, avg(${rawMos}) AS mos, avg(${rawJitter}) AS jitter, CAST(count(*) AS INTEGER) AS legs
      ${legs} AND ${rawCaboInLisbon} AND ${rawMos} IS NOT NULL GROUP BY 1`)
    const found = new Map(raw.map(([day, ...rest]) => [day, rest]))
    const wanted = Array.from({ length: 31 }, (_, i) => {
      const day = `2026-05-${String(i + 1).padStart(2, '0')}`
      return [`${day}T00:00:00Z`, ...(found.get(day) ?? [null, null, null])]
    })
    expect(days.rows).toEqual(nearRows(wanted))
    const bad = days.rows.flatMap(([day, score]) =>
      score !== null && Number(score) < 3.6 ? [String(day).slice(0, 10)] : [],
    )
    expect(bad).toEqual(['2026-05-12', '2026-05-13'])
    const outage = await query('compare', {
      service,
      filters: [hasMos, ...isCaboInLisbon],
      target: { startTime: bad.at(0), endTime: bad.at(-1) },
      baseline: {},
      aggregates: [{ name: 'mos', fn: 'avg', path: mos }],
      rates: [{ name: 'poor', filters: [{ path: mos, lt: 3.6 }] }],
    })
    const scores =
      await askRaw(`SELECT CAST("Timestamp" AS DATE) BETWEEN '2026-05-12' AND '2026-05-13' AS outage, ${rawMos} AS mos
      ${legs} AND ${rawCaboInLisbon} AND ${rawMos} IS NOT NULL`)
    const side = (isIn: boolean) => scores.filter(([is]) => is === isIn).map(([, score]) => Number(score))
    const [own, other] = [side(true), side(false)]
    const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
    const share = (values: readonly number[]) => ({
      hits: values.filter((score) => score < 3.6).length,
      of: values.length,
    })
    const [a, b] = [share(own), share(other)]
    const line = (name: string, target: number, baseline: number, p: number, test: string) => [
      name,
      near(target, 5),
      near(baseline, 5),
      near(target - baseline, 5),
      near((target - baseline) / baseline, 5),
      own.length,
      other.length,
      near(p, 5),
      test,
    ]
    expect(outage.rows).toEqual([
      line('mos', average(own), average(other), welch(own, other), "Welch's t-test"),
      line('poor', a.hits / a.of, b.hits / b.of, fisher(a, b), "Fisher's exact test"),
    ])
  })

  it('What do the poor calls of 12 and 13 May have in common?', async () => {
    const keys = ['cx.network.isp', 'cx.network.city', 'cx.network.type', 'cx.headset.model']
    const common = await query(
      'compare',
      {
        service,
        filters: [hasMos],
        target: { filters: [{ path: mos, lt: 3.6 }] },
        baseline: {},
        attributes: keys.map((key) => `Attributes.${key}`),
        limit: 200,
      },
      { startTime: '2026-05-12', endTime: '2026-05-13' },
    )
    const legRows = await askRaw(`SELECT ${rawMos} < 3.6 AS poor, TraceId, ${keys.map(text).join(', ')}
      ${legs} AND ${rawMos} IS NOT NULL AND "Timestamp" >= '2026-05-12' AND "Timestamp" < '2026-05-14'`)
    const all = {
      poor: legRows.filter(([poor]) => poor).length,
      good: legRows.filter(([poor]) => !poor).length,
    }
    const counted = keys
      .flatMap((key, i) => {
        const values = Map.groupBy(legRows, (row) => row[i + 2] ?? '(no value)')
        return [...values].map(([value, rows]) => ({
          attribute: `Attributes.${key}`,
          value,
          poor: rows.filter(([poor]) => poor).length,
          good: rows.filter(([poor]) => !poor).length,
        }))
      })
      .filter(({ poor, good }) => poor + good >= 5)
    const q = correct(
      counted.map(({ poor, good }) => fisher({ hits: poor, of: all.poor }, { hits: good, of: all.good })),
    )
    const wanted = counted.map(({ attribute, value, poor, good }, i) => [
      `${attribute} ${value}`,
      [near(poor / all.poor, 5), near(good / all.good, 5), poor, good, near(q[i] ?? 1, 5)],
    ])
    const shown = common.rows.map((row): readonly [string, unknown] => {
      const [attribute, value, target, baseline, , , poor, good, qValue] = row
      return [`${attribute} ${value}`, [target, baseline, poor, good, qValue]]
    })
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(wanted))
    const [attribute, value, , , , , , , , examples] = firstOf(common.rows)
    expect(value).toBe('Cabo Telecom')
    const [traceId] = String(examples).split(' ')
    const key = keys.findIndex((path) => attribute === `Attributes.${path}`)
    expect(legRows.filter(([poor, id]) => poor && id === traceId).map((row) => row[key + 2])).toContain(value)
    const trace = await ask<Json>('traces_get', {
      traceId,
      detail: 'spans',
      filters: [{ path: 'SpanName', eq: 'cx.interaction.agent' }],
    })
    expect(JSON.stringify(trace['resourceSpans'])).toContain(JSON.stringify({ stringValue: value }))
  })

  it('Is Wi-Fi to blame? How are scores spread, and what counts as poor?', async () => {
    const { passages } = await ask<{ passages: { citation: string; text: string }[] }>('knowledge', {
      query: 'Which MOS score counts as poor?',
    })
    expect(passages.map(({ citation }) => citation.split(':')[0])).toContain('docs-corpus/concepts/mos.md')
    const { results } = await ask<{ results: Record<string, { rows: Cell[][] }> }>('traces_query', {
      startTime: '2026-05',
      queries: {
        rate: [
          {
            key: 'by_network',
            service,
            filters: [hasMos, { path: networkType, in: ['wifi', 'ethernet'] }],
            grouping: [networkType],
            rates: [
              { name: 'poor', filters: [{ path: mos, lt: 3.6 }] },
              {
                name: 'jittery',
                filters: [
                  { path: jitter, gt: 30 },
                  { path: mos, gte: 1 },
                ],
              },
            ],
            orders: [{ path: 'poor', direction: 'desc' }],
          },
        ],
        scalar: [
          {
            key: 'bands',
            service,
            filters: [hasMos],
            grouping: [{ path: mos, edges: [3, 3.6, 4], name: 'band' }],
            aggregates: [{ name: 'legs', fn: 'count' }],
            formulas: [{ name: 'share', fn: 'share_of_total', of: 'legs' }],
            orders: [{ path: 'band' }],
          },
        ],
        facet: [{ key: 'networks', service, path: networkType }],
      },
    })
    const poor = await askRaw(`SELECT ${text('cx.network.type')} AS network,
      avg(CAST(${rawMos} < 3.6 AS INTEGER)) AS poor, CAST(count_if(${rawMos} < 3.6) AS INTEGER) AS n1, CAST(count(*) AS INTEGER) AS d1,
      avg(CAST(${rawJitter} > 30 AS INTEGER)) AS jittery, CAST(count_if(${rawJitter} > 30) AS INTEGER) AS n2, CAST(count(*) AS INTEGER) AS d2
      ${legs} AND ${rawMos} IS NOT NULL AND ${text('cx.network.type')} IN ('wifi', 'ethernet') GROUP BY 1 ORDER BY poor DESC`)
    expect(results['by_network']?.rows).toEqual(nearRows(poor))
    const bands = await askRaw(`SELECT
      CASE WHEN ${rawMos} < 3 THEN '1: below 3' WHEN ${rawMos} < 3.6 THEN '2: 3 to 3.6' WHEN ${rawMos} < 4 THEN '3: 3.6 to 4' ELSE '4: from 4' END AS band,
      CAST(count(*) AS INTEGER) AS legs, count(*) / (SELECT count(*) ${legs} AND ${rawMos} IS NOT NULL) AS share
      ${legs} AND ${rawMos} IS NOT NULL GROUP BY 1 ORDER BY 1`)
    expect(results['bands']?.rows).toEqual(nearRows(bands))
    const networks =
      await askRaw(`SELECT ${text('cx.network.type')} AS network, CAST(count(*) AS INTEGER) AS legs
      ${legs} GROUP BY 1 ORDER BY legs DESC, network NULLS LAST`)
    expect(results['networks']?.rows).toEqual(networks)
  })
})
