import { describe, expect, it } from 'vitest'
import { type Cell, openInvestigation, type Result } from './investigation.ts'
import { nearRows } from './near.ts'
import { from, number, text } from './raw-sql.ts'

const { ask, query, askRaw } = openInvestigation()

const service = 'agent_interaction'
const legs = from('cx.interaction.agent')
const queue = 'Attributes.cx.queue.name'
const channel = 'Attributes.cx.contact.channel'
const handling = ['talk_ms', 'hold_ms', 'acw_ms'] as const

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Weekday (1 is Monday) and hour of an instant on the clock of a zone. */
function toLocalHour(ms: number, timeZone: string): readonly [number, number] {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  const found = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]))
  return [weekdays.indexOf(found['weekday'] ?? '') + 1, Number(found['hour'])]
}

describe('workforce planners ask', () => {
  it('Which hours of the week are busiest on the clock of our Spanish sites, and how do they differ by channel?', async () => {
    const hours = await query(
      'scalar',
      {
        service,
        grouping: [{ part: 'weekday' }, { part: 'hour_of_day' }],
        aggregates: [
          { name: 'legs', fn: 'count' },
          { name: 'voice', fn: 'count', filters: [{ path: channel, eq: 'VOICE' }] },
          { name: 'agents', fn: 'count_distinct', path: 'Attributes.cx.agent.username' },
        ],
        formulas: [
          { name: 'other', fn: 'difference', of: 'legs', by: 'voice' },
          { name: 'share', fn: 'share_of_total', of: 'legs' },
        ],
        orders: [{ path: 'legs', direction: 'desc' }, { path: 'weekday' }, { path: 'hour_of_day' }],
        limit: 12,
      },
      { timezone: 'Europe/Madrid' },
    )
    const raw =
      await askRaw(`SELECT CAST(epoch_ms("Timestamp") AS DOUBLE) AS ms, ${text('cx.contact.channel')} AS channel, ${text('cx.agent.username')} AS agent
      ${legs} AND "Timestamp" >= '2026-04-30 22:00:00' AND "Timestamp" < '2026-05-31 22:00:00'`)
    const groups = Map.groupBy(raw, ([ms]) => toLocalHour(Number(ms), 'Europe/Madrid').join(' '))
    const wanted = [...groups]
      .map(([local, rows]) => {
        const [weekday = 0, hour = 0] = local.split(' ').map(Number)
        const voice = rows.filter(([, by]) => by === 'VOICE').length
        const agents = new Set(rows.map(([, , agent]) => agent)).size
        return [
          weekday,
          hour,
          rows.length,
          voice,
          agents,
          rows.length - voice,
          rows.length / raw.length,
        ] as const
      })
      .sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1])
    expect(hours.rows).toEqual(nearRows(wanted.slice(0, 12)))
    expect(hours).toMatchObject({ hasMore: true, totalRows: wanted.length })
  })

  it('How long is handling in each queue and channel, where does the work go, and what is left of it elsewhere?', async () => {
    const work = await query('scalar', {
      service,
      grouping: [queue, channel],
      filters: [{ path: 'Attributes.cx.interaction.talk_ms', gt: 0 }],
      aggregates: [
        { name: 'legs', fn: 'count' },
        ...handling.map((name) => ({ name, fn: 'sum', path: `Attributes.cx.interaction.${name}` })),
      ],
      formulas: [
        { name: 'hold_to_talk', fn: 'ratio', of: 'hold_ms', by: 'talk_ms' },
        { name: 'share_of_talk', fn: 'share_of_total', of: 'talk_ms' },
        { name: 'acw_against_talk', fn: 'relative_change', of: 'acw_ms', by: 'talk_ms' },
      ],
      having: [{ name: 'legs', gte: 30 }],
      orders: [{ path: 'talk_ms', direction: 'desc' }],
      limit: 5,
      others: true,
    })
    const sums = handling.map((name) => `CAST(sum(${number(`cx.interaction.${name}`)}) AS DOUBLE) AS ${name}`)
    const raw =
      await askRaw(`SELECT ${text('cx.queue.name')} AS queue, ${text('cx.contact.channel')} AS channel, CAST(count(*) AS INTEGER) AS legs, ${sums.join(', ')}
      ${legs} AND ${number('cx.interaction.talk_ms')} > 0 GROUP BY 1, 2 ORDER BY talk_ms DESC`)
    const total = (rows: readonly (readonly Cell[])[], column: number) =>
      rows.reduce((sum, row) => sum + Number(row[column]), 0)
    const allTalk = total(raw, 3)
    const extend = (row: readonly Cell[]) => {
      const [talk, hold, acw] = row.slice(-3).map(Number) as [number, number, number]
      return [...row, hold / talk, talk / allTalk, (acw - talk) / talk]
    }
    const shown = raw.filter(([, , count]) => Number(count) >= 30).slice(0, 5)
    const hidden = raw.filter((row) => !shown.includes(row))
    expect(work.rows).toEqual(nearRows(shown.map(extend)))
    const rest = [2, 3, 4, 5].map((column) => total(hidden, column))
    expect(hidden.length).toBeGreaterThan(1)
    expect(work.others?.groups).toBe(hidden.length)
    expect([work.others?.values]).toEqual(nearRows([extend(rest)]))
  })

  it('How many callers reached an agent each day of last week, read page by page?', async () => {
    const pages: Result[] = []
    const wanted =
      await askRaw(`SELECT strftime("Timestamp", '%Y-%m-%d') || 'T00:00:00Z' AS day, ${text('cx.queue.name')} AS queue,
      CAST(count(DISTINCT TraceId) AS INTEGER) AS callers, CAST(median(${number('cx.queue.wait_ms')}) AS DOUBLE) AS wait_ms
      ${legs} AND "Timestamp" >= '2026-05-18' AND "Timestamp" < '2026-05-25' AND regexp_matches(${text('cx.queue.name')}, '^(Sales|Billing|Claims)$')
      GROUP BY 1, 2 ORDER BY 1, 2`)
    expect(wanted.length).toBeGreaterThan(8)
    let page = await query(
      'series',
      {
        service,
        interval: 86_400,
        grouping: [queue],
        filters: [{ path: queue, regex: '^(Sales|Billing|Claims)$' }],
        aggregates: [
          { name: 'callers', fn: 'count_distinct', path: 'TraceId' },
          { name: 'wait_ms', fn: 'median', path: 'Attributes.cx.queue.wait_ms' },
        ],
        limit: 6,
      },
      { startTime: '2026-05-18', endTime: '2026-05-24' },
    )
    for (;;) {
      pages.push(page)
      if (!page.next) break
      const { results } = await ask<{ results: Record<string, Result> }>('traces_query', page.next)
      page = results['asked'] as Result
    }
    expect(pages.map(({ rowCount }) => rowCount).slice(0, -1)).toEqual(pages.slice(1).map(() => 6))
    expect(pages.flatMap(({ rows }) => rows)).toEqual(nearRows(wanted))
  })
})
