import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../src/engine/engine.ts'
import { type Attributes, at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld
let rows: ReadonlyMap<string, Row>

const start = at('2026-05-01T10:00:00Z')
const ms = 1_000_000n

type Part = readonly [
  name: string,
  fromMs: number,
  lengthMs: number,
  attributes?: Attributes,
  more?: Partial<SpanRow>,
]

const agent = 'cx.interaction.agent'
const bot = 'cx.ai.conversation'
const node = 'cx.flow.node'
const queue = 'cx.queue.wait'

/** A leg's figures under their keys. */
const leg = (
  username: string,
  talk: number,
  hold: number,
  acw: number,
  more: Attributes = {},
): Attributes => ({
  'cx.agent.username': username,
  'cx.interaction.talk_ms': String(talk),
  'cx.interaction.hold_ms': String(hold),
  'cx.interaction.acw_ms': String(acw),
  ...more,
})

/** The journeys under test; the first part of each is its root. */
const journeys: Readonly<Record<string, readonly Part[]>> = {
  whole: [
    [
      'cx.journey',
      0,
      600_000,
      { customer_id: 'c1', csat_score: '4.5', resolution: 'solved' },
      { service: 'amazon-connect', status: 'Ok' },
    ],
    [node, 10, 1_500, {}, { service: 'amazon-connect' }],
    [node, 2_000, 700, {}, { service: 'amazon-connect' }],
    [
      bot,
      3_000,
      40_000,
      { 'cx.ai.outcome': 'escalated', 'cx.ai.cost_usd': '0.25', 'cx.ai.channel': 'VOICE' },
      { service: 'polyai' },
    ],
    [queue, 43_000, 60_000, { 'cx.queue.name': 'support' }],
    [
      agent,
      103_000,
      200_000,
      leg('anna', 150_000, 20_000, 10_000, {
        'cx.queue.name': 'support',
        'cx.interaction.transferred': 'true',
        'cx.webrtc.audio.mos_score': '4.2',
        'cx.contact.disconnect_reason': 'TRANSFERRED',
      }),
      { service: 'softphone' },
    ],
    [queue, 303_000, 30_000, { 'cx.queue.name': 'sales' }],
    [
      agent,
      333_000,
      250_000,
      leg('ben', 200_000, 5_000, 30_000, {
        'cx.queue.name': 'sales',
        'cx.webrtc.audio.mos_score': '2.8',
        'cx.contact.ended_by': 'customer',
        'cx.contact.disconnect_reason': 'CUSTOMER_DISCONNECT',
        'cx.contact.direction': 'inbound',
      }),
      { service: 'softphone', status: 'Error' },
    ],
    ['operata.ingest', 600_000, 5, {}, { service: 'operata' }],
  ],
  abandonedInQueue: [
    ['cx.journey', 0, 90_000],
    [node, 0, 1_000],
    [queue, 1_000, 89_000, { 'cx.queue.name': 'support' }],
  ],
  abandonedInBot: [
    ['cx.journey', 0, 20_000],
    [bot, 1_000, 19_000, { 'cx.ai.outcome': 'abandoned' }],
  ],
  abandonedInFlow: [
    ['cx.journey', 0, 3_000],
    [node, 0, 1_000, { 'cx.flow.outcome': 'Completed' }],
    [node, 1_000, 2_000, { 'cx.flow.outcome': 'Abandoned' }],
  ],
  contained: [
    ['cx.journey', 0, 30_000],
    [bot, 0, 30_000, { 'cx.ai.outcome': 'contained', 'cx.ai.cost_usd': '0.1' }],
    [bot, 20_000, 5_000, { 'cx.ai.outcome': 'contained', 'cx.ai.cost_usd': 'NaN' }],
  ],
  callback: [
    ['cx.journey', 0, 30_000, { abandoned: 'false' }],
    [queue, 0, 1_000],
    [node, 10, 5, { 'cx.contact.initiation_method': 'CALLBACK' }],
  ],
  rootless: [[agent, 5_000, 1_000, leg('zoe', 1, 2, 3), { parent: spanId(99) }]],
  nanMos: [
    ['cx.journey', 0, 10],
    [agent, 0, 5, { 'cx.webrtc.audio.mos_score': 'NaN' }],
    [agent, 5, 5, { 'cx.webrtc.audio.mos_score': '4' }],
  ],
  sameAgentTwice: [
    ['cx.journey', 0, 10],
    [agent, 0, 5, leg('anna', 1, 0, 0)],
    [agent, 5, 5, leg('anna', 1, 0, 0)],
  ],
  noJourneyAtAll: [['GET /', 0, 10]],
}

const names = Object.keys(journeys)

beforeAll(async () => {
  world = await createLakeWorld('journey-rows')
  const spans = names.flatMap((name, trace) =>
    (journeys[name] ?? []).map(
      ([spanName, from, length, attributes = {}, more = {}], i): SpanRow => ({
        traceId: traceId(trace),
        spanId: spanId(i),
        parent: i === 0 ? '' : spanId(0),
        ns: start + BigInt(from) * ms,
        durationNs: BigInt(length) * ms,
        name: spanName,
        attributes,
        ...more,
      }),
    ),
  )
  await world.spans('a.parquet', spans.toReversed())
  const { manifest } = await world.sync()
  const read = await world.query(`FROM (${readTable(manifest, world.lakeDir, 'journey_interaction')})`)
  rows = new Map(read.map((row) => [String(row['trace_id']), row]))
})
afterAll(() => world.close())

/** A journey's row with the prefix of its columns taken away. */
function journey(name: string): Readonly<Record<string, unknown>> {
  const row = rows.get(traceId(names.indexOf(name)))
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([key, value]) => [key.replace('attributes_', ''), value]),
  )
}

