import { agentAttributes } from './agent-attributes.ts'
import type { SpanSource } from './span-source.ts'

const from = 'samples.leg l JOIN samples.journey j USING (number)'

const leg: SpanSource = {
  name: 'cx.interaction.agent',
  kind: 'Server',
  service: `'amazon-connect'`,
  from: `${from}
  JOIN samples.queue q ON q.name = l.queue
  JOIN samples.agent a USING (username)
  JOIN samples.disconnect_reason d ON d.reason = l.disconnect_reason
  LEFT JOIN samples.audio m ON m.key = l.key`,
  spanId: 'l.span_id',
  parentId: 'j.root_span_id',
  startMs: 'l.start_ms',
  endMs: 'l.end_ms',
  status: `CASE WHEN l.failure IS NOT NULL OR l.zero_inbound THEN 'Error' ELSE 'Ok' END`,
  statusMessage: `CASE
    WHEN l.failure IS NOT NULL THEN 'Set-up failed: ' || l.failure
    WHEN l.zero_inbound THEN 'No inbound audio packets'
    ELSE ''
  END`,
  attributes: agentAttributes,
  linkedSpanId: 'l.previous_span_id',
}

const softphone: SpanSource = {
  name: 'cx.softphone.session',
  kind: 'Client',
  service: `'softphone'`,
  from,
  spanId: 'l.softphone_span_id',
  parentId: 'l.span_id',
  startMs: 'l.start_ms',
  endMs: 'l.end_ms',
  status: `CASE WHEN l.failure IS NULL THEN 'Ok' ELSE 'Error' END`,
  attributes: {
    'cx.contact.id': 'l.contact_id',
    'cx.agent.username': 'l.username',
    'cx.softphone.ccp_version': `'2.18.3'`,
    'cx.softphone.error_type': 'l.softphone_error',
  },
}

const webrtc: SpanSource = {
  name: 'cx.webrtc.session',
  kind: 'Client',
  service: `'softphone'`,
  from: `${from}
  LEFT JOIN samples.audio_sample s ON s.key = l.key
  WHERE l.channel = 'VOICE'`,
  spanId: 'l.webrtc_span_id',
  parentId: 'l.span_id',
  startMs: 'l.connected_ms - l.setup_ms',
  endMs: 'l.talk_end_ms',
  status: `CASE WHEN l.failure IS NULL THEN 'Ok' ELSE 'Error' END`,
  attributes: {
    'cx.contact.id': 'l.contact_id',
    'cx.webrtc.codec': `'opus'`,
    'cx.webrtc.failure': `coalesce(l.failure, 'none')`,
  },
  events: { name: `'webrtc.sample'`, atMs: 's.at_ms', attributes: 's.attributes' },
}

const stretch = { kind: 'Internal', service: `'amazon-connect'`, parentId: 'l.span_id' } as const

const hold: SpanSource = {
  ...stretch,
  name: 'cx.hold',
  from: `(
    SELECT
      *,
      unnest(range(1, len(holds) + 1)) AS hold,
      connected_ms + hold * stretch_ms + coalesce(list_sum(holds[1:hold - 1]), 0)::BIGINT AS hold_start_ms
    FROM samples.leg
  ) l
  JOIN samples.journey j USING (number)`,
  spanId: `samples.hex_id(samples.key_of(l.key, 'hold ' || l.hold))`,
  startMs: 'l.hold_start_ms',
  endMs: 'l.hold_start_ms + l.holds[l.hold]',
  attributes: { 'cx.contact.id': 'l.contact_id', 'cx.hold.index': 'l.hold' },
}

/** Mutes lie in the talk before the first hold, the second three eighths of it after the first. */
const mute: SpanSource = {
  ...stretch,
  name: 'cx.mute',
  from: `(
    SELECT
      *,
      unnest(range(1, len(mutes) + 1)) AS mute,
      connected_ms + stretch_ms * (3 * mute - 1) // 8 AS mute_start_ms
    FROM samples.leg
  ) l
  JOIN samples.journey j USING (number)`,
  spanId: `samples.hex_id(samples.key_of(l.key, 'mute ' || l.mute))`,
  startMs: 'l.mute_start_ms',
  endMs: 'l.mute_start_ms + l.mutes[l.mute]',
  attributes: { 'cx.contact.id': 'l.contact_id', 'cx.mute.index': 'l.mute' },
}

const acw: SpanSource = {
  ...stretch,
  name: 'cx.acw',
  from: `${from}
  WHERE l.acw_ms > 0`,
  spanId: `samples.hex_id(samples.key_of(l.key, 'acw'))`,
  startMs: 'l.talk_end_ms',
  endMs: 'l.end_ms',
  attributes: { 'cx.contact.id': 'l.contact_id', 'cx.agent.username': 'l.username' },
}

const queueWait: SpanSource = {
  name: 'cx.queue.wait',
  kind: 'Internal',
  service: `'amazon-connect'`,
  from: `samples.wait w
  JOIN samples.journey j USING (number)
  JOIN samples.queue q ON q.name = w.queue
  WHERE w.is_queued`,
  spanId: `samples.hex_id(samples.key_of(w.key, 'wait'))`,
  parentId: 'j.root_span_id',
  startMs: 'w.enqueued_ms',
  endMs: 'w.enqueued_ms + w.wait_ms',
  attributes: {
    'cx.contact.id': 'samples.contact_id(j.key, w.leg_index)',
    'cx.queue.name': 'q.name',
    'cx.queue.id': 'q.id',
    'cx.queue.wait_ms': 'w.wait_ms',
    'cx.queue.abandoned': 'w.abandoned',
  },
}

/** The queue, the agent's leg, and what happens within it. */
export const agentSpans: readonly SpanSource[] = [queueWait, leg, softphone, webrtc, hold, mute, acw]
