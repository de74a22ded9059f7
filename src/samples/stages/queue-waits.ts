import type { Statement } from '../../engine/engine.ts'
import { type LegIndex, toRound } from './rounds.ts'

const firstEntries = `
  SELECT
    r.number,
    r.queue,
    e.end_ms AS enqueued_ms,
    NULL::VARCHAR AS previous_span_id,
    NULL::VARCHAR AS previous_contact_id
  FROM samples.route r
  JOIN samples.flow_end e USING (number)
  WHERE r.reaches_queue`

const transferEntries = (legIndex: LegIndex): string => `
  SELECT
    l.number,
    q.transfer_to AS queue,
    l.talk_end_ms AS enqueued_ms,
    l.span_id AS previous_span_id,
    l.contact_id AS previous_contact_id
  FROM samples.leg l
  JOIN samples.queue q ON q.name = l.queue
  WHERE l.transferred
  AND l.leg_index = ${legIndex - 1}`

/**
 * Table `wait`: one row per entry into a queue. A caller whose patience is shorter than the wait abandons;
 * transferred callers wait half as long and stay. Outbound calls pass the queue without a wait.
 */
export const compileWaits = (legIndex: LegIndex): Statement =>
  toRound(
    'wait',
    legIndex,
    `
WITH entry AS (${legIndex === 1 ? firstEntries : transferEntries(legIndex)}
),
load AS (
  SELECT
    e.*,
    samples.key_of(samples.key_of(j.key, 'leg'), ${legIndex}::BIGINT) AS key,
    j.direction,
    q.wait_s * h.load * coalesce(r.wait_factor, 1) AS median_s,
    q.patience_s
  FROM entry e
  JOIN samples.journey j USING (number)
  JOIN samples.queue q ON q.name = e.queue
  JOIN samples.hour h ON h.hour = j.hour
  LEFT JOIN samples.rush r ON r.weekday = j.weekday AND j.hour >= r.from_hour AND j.hour < r.until_hour
),
drawn AS (
  SELECT
    * EXCLUDE (median_s, patience_s),
    CASE
      WHEN direction = 'outbound' THEN 0
      ELSE samples.whole(1000 * least(1800, samples.lognormal(key, 'wait', median_s, 0.9))) // ${legIndex === 1 ? 1 : 2}
    END AS needed_ms,
    15000 + samples.whole(1000 * samples.exponential(key, 'patience', patience_s)) AS patience_ms
  FROM load
)
SELECT
  * EXCLUDE (needed_ms, patience_ms, direction),
  ${legIndex}::BIGINT AS leg_index,
  direction = 'inbound' AS is_queued,
  ${legIndex === 1 ? 'needed_ms > patience_ms' : 'FALSE'} AS abandoned,
  CASE WHEN abandoned THEN patience_ms ELSE needed_ms END AS wait_ms
FROM drawn`,
  )
