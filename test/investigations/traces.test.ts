import { describe, expect, it } from 'vitest'
import { type Cell, firstOf, type Json, may, openInvestigation } from './investigation.ts'
import { near, nearRows } from './near.ts'
import { nanoseconds } from './raw-sql.ts'
import { findPath, selectTimedSpans, toSelfTime, toTimedSpans } from './trace-times.ts'

const { ask, query, askRaw } = openInvestigation()

type Overview = Readonly<{ overview: { durationMs: number; errors: number; rows: readonly Cell[][] } }>
type Trace = Readonly<{ traceId: string; startTime: string; spanCount: number; errorCount: number }>
type Page = Readonly<{ traces: readonly Trace[]; hasMore: boolean; nextCursor?: Json }>
type Attribute = Readonly<{ key: string; value: { stringValue: string } }>
type OtlpSpan = Readonly<{
  spanId: string
  startTimeUnixNano: string
  attributes?: readonly Attribute[]
  events?: readonly unknown[]
}>
type Full = Readonly<{
  resourceSpans: readonly { scopeSpans: readonly { spans: readonly OtlpSpan[] }[] }[]
  resourceLogs?: readonly { scopeLogs: readonly { logRecords: readonly { spanId: string }[] }[] }[]
  hiddenInternalSpans?: number
  next?: Json
}>

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe('users of any OpenTelemetry trace ask', () => {
  it('How much data is there, which operations fail, and which traces have a failure in them?', async () => {
    const { services } = await ask<{ services: { name: string; rows: number; from: string; to: string }[] }>(
      'get_schema',
      {},
    )
    const [[spanRows, traceRows, first] = []] =
      await askRaw(`SELECT CAST(count(*) AS INTEGER) AS n, CAST(count(DISTINCT TraceId) AS INTEGER) AS traces,
      strftime(min("Timestamp"), '%Y-%m-%dT%H:%M:%S') AS began FROM spans`)
    const [[logRows] = []] = await askRaw('SELECT CAST(count(*) AS INTEGER) AS n FROM logs')
    expect(services).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'spans',
          rows: spanRows,
          from: expect.stringContaining(String(first)),
        }),
        expect.objectContaining({ name: 'traces', rows: traceRows }),
        expect.objectContaining({ name: 'logs', rows: logRows }),
      ]),
    )
    const failing = await query('rate', {
      service: 'spans',
      grouping: ['ServiceName', 'SpanName'],
      rates: [{ name: 'failed', filters: [{ path: 'StatusCode', eq: 'Error' }] }],
      having: [{ name: 'failed', gt: 0 }],
      orders: [{ path: 'failed', direction: 'desc' }],
    })
    const rawFailing =
      await askRaw(`SELECT ServiceName, SpanName, avg(CAST(StatusCode = 'Error' AS INTEGER)) AS failed,
      CAST(count_if(StatusCode = 'Error') AS INTEGER) AS n, CAST(count(*) AS INTEGER) AS d
      FROM spans GROUP BY 1, 2 HAVING failed > 0 ORDER BY failed DESC`)
    expect(failing.rows).toEqual(nearRows(rawFailing))
    const list = { ...may, filters: [{ path: 'StatusCode', eq: 'Error' }], limit: 60 }
    const pages = [await ask<Page>('traces_list', list)]
    for (let last = pages.at(-1); last?.nextCursor; last = pages.at(-1))
      pages.push(await ask<Page>('traces_list', { ...list, cursor: last.nextCursor }))
    expect(pages.map(({ hasMore }) => hasMore)).toEqual(pages.map((_, i) => i < pages.length - 1))
    const traces =
      await askRaw(`SELECT TraceId, CAST(count(*) AS INTEGER) AS spans, CAST(count_if(StatusCode = 'Error') AS INTEGER) AS errors
      FROM spans GROUP BY TraceId HAVING errors > 0 ORDER BY min("Timestamp") DESC, TraceId DESC`)
    expect(traces.length).toBeGreaterThan(60)
    const listed = pages.flatMap((page) => page.traces)
    expect(listed.map(({ traceId, spanCount, errorCount }) => [traceId, spanCount, errorCount])).toEqual(
      traces,
    )
  })

  it('What took the time in the longest trace with many spans, and what was its end waiting for?', async () => {
    const longest = await query('table', {
      service: 'traces',
      columns: ['TraceId', 'Duration', 'SpanCount'],
      filters: [{ path: 'SpanCount', gte: 20 }],
      orders: [{ path: 'Duration', direction: 'desc' }],
      limit: 1,
    })
    const rawLongest =
      await askRaw(`SELECT TraceId, CAST(max(epoch_ns("Timestamp") + Duration) - min(epoch_ns("Timestamp")) AS DOUBLE) AS duration, CAST(count(*) AS INTEGER) AS spans
      FROM spans GROUP BY 1 HAVING count(*) >= 20 ORDER BY duration DESC LIMIT 1`)
    expect(longest.rows).toEqual(rawLongest)
    const [traceId] = firstOf(longest.rows)
    const spans = toTimedSpans(await askRaw(selectTimedSpans(String(traceId))))
    const selfOf = (span: (typeof spans)[number]) => toSelfTime(spans, span)
    const all = sumOf(spans.map(selfOf))

    const { overview: summary } = await ask<Overview>('traces_get', { traceId, detail: 'summary' })
    const shares = [...Map.groupBy(spans, ({ name, service }) => `${name} ${service}`).values()]
      .map((same) => ({ same, name: String(same[0]?.name), self: sumOf(same.map(selfOf)) }))
      .sort((a, b) => b.self - a.self || (a.name < b.name ? -1 : 1))
    expect(summary.durationMs).toEqual(near(Math.max(...spans.map(({ end }) => end)) / 1e6, 5))
    expect(summary.rows.map((row) => [...row.slice(0, 4), row[5]])).toEqual(
      shares.map(({ same, name, self }) => [
        name,
        same[0]?.service,
        same.length,
        near(self / 1e6, 5),
        same.filter(({ isError }) => isError).length,
      ]),
    )
    expect(summary.rows.map((row) => row[4])).toEqual(
      shares.map(({ self }) => expect.closeTo(self / all, 3.9)),
    )

    const { overview: tree } = await ask<Overview>('traces_get', { traceId, detail: 'tree' })
    const byId = new Map(spans.map((span) => [span.id, span]))
    const counts = tree.rows.map(([, , , , , , , count, , , , below]) => Number(count) + Number(below ?? 0))
    expect(sumOf(counts)).toBe(spans.length)
    for (const [name, service, id, start, duration, self, errors, count, p50, , most] of tree.rows) {
      const span = byId.get(String(id))
      const same = spans.filter(
        (other) => other.name === span?.name && other.service === service && other.parent === span?.parent,
      )
      const shown = count === 1 ? [span as (typeof spans)[number]] : same
      const lengths = shown.map((one) => (one.end - one.start) / 1e6).sort((a, b) => a - b)
      expect([String(name).replaceAll('· ', ''), shown.length]).toEqual([span?.name, count])
      expect(start).toEqual(near(Math.min(...shown.map((one) => one.start)) / 1e6, 5))
      expect(duration).toEqual(near(sumOf(lengths), 5))
      expect(self).toEqual(near(sumOf(shown.map(selfOf)) / 1e6, 5))
      expect(errors).toBe(shown.filter(({ isError }) => isError).length)
      if (count !== 1) {
        expect(p50).toEqual(near(lengths[Math.ceil(lengths.length / 2) - 1] ?? 0, 5))
        expect(most).toEqual(near(lengths.at(-1) ?? 0, 5))
      }
    }

    const { overview: path } = await ask<Overview>('traces_get', { traceId, detail: 'critical_path' })
    const root = firstOf(spans.filter(({ parent }) => parent === ''))
    expect(path.rows.map(([, , id, from, to]) => [id, from, to])).toEqual(
      findPath(spans, root).map(({ id, from, to }) => [id, near(from / 1e6, 5), near(to / 1e6, 5)]),
    )
    expect(sumOf(path.rows.map((row) => Number(row[5])))).toEqual(near((root.end - root.start) / 1e6, 4))
  })

  it('What is everything that was recorded of a transferred call, page by page?', async () => {
    const transferred = await query('table', {
      service: 'journey_interaction',
      columns: ['TraceId'],
      filters: [{ path: 'Attributes.transfer_count', gte: 1 }],
      limit: 1,
    })
    const [traceId] = firstOf(transferred.rows)
    const pages = [await ask<Full>('traces_get', { traceId })]
    for (let last = pages.at(-1); last?.next; last = pages.at(-1))
      pages.push(await ask<Full>('traces_get', last.next))
    expect(pages.length).toBeGreaterThan(1)
    const spans = pages.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    )
    const raw =
      await askRaw(`SELECT SpanId, ${nanoseconds} AS ns, CAST(to_json(SpanAttributes) AS VARCHAR) AS attributes, CAST(len("Events.Name") AS INTEGER) AS events
      FROM spans WHERE TraceId = '${traceId}' AND SpanName NOT LIKE 'operata.%'`)
    const shown = spans.map(({ spanId, startTimeUnixNano, attributes = [], events = [] }) => [
      spanId,
      startTimeUnixNano,
      Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
      events.length,
    ])
    const wanted = raw.map(([id, ns, attributes, events]) => [id, ns, JSON.parse(String(attributes)), events])
    const byId = (rows: readonly (readonly unknown[])[]) =>
      rows.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))
    expect(byId(shown)).toEqual(byId(wanted))
    const records = pages.flatMap(({ resourceLogs = [] }) =>
      resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)),
    )
    const rawRecords = await askRaw(
      `SELECT SpanId FROM logs WHERE TraceId = '${traceId}' AND SpanId IN (SELECT SpanId FROM spans WHERE SpanName NOT LIKE 'operata.%')`,
    )
    expect(records.map(({ spanId }) => spanId).sort()).toEqual(rawRecords.map(([id]) => id).sort())
    const [[everything] = []] = await askRaw(
      `SELECT CAST(count(*) AS INTEGER) AS n FROM spans WHERE TraceId = '${traceId}'`,
    )
    expect(Number(pages[0]?.hiddenInternalSpans) + spans.length).toBe(everything)
    const whole = await ask<Json>('traces_get', { traceId, includeInternal: true, detail: 'summary' })
    expect(whole['spanCount']).toBe(everything)
  })
})