/** What a journey's counts and sums must be, from its parts. */
function computeAggregates(parts: readonly Part[]) {
  const of = (name: string) => parts.filter(([part]) => part === name)
  const total = (name: string) => of(name).reduce((sum, [, , length]) => sum + length, 0)
  const sum = (key: string) =>
    of(agent).reduce((all, [, , , attributes]) => all + Number(attributes?.[key] ?? 0), 0)
  const first = Math.min(...parts.map(([, from]) => from))
  const scores = of(agent)
    .map(([, , , attributes]) => Number(attributes?.['cx.webrtc.audio.mos_score'] ?? Number.NaN))
    .filter((score) => !Number.isNaN(score))
  const agents = of(agent).map(([, from]) => from)
  return {
    duration_ms: Math.max(...parts.map(([, from, length]) => from + length)) - first,
    had_agent: of(agent).length > 0,
    had_bot: of(bot).length > 0,
    had_queue: of(queue).length > 0,
    had_error: parts.some(([, , , , more]) => more?.status === 'Error'),
    had_callback: parts.some(
      ([, , , attributes]) => attributes?.['cx.contact.initiation_method'] === 'CALLBACK',
    ),
    had_transfer: of(agent).some(
      ([, , , attributes]) => attributes?.['cx.interaction.transferred'] === 'true',
    ),
    agent_leg_count: of(agent).length,
    agent_count: new Set(of(agent).flatMap(([, , , attributes]) => attributes?.['cx.agent.username'] ?? []))
      .size,
    bot_count: of(bot).length,
    queue_count: of(queue).length,
    node_count: of(node).length,
    ivr_duration_ms: total(node),
    bot_duration_ms: total(bot),
    queue_wait_ms: total(queue),
    max_queue_wait_ms: Math.max(0, ...of(queue).map(([, , length]) => length)),
    agent_talk_ms: sum('cx.interaction.talk_ms'),
    hold_ms: sum('cx.interaction.hold_ms'),
    acw_ms: sum('cx.interaction.acw_ms'),
    time_to_agent_ms: agents.length > 0 ? Math.min(...agents) - first : null,
    min_mos_score: scores.length > 0 ? Math.min(...scores) : null,
    avg_mos_score: scores.length > 0 ? scores.reduce((a, b) => a + b, 0) / scores.length : null,
  }
}

describe('journeys', () => {
  it('are the traces with a span of a contact', () => {
    expect([...rows.keys()].sort()).toEqual(
      names
        .slice(0, -1)
        .map((_, i) => traceId(i))
        .sort(),
    )
  })

  it.each(names.slice(0, -1))('count and sum their parts (%s)', (name) => {
    expect(journey(name)).toMatchObject(computeAggregates(journeys[name] ?? []))
  })

  it('tell the whole story of one', () => {
    expect(journey('whole')).toMatchObject({
      trace_id: traceId(0),
      span_id: spanId(0),
      span_name: 'cx.journey',
      service_name: 'amazon-connect',
      status_code: 'Ok',
      timestamp: '2026-05-01T10:00:00Z',
      start_time: '2026-05-01T10:00:00Z',
      end_time: '2026-05-01T10:10:00.005Z',
      duration: 600_005_000_000,
      journey_id: traceId(0),
      customer_id: 'c1',
      csat_score: 4.5,
      resolution: 'solved',
      channel: 'VOICE',
      direction: 'inbound',
      platforms: 'amazon-connect,app,polyai,softphone',
      platform_count: 4,
      transfer_count: 1,
      time_to_agent_ms: 103_000,
      first_queue_name: 'support',
      last_queue_name: 'sales',
      last_agent_username: 'ben',
      disconnect_reason: 'CUSTOMER_DISCONNECT',
      ended_by: 'customer',
      abandoned: false,
      abandon_stage: null,
      contained: false,
      insight_count: 1,
      worst_insight_severity: 'severe',
      cost_usd: 0.25,
    })
  })

  it.each([
    ['abandonedInQueue', true, 'queue', false],
    ['abandonedInBot', true, 'bot', false],
    ['abandonedInFlow', true, 'ivr', false],
    ['contained', false, null, true],
    ['rootless', false, null, false],
  ])('know who left where, and what a bot contained (%s)', (name, abandoned, stage, contained) => {
    expect(journey(name)).toMatchObject({ abandoned, abandon_stage: stage, contained })
  })

  it('believe what the platform says of an abandon', () => {
    expect(journey('callback')).toMatchObject({ abandoned: false, abandon_stage: null, had_callback: true })
  })

  it('without a root speak by their earliest span', () => {
    expect(journey('rootless')).toMatchObject({
      span_name: agent,
      journey_id: traceId(names.indexOf('rootless')),
    })
  })

  it('do not let a score that is no number spoil the mean, or a cost the sum', () => {
    expect(journey('nanMos')).toMatchObject({ min_mos_score: 4, avg_mos_score: 4 })
    expect(journey('contained')).toMatchObject({ cost_usd: 0.1 })
  })
})
