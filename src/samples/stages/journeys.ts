import type { Statement } from '../../engine/engine.ts'
import type { SampleDay } from '../calendar.ts'

/**
 * Table `journey`: who contacts which queue when, over which flow, and what the flow will decide.
 * Holds the journeys of one day.
 */
export const compileJourneys = (day: SampleDay, seed: number): Statement => ({
  sql: `
CREATE OR REPLACE TABLE samples.journey AS
WITH numbered AS (
  SELECT
    number,
    samples.key_of(?::BIGINT, number) AS key,
    samples.uniform(key, 'arrival') AS arrival_draw
  FROM (
    SELECT unnest(range(?::BIGINT, ?::BIGINT)) AS number
    UNION ALL
    SELECT 0 WHERE ?
  )
),
arrived AS (
  SELECT
    n.number,
    n.key,
    a.weekday,
    a.hour,
    a.queue AS wanted_queue,
    a.is_open,
    ?::BIGINT + a.hour * 3600000 + samples.whole(3600000 * samples.uniform(n.key, 'moment')) AS start_ms,
    CASE WHEN a.is_open AND samples.chance(n.key, 'outbound', 0.12) THEN 'outbound' ELSE 'inbound' END AS direction,
    CASE
      WHEN direction = 'inbound' AND samples.chance(n.key, 'chat', 0.13) THEN 'CHAT'
      ELSE 'VOICE'
    END AS channel
  FROM numbered n
  ASOF JOIN (
    FROM samples.arrival
    WHERE weekday = ?
  ) a ON n.arrival_draw >= a.share_below
),
entered AS (
  SELECT
    a.*,
    q.bot_share,
    CASE
      WHEN a.direction = 'outbound' THEN 'Outbound Campaign'
      WHEN a.channel = 'CHAT' THEN 'Chat Entry'
      ELSE q.flow
    END AS flow
  FROM arrived a
  JOIN samples.queue q ON q.name = a.wanted_queue
),
decided AS (
  SELECT
    e.*,
    coalesce(r.version, f.version) AS flow_version,
    f.language,
    f.entry_point,
    e.is_open AND samples.chance(e.key, 'lookup', coalesce(r.failure_rate, 0)) AS lookup_failed,
    lookup_failed AND samples.chance(e.key, 'misrouted', r.misrouted_share) AS misrouted,
    e.is_open AND e.direction = 'inbound' AND samples.chance(e.key, 'hangs up early', 0.025) AS left_in_ivr
  FROM entered e
  JOIN samples.flow f ON f.name = e.flow
  LEFT JOIN samples.release r ON r.flow = e.flow AND e.start_ms >= r.from_ms AND e.start_ms < r.until_ms
)
SELECT
  * EXCLUDE (bot_share, misrouted, wanted_queue),
  CASE WHEN misrouted THEN 'Technical Support' ELSE wanted_queue END AS queue,
  is_open AND direction = 'inbound' AND NOT left_in_ivr AND NOT misrouted AND samples.chance(key, 'bot', bot_share) AS has_bot,
  samples.hex_id(samples.key_of(key, 'trace high')) || samples.hex_id(samples.key_of(key, 'trace low')) AS trace_id,
  samples.hex_id(samples.key_of(key, 'root')) AS root_span_id,
  samples.contact_id(key, 1) AS contact_id,
  samples.whole(1000000 * samples.uniform(key, 'nanos')) AS sub_ms_ns,
  samples.pick(key, 'region', ['eu-west-2', 'eu-west-2', 'eu-central-1']) AS region,
  samples.hex_id(hash(samples.whole(40000 * samples.uniform(key, 'customer')))) AS customer_id,
  samples.pick(key, 'country', ['+44', '+44', '+353', '+351', '+34']) || '******' ||
    lpad(samples.whole(1000 * samples.uniform(key, 'digits'))::VARCHAR, 3, '0') AS customer_endpoint,
  samples.pick(key, 'tier', ['gold', 'silver', 'silver', 'bronze', 'bronze', 'bronze']) AS customer_tier,
  CASE
    WHEN samples.chance(key, 'has order', 0.4) THEN round(samples.lognormal(key, 'order', 85, 0.8), 2)
  END AS order_value_eur
FROM decided`,
  params: [seed, day.firstNumber, day.endNumber, day.hasShowcase, day.startMs, day.weekday],
})
