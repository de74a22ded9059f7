import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { agentSpanId, traceId, window } from '../support/contract-calls.ts'
import { askRawExport } from '../support/raw-export.ts'

let connection: Connection
let data: string
beforeAll(async () => {
  data = inject('sampleData')
  connection = await connectInMemory(data)
})
afterAll(() => connection.close())

type Span = Readonly<{
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: { stringValue: string } }[]
  events?: { name: string; timeUnixNano: string }[]
}>
type Resource = Readonly<{ scopeSpans: { spans: Span[] }[] }>
type LogResource = Readonly<{ scopeLogs: { logRecords: { spanId?: string }[] }[] }>

/** All pages of a trace, as each says how to get the next. */
async function getPages(args: Record<string, unknown>) {
  const pages = [await connection.call('traces_get', { traceId, ...args })]
  for (;;) {
    const next = pages.at(-1)?.structured['next'] as Record<string, unknown> | undefined
    if (!next) return pages
    pages.push(await connection.call('traces_get', next))
  }
}

const spansOf = (structured: Readonly<Record<string, unknown>>) =>
  (structured['resourceSpans'] as Resource[]).flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  )

const getSpans = async (includeInternal: boolean): Promise<readonly Span[]> =>
  (await getPages({ includeInternal })).flatMap(({ structured }) => spansOf(structured))

describe('traces_get', () => {
  it('gives every span with every attribute, event and time of the export', async () => {
    const spans = await getSpans(true)
    const raw = await askRawExport(
      data,
      `SELECT SpanId AS id, SpanName AS "name", ParentSpanId AS parent, epoch_ns(Timestamp)::VARCHAR AS start_ns,
              (epoch_ns(Timestamp) + Duration::BIGINT)::VARCHAR AS end_ns, to_json(SpanAttributes)::VARCHAR AS attributes,
              list_transform("Events.Timestamp", lambda t: epoch_ns(t)::VARCHAR) AS event_times, "Events.Name" AS event_names
       FROM spans WHERE TraceId = '${traceId}' ORDER BY SpanId`,
    )
    const found = spans
      .toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1))
      .map((span) => ({
        id: span.spanId,
        name: span.name,
        parent: span.parentSpanId ?? '',
        start_ns: span.startTimeUnixNano,
        end_ns: span.endTimeUnixNano,
        attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, value.stringValue])),
        event_times: (span.events ?? []).map(({ timeUnixNano }) => timeUnixNano),
        event_names: (span.events ?? []).map(({ name }) => name),
      }))
    expect(found).toEqual(raw.map((row) => ({ ...row, attributes: JSON.parse(String(row['attributes'])) })))
    expect(spans.flatMap(({ events }) => events ?? []).length).toBeGreaterThan(10)
  })

  it('hides internal spans unless asked, and says how many', async () => {
    const all = await getSpans(true)
    const shown = await getSpans(false)
    const internal = all.filter(({ name }) => name.startsWith('operata.'))
    expect(internal.length).toBeGreaterThan(0)
    expect(shown.length).toBe(all.length - internal.length)
    const { structured } = await connection.call('traces_get', { traceId })
    expect(structured['hiddenInternalSpans']).toBe(internal.length)
  })

  it('brings the logs of its spans', async () => {
    const records = (await getPages({ includeInternal: true })).flatMap(({ structured }) =>
      ((structured['resourceLogs'] ?? []) as LogResource[]).flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) => logRecords),
      ),
    )
    const [raw] = await askRawExport(data, `SELECT count(*)::INT n FROM logs WHERE TraceId = '${traceId}'`)
    expect(records.length).toBe(raw?.['n'])
  })

  it('says all of it in the text too', async () => {
    const text = (await getPages({})).map((page) => page.text).join('\n')
    for (const span of await getSpans(false)) {
      expect(text).toContain(span.spanId)
      for (const { key, value } of span.attributes) expect(text).toContain(`${key}=${value.stringValue}`)
    }
  })
})

type Page = Readonly<{
  traces: { traceId: string; startTime: string }[]
  hasMore: boolean
  nextCursor?: unknown
}>

async function readAllPages(args: Record<string, unknown>): Promise<readonly Page[]> {
  const pages: Page[] = []
  for (let cursor: unknown; pages.length < 100; ) {
    const { structured } = await connection.call('traces_list', { ...args, ...(cursor ? { cursor } : {}) })
    const page = structured as unknown as Page
    pages.push(page)
    if (!page.hasMore) break
    cursor = page.nextCursor
  }
  return pages
}

