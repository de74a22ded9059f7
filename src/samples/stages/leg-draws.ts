import type { Statement } from '../../engine/engine.ts'
import { failureRates } from '../world/effects.ts'
import { type LegIndex, legIndexes, toRound } from './rounds.ts'

const mayTransfer = (legIndex: LegIndex): boolean => legIndex < legIndexes.length

type SetupStep = Readonly<{
  name: string
  leastMs: number
  meanExtraMs: number
  failure: string
  timeoutMs: number
}>

/** The steps of a WebRTC set-up; the one that fails runs into its timeout. */
const setupSteps: readonly SetupStep[] = [
  { name: 'gum', leastMs: 40, meanExtraMs: 50, failure: 'gumTimeout', timeoutMs: 10_000 },
  { name: 'ice', leastMs: 120, meanExtraMs: 140, failure: 'iceCollection', timeoutMs: 12_000 },
  { name: 'signalling', leastMs: 90, meanExtraMs: 110, failure: 'signalling', timeoutMs: 8000 },
  { name: 'handshake', leastMs: 150, meanExtraMs: 160, failure: 'handshake', timeoutMs: 8000 },
]

const toSetupStep = ({ name, leastMs, meanExtraMs, failure, timeoutMs }: SetupStep): string => `  CASE
    WHEN t.channel <> 'VOICE' THEN 0
    WHEN t.failure = '${failure}' THEN ${timeoutMs}
    ELSE ${leastMs} + samples.whole(samples.exponential(t.key, '${name}', ${meanExtraMs}))
  END AS ${name}_ms,`

/**
 * Table `leg_draw`: the agent leg of each wait that was answered, as lengths without places in time.
 * `holds` and `mutes` have one length in ms per hold and mute. `failure` is the set-up step that failed, if any.
 */
export const compileLegDraws = (legIndex: LegIndex): Statement =>
  toRound(
    'leg_draw',
    legIndex,
    `
WITH answered AS (
  SELECT
    w.*,
    j.channel,
    j.direction,
    a.* EXCLUDE (queue, name),
    q.talk_s,
    samples.uniform(w.key, 'disconnect') AS disconnect_draw,
    w.enqueued_ms + w.wait_ms AS start_ms,
    CASE
      WHEN j.channel = 'VOICE' AND samples.chance(w.key, 'set-up fails', ${failureRates.setup})
      THEN samples.pick(w.key, 'failure', ['iceCollection', 'iceCollection', 'signalling', 'handshake', 'gumTimeout'])
    END AS failure,
    j.channel = 'VOICE' AND failure IS NULL AND samples.chance(w.key, 'zero inbound', ${failureRates.zeroInbound}) AS zero_inbound
  FROM samples.wait w
  JOIN samples.journey j USING (number)
  JOIN samples.queue q ON q.name = w.queue
  JOIN samples.agent a ON a.queue = w.queue AND a.rank = samples.whole(q.agents * samples.uniform(w.key, 'agent'))
  WHERE w.leg_index = ${legIndex}
  AND NOT w.abandoned
),
talked AS (
  SELECT
    *,
    failure IS NULL AND NOT zero_inbound AS went_well,
    least(0.9, 0.25 * hold_factor) AS hold_chance,
    CASE
      WHEN failure IS NOT NULL THEN 0
      WHEN zero_inbound THEN 12000 + samples.whole(9000 * samples.uniform(key, 'talk'))
      ELSE samples.whole(1000 * samples.clamp(samples.lognormal(key, 'talk', talk_s * skill, 0.55), 20, 3600))
    END AS talk_ms,
    CASE
      WHEN went_well AND channel = 'VOICE'
      THEN samples.chance(key, 'hold 1', hold_chance)::INTEGER
        + samples.chance(key, 'hold 2', 0.4 * hold_chance)::INTEGER
        + samples.chance(key, 'hold 3', 0.15 * hold_chance)::INTEGER
      ELSE 0
    END AS hold_count,
    CASE
      WHEN went_well AND channel = 'VOICE' THEN least(2, samples.whole(samples.exponential(key, 'mutes', 0.5)))
      ELSE 0
    END AS mute_count,
    went_well AND ${mayTransfer(legIndex)} AND samples.chance(key, 'transfer', 0.08 * transfer_factor) AS transferred
  FROM answered
)
SELECT
  t.number,
  t.key,
  t.leg_index,
  samples.hex_id(t.key) AS span_id,
  t.previous_span_id,
  t.previous_contact_id,
  t.queue,
  t.is_queued,
  t.wait_ms,
  t.channel,
  t.direction,
  t.username,
  t.failure,
  t.zero_inbound,
  t.transferred,
  t.talk_ms,
  t.start_ms,
  samples.whole(samples.clamp(samples.lognormal(t.key, 'ring', 4200, 0.55), 1200, 28000)) AS ring_ms,
${setupSteps.map(toSetupStep).join('\n')}
  list_transform(
    range(t.hold_count),
    lambda hold: 8000 + samples.whole(samples.exponential(samples.key_of(t.key, hold), 'hold', 45000))
  ) AS holds,
  list_transform(
    range(t.mute_count),
    lambda mute: least(
      t.talk_ms // 16,
      2000 + samples.whole(samples.exponential(samples.key_of(t.key, mute), 'mute', 9000))
    )
  ) AS mutes,
  CASE
    WHEN t.failure IS NULL
    THEN samples.whole(least(900000, samples.lognormal(t.key, 'wrap-up', 38000 * t.acw_factor, 0.6)))
    ELSE 0
  END AS acw_ms,
  CASE
    WHEN t.failure IS NOT NULL THEN 'TELECOM_PROBLEM'
    WHEN t.transferred THEN 'AGENT_DISCONNECT'
    ELSE d.reason
  END AS disconnect_reason,
  CASE t.failure
    WHEN 'iceCollection' THEN 'ice_collection_timeout'
    WHEN 'signalling' THEN 'signalling_handshake_failure'
    WHEN 'gumTimeout' THEN 'microphone_not_shared'
    WHEN 'handshake' THEN 'webrtc_error'
    ELSE CASE
      WHEN t.channel = 'VOICE' AND samples.chance(t.key, 'softphone error', 0.015)
      THEN samples.pick(
        t.key, 'error type',
        ['ice_collection_timeout', 'signalling_handshake_failure', 'webrtc_error', 'microphone_not_shared']
      )
    END
  END AS softphone_error
FROM talked t
ASOF JOIN samples.disconnect_reason d ON t.disconnect_draw >= d.share_below`,
  )
