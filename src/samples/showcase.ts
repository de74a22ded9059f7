import { defineStatement, type Statement } from '../engine/engine.ts'
import type { SampleDay } from './calendar.ts'
import { agents } from './world/agents.ts'

/** Ids of the one journey that is the same for every seed, for documentation and demos. */
const showcaseIds = {
  traceId: '8b1c0813ca3ca75494be82e036177ef1',
  agentSpanId: '89faf69ce53bc085',
} as const

const queue = 'Retention'
const busyHour = 10
const startOffsetMs = ((busyHour * 60 + 17) * 60 + 23) * 1000

const agent = agents.find(
  ({ isp, city, queue: home }) => isp === 'Cabo Telecom' && city === 'Lisbon' && home === queue,
)

/**
 * Overwrites of the showcase's row, one per stage table; the stages that come later build on the fixed values.
 * A morning call in which the bot gives up on a cancellation and an agent on a failing line takes over.
 */
export const showcase = {
  journey: (day: SampleDay): Statement => ({
    sql: `
UPDATE samples.journey
SET
  trace_id = ?,
  start_ms = ?::BIGINT,
  hour = ?,
  queue = ?,
  flow_version = (SELECT version FROM samples.release WHERE from_ms <= ?::BIGINT AND until_ms > ?::BIGINT),
  is_open = TRUE,
  direction = 'inbound',
  channel = 'VOICE',
  flow = 'Main Inbound',
  language = 'en-GB',
  entry_point = '+442079460100',
  lookup_failed = FALSE,
  left_in_ivr = FALSE,
  has_bot = TRUE
WHERE number = 0`,
    params: [
      showcaseIds.traceId,
      day.startMs + startOffsetMs,
      busyHour,
      queue,
      day.startMs + startOffsetMs,
      day.startMs + startOffsetMs,
    ],
  }),

  conversation: defineStatement(`
UPDATE samples.conversation
SET
  intent = 'CancelSubscription',
  outcome = 'escalated',
  confidence = 0.58,
  missed_count = 2,
  turn_count = 4,
  turn_ms = [9200, 11400, 8700, 10600],
  latency_ms = [940, 1180, 870, 1320],
  duration_ms = 39900
WHERE number = 0`),

  wait: defineStatement(`
UPDATE samples.wait
SET
  abandoned = FALSE,
  wait_ms = 94210
WHERE number = 0`),

  legDraw: {
    sql: `
UPDATE samples.leg_draw
SET
  span_id = ?,
  username = ?,
  failure = NULL,
  zero_inbound = FALSE,
  transferred = FALSE,
  ring_ms = 6400,
  gum_ms = 71,
  ice_ms = 1840,
  signalling_ms = 260,
  handshake_ms = 410,
  talk_ms = 412800,
  holds = [41350],
  mutes = [6200],
  acw_ms = 58700,
  disconnect_reason = 'CUSTOMER_DISCONNECT',
  softphone_error = 'ice_collection_timeout'
WHERE number = 0`,
    params: [showcaseIds.agentSpanId, agent?.username ?? null],
  },
} as const