describe('traces_list', () => {
  it.each(['asc', 'desc'] as const)('pages through all traces once, %s', async (sort) => {
    const pages = await readAllPages({
      startTime: '2026-05-04T00:00:00Z',
      endTime: '2026-05-05T00:00:00Z',
      sort,
      limit: 7,
    })
    const ids = pages.flatMap(({ traces }) => traces.map((trace) => trace.traceId))
    const raw = await askRawExport(
      data,
      `SELECT TraceId id FROM spans GROUP BY 1 HAVING min(Timestamp) >= TIMESTAMP '2026-05-04' AND min(Timestamp) < TIMESTAMP '2026-05-05'
       ORDER BY min(Timestamp) ${sort}, TraceId ${sort}`,
    )
    expect(ids).toEqual(raw.map((row) => row['id']))
    expect(pages.length).toBeGreaterThan(3)
  })

  it('lists traces of which one span matches all filters', async () => {
    const filters = [
      { path: 'SpanName', eq: 'cx.flow.node' },
      { path: 'StatusCode', eq: 'Error' },
      { path: 'Duration', gt: 5_000_000_000 },
    ]
    const pages = await readAllPages({ ...window, filters, limit: 1000 })
    const raw = await askRawExport(
      data,
      `SELECT DISTINCT TraceId id FROM spans WHERE SpanName = 'cx.flow.node' AND StatusCode = 'Error' AND Duration > 5000000000`,
    )
    const ids = pages.flatMap(({ traces }) => traces.map((trace) => trace.traceId))
    expect(new Set(ids)).toEqual(new Set(raw.map((row) => row['id'])))
    expect(ids.length).toBeGreaterThan(0)
  })

  it('filters by an attribute of any span', async () => {
    const filters = [{ path: 'Attributes.cx.queue.name', eq: 'Billing' }]
    const pages = await readAllPages({ ...window, filters, limit: 1000 })
    const [raw] = await askRawExport(
      data,
      `SELECT count(DISTINCT TraceId)::INT n FROM spans WHERE SpanAttributes['cx.queue.name'] = 'Billing'`,
    )
    expect(pages.flatMap(({ traces }) => traces).length).toBe(raw?.['n'])
  })
})

describe('traces_span_logs', () => {
  it('pages through the records of a span in order of time', async () => {
    const bodies: string[] = []
    for (let cursor: unknown, i = 0; i < 20; i++) {
      const { structured } = await connection.call('traces_span_logs', {
        traceId,
        spanId: agentSpanId,
        limit: 3,
        ...(cursor ? { cursor } : {}),
      })
      bodies.push(...(structured['logs'] as { time: string; body: string }[]).map(({ body }) => body))
      cursor = structured['nextCursor']
      if (!cursor) break
    }
    const raw = await askRawExport(
      data,
      `SELECT Body b FROM logs WHERE SpanId = '${agentSpanId}' ORDER BY Timestamp, Body`,
    )
    expect(bodies.toSorted()).toEqual(raw.map((row) => row['b']).toSorted())
    expect(bodies.length).toBeGreaterThanOrEqual(8)
  })
})

describe('traces_span_insights', () => {
  it('explains what was wrong, worst first, with evidence', async () => {
    const { structured } = await connection.call('traces_span_insights', { traceId, spanId: agentSpanId })
    const [raw] = await askRawExport(
      data,
      `SELECT SpanAttributes['cx.webrtc.audio.mos_score']::DOUBLE mos, SpanAttributes['cx.webrtc.audio.jitter_ms']::DOUBLE jitter
       FROM spans WHERE SpanId = '${agentSpanId}'`,
    )
    const insights = structured['insights'] as {
      tag: string
      severity: string
      observedValue: number
      threshold: number
    }[]
    expect(insights[0]).toMatchObject({
      tag: 'low_mos',
      severity: 'severe',
      observedValue: raw?.['mos'],
      threshold: 3,
    })
    expect(insights.find(({ tag }) => tag === 'high_jitter')).toMatchObject({
      severity: 'minor',
      observedValue: raw?.['jitter'],
      threshold: 30,
    })
  })
})
