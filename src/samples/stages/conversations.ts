import { defineStatement } from '../../engine/engine.ts'

/**
 * Table `conversation`: one row per journey that meets the bot, without its place in time.
 * `turn_ms` and `latency_ms` hold one entry per turn; the conversation lasts as long as its turns.
 */
export const conversationStage = defineStatement(`
CREATE OR REPLACE TABLE samples.conversation AS
WITH met AS (
  SELECT
    number,
    samples.key_of(key, 'conversation') AS key,
    queue,
    channel,
    samples.uniform(key, 'intent') AS intent_draw
  FROM samples.journey
  WHERE has_bot
),
intended AS (
  SELECT
    m.number,
    m.key,
    i.name AS intent,
    b.* EXCLUDE (channel),
    CASE
      WHEN samples.chance(m.key, 'escalates', i.escalation) THEN 'escalated'
      WHEN samples.chance(m.key, 'abandoned', 0.14) THEN 'abandoned'
      WHEN samples.chance(m.key, 'failed', 0.06) THEN 'failed'
      ELSE 'contained'
    END AS outcome,
    round(samples.clamp(i.confidence + 0.07 * samples.normal(m.key, 'confidence'), 0.2, 0.99), 3) AS confidence,
    2 + least(8, samples.whole(samples.exponential(m.key, 'turns', 2.4))) AS turn_count
  FROM met m
  ASOF JOIN samples.intent i ON i.queue = m.queue AND m.intent_draw >= i.share_below
  JOIN samples.bot b ON b.channel = m.channel
)
SELECT
  *,
  samples.hex_id(key) AS span_id,
  samples.uuid_of(samples.key_of(key, 'conversation id')) AS conversation_id,
  list_transform(
    range(turn_count),
    lambda turn: samples.whole(
      samples.clamp(samples.lognormal(samples.key_of(key, turn), 'turn', median_turn_ms, 0.35), 4000, 60000)
    )
  ) AS turn_ms,
  list_transform(
    range(turn_count),
    lambda turn: samples.whole(least(3500, samples.lognormal(samples.key_of(key, turn), 'latency', median_latency_ms, 0.4)))
  ) AS latency_ms,
  list_sum(turn_ms)::BIGINT AS duration_ms,
  least(turn_count, samples.whole(samples.exponential(key, 'missed', 2.2 * (1 - confidence)))) AS missed_count,
  samples.whole(samples.exponential(key, 'silent', 0.4)) AS no_input_count,
  samples.whole(samples.exponential(key, 'interrupted', 0.5)) AS interruption_count,
  CASE outcome WHEN 'contained' THEN 0.8 ELSE -0.8 END AS mean_sentiment,
  round(samples.clamp(mean_sentiment + 1.3 * samples.normal(key, 'sentiment'), -5, 5), 2) AS sentiment
FROM intended`)
