import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Row } from '../../src/engine/engine.ts'
import { createSampleLake, type SampleLake } from './sample-lake.ts'

let lake: SampleLake

beforeAll(async () => {
  lake = await createSampleLake()
  await lake.query(
    `CREATE VIEW leg AS SELECT *, SpanAttributes AS a FROM traces WHERE SpanName = 'cx.interaction.agent'`,
  )
})

afterAll(() => lake.close())

/** Cole and Rosenbluth's score, written a second time, from the text of the formula. */
function toMos(rttMs: number, jitterMs: number, lossPct: number): number {
  const delay = rttMs / 2 + 60 + 25
  const late = jitterMs > 0 ? 0.5 * Math.exp(-60 / jitterMs) : 0
  const lost = 1 - (1 - lossPct / 100) * (1 - late)
  const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0)
  const r = Math.min(100, Math.max(0, 93.2 - delayImpairment - 30 * Math.log(1 + 15 * lost)))
  return Math.min(4.5, Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)))
}

const number = (row: Row | undefined, name: string): number => Number(row?.[name])

describe('audio', () => {
  test('scores follow from the columns beside them', async () => {
    const legs = await lake.query(`
      SELECT
        a['cx.webrtc.audio.mos_score']::DOUBLE AS mos_score,
        a['cx.webrtc.audio.mos_inbound']::DOUBLE AS mos_inbound,
        a['cx.webrtc.audio.mos_outbound']::DOUBLE AS mos_outbound,
        a['cx.webrtc.audio.mos_min']::DOUBLE AS mos_min,
        a['cx.webrtc.audio.rtt_ms']::DOUBLE AS rtt,
        a['cx.webrtc.audio.rtt_max_ms']::DOUBLE AS rtt_max,
        a['cx.webrtc.audio.jitter_ms']::DOUBLE AS jitter,
        a['cx.webrtc.audio.jitter_max_ms']::DOUBLE AS jitter_max,
        a['cx.webrtc.audio.packet_loss_inbound_pct']::DOUBLE AS inbound,
        a['cx.webrtc.audio.packet_loss_outbound_pct']::DOUBLE AS outbound
      FROM leg
      WHERE a['cx.webrtc.audio.mos_score'] IS NOT NULL`)
    expect(legs.length).toBeGreaterThan(1500)
    const worst = (name: string, score: (row: Row) => number) =>
      Math.max(...legs.map((row) => Math.abs(number(row, name) - score(row))))
    const half = 0.005 + 1e-9
    expect(
      worst('mos_score', (row) => toMos(number(row, 'rtt'), number(row, 'jitter'), number(row, 'inbound'))),
    ).toBeLessThan(half)
    expect(worst('mos_inbound', (row) => number(row, 'mos_score'))).toBe(0)
    expect(
      worst('mos_outbound', (row) =>
        toMos(number(row, 'rtt'), number(row, 'jitter'), number(row, 'outbound')),
      ),
    ).toBeLessThan(half)
    expect(
      worst('mos_min', (row) =>
        toMos(number(row, 'rtt_max'), number(row, 'jitter_max'), number(row, 'inbound')),
      ),
    ).toBeLessThan(half)
  })

  test('a sample event scores from its own values, never below the leg', async () => {
    const samples = await lake.query(`
      SELECT
        unnest(s."Events.Attributes") AS sample,
        l.SpanAttributes['cx.webrtc.audio.mos_min']::DOUBLE AS mos_min
      FROM traces s
      JOIN traces l ON l.TraceId = s.TraceId AND l.SpanId = s.ParentSpanId
      WHERE s.SpanName = 'cx.webrtc.session'
      LIMIT 5000`)
    expect(samples).toHaveLength(5000)
    for (const { sample, mos_min } of samples) {
      const { mos, rtt_ms, jitter_ms, loss_pct } = sample as Record<string, string>
      expect(Math.abs(Number(mos) - toMos(Number(rtt_ms), Number(jitter_ms), Number(loss_pct)))).toBeLessThan(
        0.0051,
      )
      expect(Number(mos)).toBeGreaterThanOrEqual(Number(mos_min))
    }
  })

  test('is good as a rule', async () => {
    const [row] = await lake.query(`
      SELECT
        avg(a['cx.webrtc.audio.mos_score']::DOUBLE) AS mos,
        avg((a['cx.webrtc.audio.mos_score']::DOUBLE < 3.6)::INTEGER) AS poor,
        avg((a['cx.webrtc.audio.mos_score']::DOUBLE < 3)::INTEGER) AS bad
      FROM leg`)
    expect(number(row, 'mos')).toBeGreaterThan(4.1)
    expect(number(row, 'mos')).toBeLessThan(4.35)
    expect(number(row, 'poor')).toBeGreaterThan(0.04)
    expect(number(row, 'poor')).toBeLessThan(0.09)
    expect(number(row, 'bad')).toBeGreaterThan(0.02)
    expect(number(row, 'bad')).toBeLessThan(0.05)
  })

  test('chats have none', async () => {
    const [row] = await lake.query(`
      SELECT
        count(*) AS chats,
        count(a['cx.webrtc.audio.mos_score']) AS scores,
        (SELECT count(*) FROM traces s JOIN leg l ON l.TraceId = s.TraceId AND l.SpanId = s.ParentSpanId
          WHERE s.SpanName = 'cx.webrtc.session' AND l.a['cx.contact.channel'] = 'CHAT') AS sessions
      FROM leg
      WHERE a['cx.contact.channel'] = 'CHAT'`)
    expect(number(row, 'chats')).toBeGreaterThan(100)
    expect(row).toMatchObject({ scores: 0, sessions: 0 })
  })
})

