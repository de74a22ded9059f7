import { defineStatement } from '../../engine/engine.ts'

/**
 * Table `route`: the journeys with what the bot made of them.
 * `reaches_queue` is false for callers who came at a closed hour, hung up in the flow or were served by the bot.
 */
export const routeStage = defineStatement(`
CREATE OR REPLACE TABLE samples.route AS
SELECT
  j.*,
  c.outcome AS bot_outcome,
  coalesce(c.duration_ms, 0) AS conversation_ms,
  j.is_open AND NOT j.left_in_ivr AND coalesce(c.outcome = 'escalated', TRUE) AS reaches_queue,
  CASE WHEN j.left_in_ivr THEN 1 + samples.whole(5 * samples.uniform(j.key, 'last node')) ELSE 99 END AS last_position
FROM samples.journey j
LEFT JOIN samples.conversation c USING (number)`)

/**
 * Table `node`: one row per flow node that runs, one after the other.
 * The bot speaks in the gap after its `Lex` node.
 */
export const nodeStage = defineStatement(`
CREATE OR REPLACE TABLE samples.node AS
WITH reached AS (
  SELECT
    r.number,
    r.start_ms AS journey_start_ms,
    r.reaches_queue,
    r.is_open,
    r.left_in_ivr,
    f.* EXCLUDE (flow),
    samples.key_of(r.key, f.id) AS key,
    CASE
      WHEN x.node = f.name THEN r.lookup_failed
      ELSE samples.chance(samples.key_of(r.key, f.id), 'fails', f.failure_rate)
    END AS failed,
    CASE WHEN f.type = 'Lex' THEN r.conversation_ms ELSE 0 END AS gap_ms
  FROM samples.route r
  JOIN samples.flow_node f ON f.flow = r.flow
  LEFT JOIN samples.release x ON x.flow = r.flow AND x.version = r.flow_version
  WHERE f.position <= r.last_position
  AND CASE f.path
    WHEN 'always' THEN TRUE
    WHEN 'open' THEN r.is_open
    WHEN 'closed' THEN NOT r.is_open
    WHEN 'bot' THEN r.has_bot
    WHEN 'contained' THEN r.bot_outcome = 'contained'
    ELSE r.reaches_queue
  END
),
timed AS (
  SELECT
    *,
    CASE
      WHEN failed THEN samples.whole(samples.lognormal(key, 'timeout', 8000, 0.04))
      ELSE samples.whole(samples.lognormal(key, 'work', median_ms, 0.4))
    END AS work_ms,
    CASE
      WHEN type IN ('GetUserInput', 'StoreUserInput') THEN samples.whole(samples.exponential(key, 'retries', 0.45))
      ELSE 0
    END AS input_retries,
    CASE WHEN failed THEN 2 ELSE least(input_retries, 2) END AS retry_count,
    5 + work_ms * CASE WHEN failed THEN 1 ELSE 1 + retry_count END AS duration_ms
  FROM reached
)
SELECT
  *,
  samples.hex_id(key) AS span_id,
  CASE WHEN type = 'InvokeExternalResource' THEN work_ms END AS external_latency_ms,
  row_number() OVER path_order AS node_index,
  position = max(position) OVER (PARTITION BY number) AS is_exit,
  journey_start_ms + (sum(duration_ms + gap_ms) OVER path_order - duration_ms - gap_ms)::BIGINT AS start_ms,
  start_ms + duration_ms AS end_ms
FROM timed
WINDOW path_order AS (
  PARTITION BY number
  ORDER BY position
  ROWS UNBOUNDED PRECEDING
)`)

/** Table `flow_end`: when the flow and the bot are done with a journey. */
export const flowEndStage = defineStatement(`
CREATE OR REPLACE TABLE samples.flow_end AS
SELECT
  number,
  max(end_ms + gap_ms) AS end_ms,
  max(end_ms) FILTER (type = 'Lex') AS conversation_start_ms
FROM samples.node
GROUP BY number`)
