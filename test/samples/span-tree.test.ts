import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSampleLake, type SampleLake } from './sample-lake.ts'

let lake: SampleLake

beforeAll(async () => {
  lake = await createSampleLake()
})

afterAll(() => lake.close())

describe('span tree', () => {
  test('ids are unique lower-case hex', async () => {
    const [row] = await lake.query(`
      SELECT
        count(*) - count(DISTINCT (TraceId, SpanId)) AS repeated,
        count(*) FILTER (NOT regexp_full_match(TraceId, '[0-9a-f]{32}')) AS bad_trace_ids,
        count(*) FILTER (NOT regexp_full_match(SpanId, '[0-9a-f]{16}')) AS bad_span_ids
      FROM traces`)
    expect(row).toEqual({ repeated: 0, bad_trace_ids: 0, bad_span_ids: 0 })
  })

  test('each trace has one root, and it is the journey', async () => {
    const rows = await lake.query(`
      SELECT DISTINCT count(*) FILTER (ParentSpanId = '') AS roots, any_value(SpanName) FILTER (ParentSpanId = '') AS name
      FROM traces
      GROUP BY TraceId`)
    expect(rows).toEqual([{ roots: 1, name: 'cx.journey' }])
  })

  test('each parent exists and spans its children', async () => {
    const [row] = await lake.query(`
      SELECT
        count(*) FILTER (p.SpanId IS NULL) AS orphans,
        count(*) FILTER (
          c."Timestamp" < p."Timestamp"
          OR epoch_ns(c."Timestamp") + c.Duration::BIGINT > epoch_ns(p."Timestamp") + p.Duration::BIGINT
        ) AS overhanging
      FROM traces c
      LEFT JOIN traces p ON p.TraceId = c.TraceId AND p.SpanId = c.ParentSpanId
      WHERE c.ParentSpanId <> ''`)
    expect(row).toEqual({ orphans: 0, overhanging: 0 })
  })

  test('names, kinds, services and parents are those of the model', async () => {
    const rows = await lake.query(`
      SELECT DISTINCT c.SpanName || ' ' || c.SpanKind || ' ' || c.ServiceName || ' < ' || coalesce(p.SpanName, '') AS edge
      FROM traces c
      LEFT JOIN traces p ON p.TraceId = c.TraceId AND p.SpanId = c.ParentSpanId
      ORDER BY edge`)
    expect(rows.map(({ edge }) => edge)).toEqual([
      'cx.acw Internal amazon-connect < cx.interaction.agent',
      'cx.ai.conversation Client lex < cx.journey',
      'cx.ai.conversation Client polyai < cx.journey',
      'cx.ai.turn Client lex < cx.ai.conversation',
      'cx.ai.turn Client polyai < cx.ai.conversation',
      'cx.flow.node Internal amazon-connect < cx.journey',
      'cx.hold Internal amazon-connect < cx.interaction.agent',
      'cx.interaction.agent Server amazon-connect < cx.journey',
      'cx.journey Server amazon-connect < ',
      'cx.mute Internal amazon-connect < cx.interaction.agent',
      'cx.queue.wait Internal amazon-connect < cx.journey',
      'cx.softphone.session Client softphone < cx.interaction.agent',
      'cx.webrtc.session Client softphone < cx.interaction.agent',
      'operata.enrich Internal operata < cx.journey',
      'operata.ingest Internal operata < cx.journey',
    ])
  })

  test('siblings that follow each other do not overlap', async () => {
    const [row] = await lake.query(`
      WITH followed AS (
        SELECT
          epoch_ns("Timestamp") + Duration::BIGINT AS end_ns,
          epoch_ns(lead("Timestamp") OVER (PARTITION BY TraceId, ParentSpanId ORDER BY "Timestamp", SpanName)) AS next_ns
        FROM traces
        WHERE SpanName IN ('cx.flow.node', 'cx.ai.conversation', 'cx.ai.turn', 'cx.hold', 'cx.mute', 'cx.acw')
      )
      SELECT count(*) AS overlaps
      FROM followed
      WHERE next_ns < end_ns`)
    expect(row).toEqual({ overlaps: 0 })
  })

  test('the times of a leg add up to its length', async () => {
    const [row] = await lake.query(`
      WITH leg AS (
        SELECT
          TraceId,
          SpanId,
          Duration,
          SpanAttributes AS a
        FROM traces
        WHERE SpanName = 'cx.interaction.agent'
      ),
      part AS (
        SELECT
          TraceId,
          ParentSpanId,
          coalesce(sum(Duration) FILTER (SpanName = 'cx.hold'), 0) AS hold,
          count(*) FILTER (SpanName = 'cx.hold') AS holds,
          coalesce(sum(Duration) FILTER (SpanName = 'cx.mute'), 0) AS mute,
          coalesce(sum(Duration) FILTER (SpanName = 'cx.acw'), 0) AS acw
        FROM traces
        GROUP BY TraceId, ParentSpanId
      ),
      sums AS (
        SELECT
          l.Duration = a['cx.interaction.total_ms']::UBIGINT * 1000000 AS total_is_duration,
          a['cx.interaction.total_ms']::BIGINT = a['cx.agent.connect_ms']::BIGINT + a['cx.interaction.talk_ms']::BIGINT
            + a['cx.interaction.hold_ms']::BIGINT + a['cx.interaction.acw_ms']::BIGINT AS parts_are_total,
          p.hold = a['cx.interaction.hold_ms']::BIGINT * 1000000 AS holds_match,
          p.holds = a['cx.interaction.hold_count']::BIGINT AS hold_count_matches,
          p.mute = a['cx.interaction.mute_ms']::BIGINT * 1000000 AS mutes_match,
          p.acw = a['cx.interaction.acw_ms']::BIGINT * 1000000 AS acw_matches
        FROM leg l
        JOIN part p ON p.TraceId = l.TraceId AND p.ParentSpanId = l.SpanId
      )
      SELECT DISTINCT *
      FROM sums`)
    expect(row).toEqual({
      total_is_duration: true,
      parts_are_total: true,
      holds_match: true,
      hold_count_matches: true,
      mutes_match: true,
      acw_matches: true,
    })
  })

  test('the wait of a leg is the queue span that ends where the leg starts', async () => {
    const [row] = await lake.query(`
      SELECT count(*) AS unmatched
      FROM traces l
      ANTI JOIN traces w
        ON w.TraceId = l.TraceId
        AND w.SpanName = 'cx.queue.wait'
        AND epoch_ns(w."Timestamp") + w.Duration::BIGINT = epoch_ns(l."Timestamp")
        AND w.Duration = l.SpanAttributes['cx.queue.wait_ms']::UBIGINT * 1000000
        AND w.SpanAttributes['cx.queue.name'] = l.SpanAttributes['cx.queue.name']
      WHERE l.SpanName = 'cx.interaction.agent'
      AND l.SpanAttributes['cx.contact.direction'] = 'inbound'`)
    expect(row).toEqual({ unmatched: 0 })
  })

  test('a transferred leg links to the leg before, on another queue', async () => {
    const [row] = await lake.query(`
      SELECT
        count(*) AS links,
        count(*) FILTER (
          previous.SpanAttributes['cx.interaction.transferred'] = 'true'
          AND previous.SpanAttributes['cx.contact.next_id'] = l.SpanAttributes['cx.contact.id']
          AND previous.SpanAttributes['cx.contact.id'] = l.SpanAttributes['cx.contact.previous_id']
          AND previous.SpanAttributes['cx.queue.name'] <> l.SpanAttributes['cx.queue.name']
        ) AS sound
      FROM traces l
      LEFT JOIN traces previous ON previous.TraceId = l."Links.TraceId"[1] AND previous.SpanId = l."Links.SpanId"[1]
      WHERE l.SpanAttributes['cx.contact.initiation_method'] = 'TRANSFER'`)
    expect(row?.links).toBeGreaterThan(50)
    expect(row?.sound).toBe(row?.links)
  })
})

