import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Cell, firstOf, openInvestigation } from './investigation.ts'
import { near, nearRows } from './near.ts'
import { from } from './raw-sql.ts'
import { findPath, selectTimedSpans, toTimedSpans } from './trace-times.ts'

const { ask, query, askRaw } = openInvestigation()

const service = 'journey_interaction'
const queue = 'Attributes.first_queue_name'
const longestWait = 'Attributes.max_queue_wait_ms'
const waited = { path: 'Attributes.had_queue', eq: 'true' }

/** One row per trace that waited in a queue: when it began, its first queue, its longest wait and whether nobody took it. */
const journeys = `(SELECT
  j.TraceId, j."Timestamp", arg_min(w.SpanAttributes['cx.queue.name'], w."Timestamp") AS queue,
  max(w.Duration) // 1000000 AS wait_ms,
  j.TraceId NOT IN (SELECT TraceId ${from('cx.interaction.agent')}) AS abandoned
  FROM spans AS j JOIN spans AS w USING (TraceId)
  WHERE j.SpanName = 'cx.journey' AND w.SpanName = 'cx.queue.wait'
  GROUP BY j.TraceId, j."Timestamp")`

type Passage = Readonly<{ citation: string; text: string }>

describe('supervisors ask', () => {
  it('What does service level mean here, what is ours, and in which queues do people give up?', async () => {
    const { answerable, passages } = await ask<{ answerable: string; passages: readonly Passage[] }>(
      'knowledge',
      {
        query: 'How is service level calculated from queue waits?',
        path: 'concepts/',
      },
    )
    expect(answerable).toBe('yes')
    const { citation, text } = firstOf(passages)
    const [, file = '', first, last] =
      /^docs-corpus\/(concepts\/queues-and-service-level\.md):(\d+)-(\d+)$/.exec(citation) ?? []
    const page = readFileSync(resolve(import.meta.dirname, '../../docs-corpus', file), 'utf8').split('\n')
    expect(
      page
        .slice(Number(first) - 1, Number(last))
        .join('\n')
        .trim(),
    ).toBe(text.trim())
    const levels = await query('rate', {
      service,
      filters: [waited],
      grouping: [queue],
      rates: [
        {
          name: 'in_20_s',
          filters: [
            { path: longestWait, lte: 20_000 },
            { path: 'Attributes.abandoned', neq: 'true' },
          ],
        },
        { name: 'gave_up', filters: [{ path: 'Attributes.abandoned', eq: true }] },
      ],
      having: [{ name: 'gave_up', gt: 0 }],
      orders: [{ path: 'gave_up', direction: 'desc' }, { path: queue }],
    })
    const raw = await askRaw(`SELECT queue,
      avg(CAST(wait_ms <= 20000 AND NOT abandoned AS INTEGER)) AS level,
      CAST(count_if(wait_ms <= 20000 AND NOT abandoned) AS INTEGER) AS n1, CAST(count(*) AS INTEGER) AS d1,
      avg(CAST(abandoned AS INTEGER)) AS gave_up,
      CAST(count_if(abandoned) AS INTEGER) AS n2, CAST(count(*) AS INTEGER) AS d2
      FROM ${journeys} GROUP BY queue HAVING count_if(abandoned) > 0 ORDER BY gave_up DESC, queue`)
    expect(raw.length).toBeGreaterThan(2)
    expect(levels.rows).toEqual(nearRows(raw))
  })

  it('Which hour of the week is the most crowded, and what did the caller who waited longest in it wait for?', async () => {
    const hours = await query('scalar', {
      service,
      filters: [waited],
      grouping: [{ part: 'weekday' }, { part: 'hour_of_day', name: 'hour' }],
      aggregates: [
        { name: 'p90_wait_ms', fn: 'p90', path: longestWait },
        { name: 'journeys', fn: 'count' },
      ],
      having: [{ name: 'journeys', gte: 10 }],
      limit: 4,
    })
    const rawHours = await askRaw(`SELECT
      CAST(isodow("Timestamp") AS INTEGER) AS weekday, CAST(hour("Timestamp") AS INTEGER) AS hour,
      quantile_cont(wait_ms, 0.9) AS p90, CAST(count(*) AS INTEGER) AS journeys
      FROM ${journeys} GROUP BY 1, 2 HAVING count(*) >= 10 ORDER BY p90 DESC, 1, 2 LIMIT 4`)
    expect(hours.rows).toEqual(nearRows(rawHours))
    const [weekday, hour] = firstOf(hours.rows)
    expect([weekday, hour]).toEqual([1, expect.toBeOneOf([9, 10])])
    const waits = await query('table', {
      service,
      columns: ['TraceId', longestWait, queue],
      filters: [
        { path: 'Timestamp', gte: `2026-05-04T${String(hour).padStart(2, '0')}:00:00Z` },
        { path: 'Timestamp', lt: `2026-05-04T${String(Number(hour) + 1).padStart(2, '0')}:00:00Z` },
        waited,
      ],
      orders: [{ path: longestWait, direction: 'desc' }, { path: 'TraceId' }],
      limit: 1,
    })
    const rawWaits = await askRaw(`SELECT TraceId, CAST(wait_ms AS INTEGER) AS wait_ms, queue FROM ${journeys}
      WHERE CAST("Timestamp" AS DATE) = '2026-05-04' AND hour("Timestamp") = ${hour} ORDER BY wait_ms DESC, TraceId LIMIT 1`)
    expect(waits.rows).toEqual(rawWaits)
    const [traceId] = firstOf(waits.rows)
    const { overview } = await ask<{ overview: { rows: Cell[][] } }>('traces_get', {
      traceId,
      detail: 'critical_path',
    })
    const spans = toTimedSpans(await askRaw(selectTimedSpans(String(traceId))))
    const root = firstOf(spans.filter(({ parent }) => parent === ''))
    const path = findPath(spans, root).map(({ id, from: began, to }) => [
      id,
      near(began / 1e6, 5),
      near(to / 1e6, 5),
      near((to - began) / 1e6, 5),
    ])
    expect(overview.rows.map(([, , id, ...times]) => [id, ...times.slice(0, 3)])).toEqual(path)
    const most = firstOf(overview.rows.toSorted((a, b) => Number(b[5]) - Number(a[5])))
    expect(overview.rows.map(([name]) => name)).toContain('cx.queue.wait')
    expect(most[6]).toEqual(near(Number(most[5]) / ((root.end - root.start) / 1e6), 3))
  })

  it('How do waits change over a day, and how many callers reach an agent within a minute?', async () => {
    const waits = await query(
      'series',
      {
        service,
        interval: 'hour',
        filters: [waited, { path: queue, not_in: ['VIP Support', 'Spanish Support'] }],
        aggregates: [
          { name: 'waiting', fn: 'count' },
          { name: 'answered', fn: 'count', filters: [{ path: 'Attributes.had_agent', eq: 'true' }] },
          {
            name: 'within_a_minute',
            fn: 'count',
            filters: [
              { path: 'Attributes.had_agent', eq: 'true' },
              { path: longestWait, lt: '60000' },
            ],
          },
        ],
        formulas: [
          { name: 'unanswered', fn: 'difference', of: 'waiting', by: 'answered' },
          { name: 'share', fn: 'ratio', of: 'within_a_minute', by: 'answered' },
        ],
        fill: 'zero',
      },
      { startTime: '2026-05-04', endTime: '2026-05-04', timezone: 'Europe/Madrid' },
    )
    const rows =
      await askRaw(`SELECT CAST(epoch_ms("Timestamp") AS DOUBLE) AS ms, CAST(wait_ms AS INTEGER) AS wait_ms, abandoned
      FROM ${journeys} WHERE queue NOT IN ('VIP Support', 'Spanish Support')`)
    const midnight = Date.parse('2026-05-03T22:00:00Z')
    const wanted = Array.from({ length: 24 }, (_, hour) => {
      const [begin, end] = [midnight + hour * 3_600_000, midnight + (hour + 1) * 3_600_000]
      const all = rows.filter(([ms]) => Number(ms) >= begin && Number(ms) < end)
      const answered = all.filter(([, , abandoned]) => !abandoned)
      const quick = answered.filter(([, waitMs]) => Number(waitMs) < 60_000).length
      const unanswered = all.length - answered.length
      const share = answered.length > 0 ? quick / answered.length : null
      const bucket = `2026-05-04T${String(hour).padStart(2, '0')}:00:00+02:00`
      return [bucket, all.length, answered.length, quick, unanswered, share]
    })
    expect(wanted.some(([, all]) => Number(all) > 3)).toBe(true)
    expect(waits.rows).toEqual(nearRows(wanted))
  })
})
