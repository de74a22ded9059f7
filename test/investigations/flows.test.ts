import { describe, expect, it } from 'vitest'
import { fisher } from './chance.ts'
import { type Cell, firstOf, openInvestigation } from './investigation.ts'
import { near, nearRows } from './near.ts'
import { from, text } from './raw-sql.ts'

const { ask, query, askRaw } = openInvestigation()

const service = 'node_interaction'
const nodes = from('cx.flow.node')
const name = 'Attributes.cx.flow.node.name'
const version = 'Attributes.cx.flow.version'
const failed = { path: 'Attributes.cx.flow.node.error', eq: 'true' }
const rawFailed = `${text('cx.flow.node.error')} = 'true'`

describe('bot and flow owners ask', () => {
  it('Which step of the menu fails since the release, how much worse is it, and what did the first caller run into?', async () => {
    const steps = await query('rate', {
      service,
      filters: [{ path: 'Attributes.cx.flow.name', eq: 'Main Inbound' }],
      grouping: [name, version],
      rates: [{ name: 'failed', filters: [failed] }],
      having: [{ name: 'failed', gte: 0.05 }],
      orders: [{ path: 'failed', direction: 'desc' }],
    })
    const rawSteps =
      await askRaw(`SELECT ${text('cx.flow.node.name')} AS node, ${text('cx.flow.version')} AS version,
      avg(CAST(${rawFailed} AS INTEGER)) AS failed, CAST(count_if(${rawFailed}) AS INTEGER) AS n, CAST(count(*) AS INTEGER) AS d
      ${nodes} AND ${text('cx.flow.name')} = 'Main Inbound' GROUP BY 1, 2 HAVING failed >= 0.05 ORDER BY failed DESC`)
    expect(steps.rows).toEqual(nearRows(rawSteps))
    const [step, release] = firstOf(steps.rows)
    expect([step, release]).toEqual(['LookupCustomer', '43'])
    const started = '2026-05-18T14:00:00Z'
    const compared = await query('compare', {
      service,
      filters: [{ path: name, eq: step }],
      target: { filters: [{ path: version, eq: release }], startTime: started, endTime: '2026-05-31' },
      baseline: { startTime: '2026-05-01', endTime: started },
      rates: [{ name: 'failed', filters: [failed] }],
      aggregates: [
        {
          name: 'timeouts',
          fn: 'count',
          filters: [{ path: 'Attributes.cx.flow.node.error_code', contains: 'timeout' }],
        },
      ],
    })
    const rows =
      await askRaw(`SELECT "Timestamp" >= '2026-05-18 14:00:00' AS later, ${text('cx.flow.version')} AS version, ${rawFailed} AS failed,
      coalesce(${text('cx.flow.node.error_code')} ILIKE '%timeout%', FALSE) AS timeout ${nodes} AND ${text('cx.flow.node.name')} = '${step}'`)
    const after = rows.filter(([later, of]) => later && of === release)
    const before = rows.filter(([later]) => !later)
    const count = (some: readonly (readonly Cell[])[], column: number) =>
      some.filter((row) => row[column]).length
    const [a, b] = [after, before].map((some) => ({ hits: count(some, 2), of: some.length })) as [
      Parameters<typeof fisher>[0],
      Parameters<typeof fisher>[0],
    ]
    const [lateTimeouts, earlyTimeouts] = [count(after, 3), count(before, 3)]
    expect(compared.rows.map((row) => [...row.slice(0, 4), ...row.slice(5, 8)])).toEqual([
      [
        'timeouts',
        lateTimeouts,
        earlyTimeouts,
        lateTimeouts - earlyTimeouts,
        lateTimeouts,
        earlyTimeouts,
        null,
      ],
      [
        'failed',
        near(a.hits / a.of, 5),
        near(b.hits / b.of, 5),
        near(a.hits / a.of - b.hits / b.of, 5),
        a.of,
        b.of,
        near(fisher(a, b), 4),
      ],
    ])
    const { traces } = await ask<{ traces: { traceId: string; startTime: string }[] }>('traces_list', {
      startTime: started,
      endTime: '2026-05-31',
      filters: [
        { path: 'SpanName', eq: 'cx.flow.node' },
        { path: 'StatusCode', eq: 'Error' },
        { path: name, eq: step },
      ],
      sort: 'asc',
      limit: 3,
    })
    const rawTraces = await askRaw(`SELECT TraceId FROM spans GROUP BY TraceId
      HAVING min("Timestamp") >= '2026-05-18 14:00:00' AND count_if(SpanName = 'cx.flow.node' AND StatusCode = 'Error' AND ${text('cx.flow.node.name')} = '${step}') > 0
      ORDER BY min("Timestamp"), TraceId LIMIT 3`)
    expect(traces.map(({ traceId }) => [traceId])).toEqual(rawTraces)
    const { traceId } = firstOf(traces)
    const { overview } = await ask<{ overview: { errors: number; rows: Cell[][] } }>('traces_get', {
      traceId,
      detail: 'errors',
    })
    const rawErrors =
      await askRaw(`SELECT SpanName, ServiceName, SpanId, epoch_ns("Timestamp") / 1e6 - (SELECT min(epoch_ns("Timestamp")) / 1e6 FROM spans WHERE TraceId = '${traceId}') AS start,
      Duration / 1e6 AS took, StatusMessage FROM spans WHERE TraceId = '${traceId}' AND StatusCode = 'Error' ORDER BY "Timestamp", SpanId`)
    expect(overview.errors).toBe(rawErrors.length)
    expect(overview.rows).toEqual(nearRows(rawErrors, 5))
  })
})
