import { defineStatement } from '../../engine/engine.ts'

/**
 * Table `audio`: the voice quality of each leg that connected.
 * Inputs are rounded before the score is taken, so `mos_score` follows exactly from
 * `rtt_ms`, `jitter_ms` and `packet_loss_inbound_pct`, and `mos_min` from `rtt_max_ms`, `jitter_max_ms` and the same loss.
 */
export const audioStage = defineStatement(`
CREATE OR REPLACE TABLE samples.audio AS
WITH line AS (
  SELECT
    l.key,
    l.connected_ms,
    l.talk_ms + l.hold_ms AS heard_ms,
    l.zero_inbound,
    i.jitter_ms AS usual_jitter_ms,
    i.rtt_ms AS usual_rtt_ms,
    i.loss_pct AS usual_loss_pct,
    CASE a.network_type WHEN 'wifi' THEN 1.3 ELSE 1 END AS wifi_factor,
    o.isp IS NOT NULL AS in_outage,
    o.added_rtt_ms,
    o.jitter_from_ms + (o.jitter_until_ms - o.jitter_from_ms) * samples.uniform(l.key, 'outage') AS outage_jitter_ms,
    CASE
      WHEN samples.chance(l.key, 'bad spell', CASE a.network_type WHEN 'wifi' THEN 0.12 ELSE 0.045 END)
      THEN samples.uniform(l.key, 'severity')
    END AS severity
  FROM samples.leg l
  JOIN samples.agent a USING (username)
  JOIN samples.isp i ON i.name = a.isp
  LEFT JOIN samples.outage o
    ON o.isp = a.isp
    AND o.city = a.city
    AND (l.start_ms >= o.from_ms AND l.start_ms < o.until_ms OR l.number = 0)
  WHERE l.channel = 'VOICE'
  AND l.failure IS NULL
),
measured AS (
  SELECT
    key,
    connected_ms,
    heard_ms,
    round(
      CASE
        WHEN in_outage THEN outage_jitter_ms
        ELSE samples.lognormal(key, 'jitter', usual_jitter_ms * wifi_factor, 0.2) + coalesce(10 + 32 * severity, 0)
      END, 2) AS jitter_ms,
    round(
      samples.lognormal(key, 'rtt', usual_rtt_ms, 0.15)
        + coalesce(20 + 160 * severity, 0)
        + CASE WHEN in_outage THEN added_rtt_ms ELSE 0 END, 2) AS rtt_ms,
    round(
      CASE
        WHEN zero_inbound THEN 100
        ELSE least(8, samples.exponential(key, 'inbound loss', usual_loss_pct * wifi_factor) + coalesce(2.5 * severity, 0))
      END, 2) AS packet_loss_inbound_pct,
    round(
      least(8, samples.exponential(key, 'outbound loss', usual_loss_pct) + coalesce(1.5 * severity, 0)),
      2) AS packet_loss_outbound_pct,
    round(jitter_ms * (1.35 + 0.6 * samples.uniform(key, 'jitter peak')), 2) AS jitter_max_ms,
    round(rtt_ms * (1.3 + 0.7 * samples.uniform(key, 'rtt peak')), 2) AS rtt_max_ms,
    CASE WHEN severity > 0.6 THEN 1 + samples.whole(2 * severity) ELSE 0 END AS ice_connections_lost
  FROM line
)
SELECT
  *,
  round(samples.mos(rtt_ms, jitter_ms, packet_loss_inbound_pct), 2) AS mos_score,
  round(samples.mos(rtt_ms, jitter_ms, packet_loss_outbound_pct), 2) AS mos_outbound,
  round(samples.mos(rtt_max_ms, jitter_max_ms, packet_loss_inbound_pct), 2) AS mos_min,
  heard_ms // 20 AS packets_sent,
  samples.whole(packets_sent * packet_loss_inbound_pct / 100) AS packets_lost_inbound,
  samples.whole(packets_sent * packet_loss_outbound_pct / 100) AS packets_lost_outbound,
  packets_sent - packets_lost_inbound AS packets_received,
  CASE
    WHEN packet_loss_inbound_pct = 100 THEN 0
    ELSE round(2400 + 900 * samples.uniform(key, 'inbound level'), 1)
  END AS audio_level_inbound,
  round(2600 + 1100 * samples.uniform(key, 'outbound level'), 1) AS audio_level_outbound
FROM measured`)

/**
 * Table `audio_sample`: per leg, one sample every 10 s as parallel lists of time (ms since the epoch) and attributes.
 * One sample, at a random place, shows the leg's maxima.
 */
export const audioSampleStage = defineStatement(`
CREATE OR REPLACE TABLE samples.audio_sample AS
WITH paced AS (
  SELECT
    *,
    range(1, heard_ms // 10000 + 1) AS ticks,
    samples.whole(len(ticks) * samples.uniform(key, 'worst tick')) + 1 AS worst_tick
  FROM samples.audio
),
measured AS (
  SELECT
    *,
    list_transform(ticks, lambda tick: CASE
      WHEN tick = worst_tick THEN {'jitter_ms': jitter_max_ms, 'rtt_ms': rtt_max_ms}
      ELSE {
        'jitter_ms': round(jitter_ms * (0.7 + 0.6 * samples.uniform(samples.key_of(key, tick), 'jitter')), 2),
        'rtt_ms': round(rtt_ms * (0.8 + 0.4 * samples.uniform(samples.key_of(key, tick), 'rtt')), 2)
      }
    END) AS measures
  FROM paced
)
SELECT
  key,
  list_transform(ticks, lambda tick: connected_ms + tick * 10000) AS at_ms,
  list_transform(measures, lambda measure: MAP {
    'mos': CAST(round(samples.mos(measure.rtt_ms, measure.jitter_ms, packet_loss_inbound_pct), 2) AS VARCHAR),
    'jitter_ms': CAST(measure.jitter_ms AS VARCHAR),
    'rtt_ms': CAST(measure.rtt_ms AS VARCHAR),
    'loss_pct': CAST(packet_loss_inbound_pct AS VARCHAR)
  }) AS attributes
FROM measured`)