describe('logs', () => {
  test('refer to spans that exist and lie within them', async () => {
    const [row] = await lake.query(`
      SELECT
        count(*) FILTER (s.SpanId IS NULL) AS orphans,
        count(*) FILTER (
          l."Timestamp" < s."Timestamp"
          OR epoch_ns(l."Timestamp") > epoch_ns(s."Timestamp") + s.Duration::BIGINT
        ) AS outside
      FROM logs l
      LEFT JOIN traces s ON s.TraceId = l.TraceId AND s.SpanId = l.SpanId`)
    expect(row).toEqual({ orphans: 0, outside: 0 })
  })

  test('tell the states of a contact in order, with OpenTelemetry severities', async () => {
    const [row] = await lake.query(`
      SELECT
        (SELECT list(DISTINCT SeverityText || SeverityNumber ORDER BY SeverityText || SeverityNumber) FROM logs) AS severities,
        list(LogAttributes['event.name'] ORDER BY "Timestamp") AS events
      FROM logs
      WHERE SpanId = (
        SELECT SpanId
        FROM traces
        WHERE ParentSpanId = '89faf69ce53bc085'
        AND SpanName = 'cx.softphone.session'
      )
      AND LogAttributes['log.source'] = 'ccp'`)
    expect(row).toEqual({
      severities: ['DEBUG5', 'ERROR17', 'INFO9', 'WARN13'],
      events: [
        'contact.incoming',
        'contact.pending',
        'contact.connecting',
        'contact.connected',
        'contact.ended',
        'contact.acw',
      ],
    })
  })

  test('there are 6 to 10 per leg', async () => {
    const [row] = await lake.query(
      `SELECT count(*) AS legs FROM traces WHERE SpanName = 'cx.interaction.agent'`,
    )
    const perLeg = lake.summary.logs / Number(row?.legs)
    expect(perLeg).toBeGreaterThan(6)
    expect(perLeg).toBeLessThan(10.5)
  })
})
