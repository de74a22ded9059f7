import { defineStatement } from '../engine/engine.ts'

/**
 * Macro `mos(rtt_ms, jitter_ms, loss_pct)`: mean opinion score, 1..4.5, of a voice stream.
 *
 * E-model reduced to transport impairments after R. G. Cole and J. H. Rosenbluth, "Voice over IP performance
 * monitoring", ACM SIGCOMM CCR 31(2), 2001; R0 = 93.2 and the R-to-MOS curve per ITU-T G.107.
 * Mouth-to-ear delay = half the round trip + 60 ms jitter buffer + 25 ms packetisation and look-ahead.
 * Packets later than the buffer count as lost; their share, a Laplace tail over 60 ms, is a modelling assumption of ours.
 */
export const mosMacros = [
  'late_share(jitter_ms) AS CASE WHEN jitter_ms > 0 THEN 0.5 * exp(-60 / jitter_ms) ELSE 0 END',
  'loss_share(jitter_ms, loss_pct) AS 1 - (1 - loss_pct / 100) * (1 - samples.late_share(jitter_ms))',
  'delay_ms(rtt_ms) AS rtt_ms / 2 + 60 + 25',
  'delay_impairment(d) AS 0.024 * d + CASE WHEN d > 177.3 THEN 0.11 * (d - 177.3) ELSE 0 END',
  'loss_impairment(e) AS 30 * ln(1 + 15 * e)',
  `r_factor(rtt_ms, jitter_ms, loss_pct) AS samples.clamp(
  93.2 - samples.delay_impairment(samples.delay_ms(rtt_ms)) - samples.loss_impairment(samples.loss_share(jitter_ms, loss_pct)),
  0, 100)`,
  'mos_of_r(r) AS samples.clamp(1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r), 1, 4.5)',
  'mos(rtt_ms, jitter_ms, loss_pct) AS samples.mos_of_r(samples.r_factor(rtt_ms, jitter_ms, loss_pct))',
].map((definition) => defineStatement(`CREATE MACRO samples.${definition}`))
