import { defineStatement } from '../../engine/engine.ts'

/**
 * Table `outcome`: how each journey ended, and what the customer thought of it.
 * Satisfaction falls with the wait, with poor audio and with each transfer; 12% of customers who were served answer.
 */
export const outcomeStage = defineStatement(`
CREATE OR REPLACE TABLE samples.outcome AS
WITH legs AS (
  SELECT
    l.number,
    max(l.end_ms) AS end_ms,
    count(*) AS leg_count,
    arg_max(l.disconnect_reason, l.leg_index) AS disconnect_reason,
    bool_or(l.failure IS NOT NULL) AS set_up_failed,
    min(a.mos_score) AS mos_min
  FROM samples.leg l
  LEFT JOIN samples.audio a USING (key)
  GROUP BY l.number
),
waits AS (
  SELECT
    number,
    max(enqueued_ms + wait_ms) AS end_ms,
    sum(wait_ms) AS wait_ms,
    bool_or(abandoned) AS abandoned
  FROM samples.wait
  GROUP BY number
),
ended AS (
  SELECT
    r.number,
    r.key,
    greatest(e.end_ms, w.end_ms, l.end_ms) AS end_ms,
    r.left_in_ivr OR coalesce(w.abandoned, FALSE) OR coalesce(r.bot_outcome = 'abandoned', FALSE) AS abandoned,
    l.leg_count IS NOT NULL AND NOT l.set_up_failed AS met_agent,
    coalesce(r.bot_outcome = 'contained', FALSE) AS contained,
    CASE
      WHEN l.number IS NOT NULL THEN l.disconnect_reason
      WHEN r.is_open AND coalesce(r.bot_outcome <> 'failed', TRUE) THEN 'CUSTOMER_DISCONNECT'
      ELSE 'CONTACT_FLOW_DISCONNECT'
    END AS disconnect_reason,
    1 - coalesce(w.wait_ms, 0) / 90000.0
      - CASE WHEN l.mos_min < 3 THEN 2.2 WHEN l.mos_min < 3.6 THEN 1.2 ELSE 0 END
      - 0.9 * (coalesce(l.leg_count, 1) - 1)
      - CASE WHEN abandoned THEN 1.5 ELSE 0 END AS mood
  FROM samples.route r
  JOIN samples.flow_end e USING (number)
  LEFT JOIN waits w USING (number)
  LEFT JOIN legs l USING (number)
)
SELECT
  e.number,
  e.end_ms,
  e.disconnect_reason,
  d.ended_by,
  CASE
    WHEN e.abandoned THEN 'abandoned'
    WHEN e.contained OR e.met_agent AND samples.chance(e.key, 'resolved', 0.78 + 0.04 * greatest(e.mood, -6)) THEN 'resolved'
    ELSE 'unresolved'
  END AS resolution,
  CASE
    WHEN (e.met_agent OR e.contained) AND samples.chance(e.key, 'answers survey', 0.145)
    THEN samples.clamp(round(4 + 0.6 * e.mood + 0.7 * samples.normal(e.key, 'survey')), 1, 5)::INTEGER
  END AS csat_score,
  round(samples.clamp(e.mood + 1.2 * samples.normal(e.key, 'sentiment'), -5, 5), 2) AS sentiment_customer
FROM ended e
JOIN samples.disconnect_reason d ON d.reason = e.disconnect_reason`)
