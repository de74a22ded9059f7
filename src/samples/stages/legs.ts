import type { Statement } from '../../engine/engine.ts'
import { type LegIndex, toRound } from './rounds.ts'

/** Table `leg`: the leg draws laid out in time: ring, set-up, talk and holds, wrap-up. */
export const compileLegs = (legIndex: LegIndex): Statement =>
  toRound(
    'leg',
    legIndex,
    `
SELECT
  l.*,
  samples.contact_id(j.key, l.leg_index) AS contact_id,
  CASE WHEN l.transferred THEN samples.contact_id(j.key, l.leg_index + 1) END AS next_contact_id,
  samples.hex_id(samples.key_of(l.key, 'softphone')) AS softphone_span_id,
  samples.hex_id(samples.key_of(l.key, 'webrtc')) AS webrtc_span_id,
  l.gum_ms + l.ice_ms + l.signalling_ms + l.handshake_ms AS setup_ms,
  l.ring_ms + setup_ms AS connect_ms,
  coalesce(list_sum(l.holds), 0)::BIGINT AS hold_ms,
  coalesce(list_sum(l.mutes), 0)::BIGINT AS mute_ms,
  l.talk_ms // (len(l.holds) + 1) AS stretch_ms,
  connect_ms + l.talk_ms + hold_ms + l.acw_ms AS total_ms,
  l.start_ms + connect_ms AS connected_ms,
  connected_ms + l.talk_ms + hold_ms AS talk_end_ms,
  l.start_ms + total_ms AS end_ms
FROM samples.leg_draw l
JOIN samples.journey j USING (number)
WHERE l.leg_index = ${legIndex}`,
  )
