import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSampleLake, type SampleLake } from './sample-lake.ts'

const traceId = '8b1c0813ca3ca75494be82e036177ef1'
const agentSpanId = '89faf69ce53bc085'

describe.each([
  { journeys: 1, days: 1, seed: 1, start: '2026-05-03', day: '2026-05-03' },
  { journeys: 300, days: 31, seed: 99, start: '2026-04-30T15:00:00Z', day: '2026-05-04' },
])('showcase in $journeys journeys over $days days', ({ day, ...options }) => {
  let lake: SampleLake

  beforeAll(async () => {
    lake = await createSampleLake(options)
  })

  afterAll(() => lake.close())

  test('runs on its day with all kinds of spans', async () => {
    const rows = await lake.query(`
      SELECT SpanName AS name
      FROM traces
      WHERE TraceId = '${traceId}'
      AND "Timestamp"::DATE = '${day}'
      GROUP BY ALL
      ORDER BY name`)
    expect(rows.map(({ name }) => name)).toEqual([
      'cx.acw',
      'cx.ai.conversation',
      'cx.ai.turn',
      'cx.flow.node',
      'cx.hold',
      'cx.interaction.agent',
      'cx.journey',
      'cx.mute',
      'cx.queue.wait',
      'cx.softphone.session',
      'cx.webrtc.session',
      'operata.enrich',
      'operata.ingest',
    ])
  })

  test('its agent leg suffers from the provider', async () => {
    const [row] = await lake.query(`
      SELECT
        SpanAttributes['cx.network.isp'] AS isp,
        SpanAttributes['cx.network.city'] AS city,
        SpanAttributes['cx.webrtc.audio.mos_score']::DOUBLE AS mos,
        SpanAttributes['cx.webrtc.audio.jitter_ms']::DOUBLE AS jitter_ms,
        SpanAttributes['cx.interaction.hold_count'] AS holds
      FROM traces
      WHERE TraceId = '${traceId}'
      AND SpanId = '${agentSpanId}'`)
    expect(row).toMatchObject({ isp: 'Cabo Telecom', city: 'Lisbon', holds: '1' })
    expect(row?.mos).toBeLessThan(3)
    expect(row?.jitter_ms).toBeGreaterThan(39)
    expect(row?.jitter_ms).toBeLessThan(56)
  })

  test('its bot escalates', async () => {
    const rows = await lake.query(`
      SELECT SpanAttributes['cx.ai.intent.primary'] AS intent, SpanAttributes['cx.ai.outcome'] AS outcome
      FROM traces
      WHERE TraceId = '${traceId}'
      AND SpanName = 'cx.ai.conversation'`)
    expect(rows).toEqual([{ intent: 'CancelSubscription', outcome: 'escalated' }])
  })

  test('its audio is sampled every 10 s', async () => {
    const [row] = await lake.query(`
      SELECT
        len("Events.Name") AS samples,
        epoch_ns("Events.Timestamp"[2]) - epoch_ns("Events.Timestamp"[1]) AS step_ns,
        "Events.Name"[1] AS name,
        map_keys("Events.Attributes"[1]) AS keys
      FROM traces
      WHERE TraceId = '${traceId}'
      AND SpanName = 'cx.webrtc.session'`)
    expect(row).toEqual({
      samples: 45,
      step_ns: 10_000_000_000,
      name: 'webrtc.sample',
      keys: ['mos', 'jitter_ms', 'rtt_ms', 'loss_pct'],
    })
  })

  test('its logs hold a softphone error, and at least 8 records on the agent span', async () => {
    const [row] = await lake.query(`
      SELECT
        count(*) FILTER (SpanId = '${agentSpanId}') AS own,
        count(*) FILTER (SeverityText = 'ERROR' AND LogAttributes['event.name'] = 'softphone_error') AS errors
      FROM logs
      WHERE TraceId = '${traceId}'`)
    expect(row?.own).toBeGreaterThanOrEqual(8)
    expect(row?.errors).toBe(1)
  })
})