describe('what went wrong', () => {
  test('one provider in one city degrades on days 12 and 13', async () => {
    const rows = await lake.query(`
      SELECT
        a['cx.network.isp'] || ', ' || a['cx.network.city'] AS place,
        "Timestamp"::DATE IN ('2026-05-12', '2026-05-13') AS in_outage,
        avg(a['cx.webrtc.audio.mos_score']::DOUBLE) AS mos
      FROM leg
      GROUP BY ALL
      ORDER BY mos`)
    expect(rows[0]).toMatchObject({ place: 'Cabo Telecom, Lisbon', in_outage: true })
    expect(number(rows[0], 'mos')).toBeLessThan(3)
    expect(number(rows[1], 'mos')).toBeGreaterThan(3.8)
  })

  test('a lookup fails after the release, and sends callers to Technical Support', async () => {
    const [before, after] = await lake.query(`
      SELECT
        SpanAttributes['cx.flow.version'] AS version,
        avg((SpanAttributes['cx.flow.node.error'] = 'true')::INTEGER) AS error_rate,
        list(DISTINCT SpanAttributes['cx.flow.node.error_code']) FILTER (StatusCode = 'Error') AS codes,
        avg(SpanAttributes['cx.flow.node.external_latency_ms']::INTEGER) FILTER (StatusCode = 'Error') AS latency_ms,
        min("Timestamp")::VARCHAR AS first_seen
      FROM traces
      WHERE SpanAttributes['cx.flow.node.name'] = 'LookupCustomer'
      GROUP BY version
      ORDER BY version`)
    expect(before).toMatchObject({ version: '42' })
    expect(number(before, 'error_rate')).toBeLessThan(0.02)
    expect(after).toMatchObject({ version: '43', codes: ['Lambda.TimeoutException'] })
    expect(number(after, 'error_rate')).toBeGreaterThan(0.17)
    expect(number(after, 'latency_ms')).toBeGreaterThan(7500)
    expect(String(after?.first_seen) > '2026-05-09 09:36').toBe(true)
  })

  test('one intent escalates far more often', async () => {
    const rows = await lake.query(`
      SELECT
        SpanAttributes['cx.ai.intent.primary'] AS intent,
        avg((SpanAttributes['cx.ai.escalated'] = 'true')::INTEGER) AS escalated,
        avg(SpanAttributes['cx.ai.intent.confidence_avg']::DOUBLE) AS confidence
      FROM traces
      WHERE SpanName = 'cx.ai.conversation'
      GROUP BY intent
      ORDER BY escalated DESC`)
    expect(rows[0]).toMatchObject({ intent: 'CancelSubscription' })
    expect(number(rows[0], 'escalated')).toBeGreaterThan(0.75)
    expect(number(rows[0], 'confidence')).toBeLessThan(0.7)
    expect(number(rows[1], 'escalated')).toBeLessThan(0.6)
    expect(number(rows[1], 'confidence')).toBeGreaterThan(0.75)
  })

  test('Monday mornings miss the service level', async () => {
    const [usual, rush] = await lake.query(`
      SELECT
        isodow("Timestamp") = 1 AND hour("Timestamp") IN (9, 10) AS in_rush,
        avg((Duration < 20e9)::INTEGER) AS service_level,
        avg((SpanAttributes['cx.queue.abandoned'] = 'true')::INTEGER) AS abandoned
      FROM traces
      WHERE SpanName = 'cx.queue.wait'
      GROUP BY in_rush
      ORDER BY in_rush`)
    expect(number(rush, 'service_level')).toBeLessThan(number(usual, 'service_level') / 2)
    expect(number(rush, 'abandoned')).toBeGreaterThan(number(usual, 'abandoned') * 2)
  })
})

describe('habits', () => {
  const rank = (measure: string, limit: number) =>
    lake.query(`
      SELECT a['cx.agent.username'] AS agent, avg(${measure}) AS value
      FROM leg
      WHERE a['cx.contact.channel'] = 'VOICE'
      GROUP BY agent
      HAVING count(*) > 20
      ORDER BY value DESC
      LIMIT ${limit}`)

  test('two agents hold more often', async () => {
    const [first, second, third] = await rank(`a['cx.interaction.hold_count']::INTEGER`, 3)
    expect([first?.agent, second?.agent].toSorted()).toEqual(['hugo.serrano', 'karen.booth'])
    expect(number(second, 'value')).toBeGreaterThan(number(third, 'value') * 1.2)
  })

  test('one agent wraps up for long', async () => {
    const [first, second] = await rank(`a['cx.interaction.acw_ms']::INTEGER`, 2)
    expect(first?.agent).toBe('laura.ferrer')
    expect(number(first, 'value')).toBeGreaterThan(number(second, 'value') * 2)
  })

  test('one agent works on an overloaded laptop', async () => {
    const [first, second] = await rank(`a['cx.machine.cpu_used_pct']::DOUBLE`, 2)
    expect(first?.agent).toBe('emma.hughes')
    expect(number(first, 'value')).toBeGreaterThan(90)
    expect(number(second, 'value')).toBeLessThan(60)
  })

  test('satisfaction falls with poor audio', async () => {
    const [good, poor] = await lake.query(`
      SELECT
        l.a['cx.webrtc.audio.mos_score']::DOUBLE < 3.6 AS poor,
        avg(j.SpanAttributes['csat_score']::DOUBLE) AS csat
      FROM leg l
      JOIN traces j ON j.TraceId = l.TraceId AND j.SpanName = 'cx.journey'
      WHERE poor IS NOT NULL
      GROUP BY ALL
      ORDER BY poor`)
    expect(number(good, 'csat')).toBeGreaterThan(number(poor, 'csat') + 0.3)
  })
})
