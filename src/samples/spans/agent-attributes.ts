import type { AttributeTable } from './attribute-map.ts'

const contact: AttributeTable = {
  'cx.contact.id': 'l.contact_id',
  'cx.contact.initial_id': 'j.contact_id',
  'cx.contact.previous_id': 'l.previous_contact_id',
  'cx.contact.next_id': 'l.next_contact_id',
  'cx.contact.channel': 'l.channel',
  'cx.contact.direction': 'l.direction',
  'cx.contact.initiation_method': `CASE
    WHEN l.leg_index > 1 THEN 'TRANSFER'
    WHEN l.direction = 'inbound' THEN 'INBOUND'
    WHEN samples.chance(l.key, 'callback', 0.12) THEN 'CALLBACK'
    ELSE 'OUTBOUND'
  END`,
  'cx.contact.disconnect_reason': 'l.disconnect_reason',
  'cx.contact.ended_by': 'd.ended_by',
  'cx.queue.name': 'q.name',
  'cx.queue.id': 'q.id',
  'cx.queue.wait_ms': 'CASE WHEN l.is_queued THEN l.wait_ms END',
}

const handling: AttributeTable = {
  'cx.agent.username': 'a.username',
  'cx.agent.name': 'a.name',
  'cx.agent.routing_profile': 'a.routing_profile',
  'cx.agent.team': 'a.team',
  'cx.agent.connect_ms': 'l.connect_ms',
  'cx.interaction.talk_ms': 'l.talk_ms',
  'cx.interaction.hold_ms': 'l.hold_ms',
  'cx.interaction.mute_ms': 'l.mute_ms',
  'cx.interaction.acw_ms': 'l.acw_ms',
  'cx.interaction.total_ms': 'l.total_ms',
  'cx.interaction.hold_count': 'len(l.holds)',
  'cx.interaction.longest_hold_ms': 'coalesce(list_max(l.holds), 0)',
  'cx.interaction.mute_count': 'len(l.mutes)',
  'cx.interaction.transferred': 'l.transferred',
}

const audio: AttributeTable = {
  'cx.webrtc.audio.mos_score': 'm.mos_score',
  'cx.webrtc.audio.mos_min': 'm.mos_min',
  'cx.webrtc.audio.mos_inbound': 'm.mos_score',
  'cx.webrtc.audio.mos_outbound': 'm.mos_outbound',
  'cx.webrtc.audio.jitter_ms': 'm.jitter_ms',
  'cx.webrtc.audio.jitter_max_ms': 'm.jitter_max_ms',
  'cx.webrtc.audio.rtt_ms': 'm.rtt_ms',
  'cx.webrtc.audio.rtt_max_ms': 'm.rtt_max_ms',
  'cx.webrtc.audio.packet_loss_inbound_pct': 'm.packet_loss_inbound_pct',
  'cx.webrtc.audio.packet_loss_outbound_pct': 'm.packet_loss_outbound_pct',
  'cx.webrtc.audio.packets_received': 'm.packets_received',
  'cx.webrtc.audio.packets_sent': 'm.packets_sent',
  'cx.webrtc.audio.packets_lost_inbound': 'm.packets_lost_inbound',
  'cx.webrtc.audio.packets_lost_outbound': 'm.packets_lost_outbound',
  'cx.webrtc.audio.jitter_buffer_ms': 'CASE WHEN m.key IS NOT NULL THEN 60 END',
  'cx.webrtc.audio.audio_level_inbound_avg': 'm.audio_level_inbound',
  'cx.webrtc.audio.audio_level_outbound_avg': 'm.audio_level_outbound',
}

const ofVoice = (value: string): string => `CASE l.channel WHEN 'VOICE' THEN ${value} END`

const setup: AttributeTable = {
  'cx.webrtc.setup.ice_ms': ofVoice('l.ice_ms'),
  'cx.webrtc.setup.signalling_ms': ofVoice('l.signalling_ms'),
  'cx.webrtc.setup.gum_ms': ofVoice('l.gum_ms'),
  'cx.webrtc.setup.handshake_ms': ofVoice('l.handshake_ms'),
  'cx.webrtc.setup.first_rtp_ms': `CASE
    WHEN m.packets_received > 0 THEN l.setup_ms + 20 + samples.whole(120 * samples.uniform(l.key, 'first rtp'))
  END`,
  'cx.webrtc.failure': ofVoice(`coalesce(l.failure, 'none')`),
  'cx.webrtc.ice_connections_lost': 'm.ice_connections_lost',
  'cx.webrtc.ice_restart_attempts': 'm.ice_connections_lost',
  'cx.webrtc.media.transport': ofVoice(
    `CASE WHEN samples.chance(l.key, 'tcp', 0.03) THEN 'tcp' ELSE 'udp' END`,
  ),
  'cx.webrtc.media.endpoint': ofVoice(`'media.' || j.region || '.voice.example.net'`),
}

/** A busy processor varies less. */
const cpuPct = `round(
    samples.clamp(a.cpu_pct + CASE WHEN a.cpu_pct > 90 THEN 2 ELSE 9 END * samples.normal(l.key, 'cpu'), 3, 99.5),
    1)`

const workplace: AttributeTable = {
  'cx.network.isp': 'a.isp',
  'cx.network.type': 'a.network_type',
  'cx.network.city': 'a.city',
  'cx.network.region': 'a.region',
  'cx.network.country': 'a.country',
  'cx.machine.cpu_used_pct': cpuPct,
  'cx.machine.cpu_max_pct': `round(least(100, ${cpuPct} + 4 + 16 * samples.uniform(l.key, 'cpu peak')), 1)`,
  'cx.machine.memory_used_pct': `round(samples.clamp(a.cpu_pct / 2 + 36 + 7 * samples.normal(l.key, 'memory'), 20, 98), 1)`,
  'cx.machine.os': 'a.os',
  'cx.browser.name': 'a.browser',
  'cx.browser.version': 'a.browser_version',
  'cx.headset.model': 'a.headset',
  'cx.softphone.error_type': 'l.softphone_error',
  'cx.softphone.ccp_version': `'2.18.3'`,
  'cx.softphone.vdi_platform': `CASE WHEN a.rank % 5 = 4 THEN 'CITRIX' END`,
}

const talked = (value: string): string => `CASE WHEN l.talk_ms > 0 THEN ${value} END`

const customerSentiment = `round(
    samples.clamp(
      1.2 - CASE WHEN m.mos_score < 3 THEN 2.4 ELSE 0 END
        - l.wait_ms / 240000.0
        + 1.3 * samples.normal(l.key, 'customer'),
      -5, 5),
    2)`

const speech: AttributeTable = {
  'cx.sentiment.customer': talked(customerSentiment),
  'cx.sentiment.agent': talked(
    `round(samples.clamp(1.4 + 0.8 * samples.normal(l.key, 'agent mood'), -5, 5), 2)`,
  ),
  'cx.conversation.non_talk_ms': talked(
    `samples.whole(l.talk_ms * (0.06 + 0.2 * samples.uniform(l.key, 'silence')))`,
  ),
  'cx.conversation.interruptions': talked(
    `samples.whole(samples.exponential(l.key, 'interruptions', CASE WHEN m.mos_score < 3 THEN 5 ELSE 1.6 END))`,
  ),
  'cx.conversation.agent_talk_pct': talked(
    `round(samples.clamp(52 + 9 * samples.normal(l.key, 'agent talk'), 15, 90), 1)`,
  ),
}

/** Attributes that no catalog knows, for schema discovery to find. */
const custom: AttributeTable = {
  'cx.customer.tier': 'j.customer_tier',
  'cx.order.value_eur': 'j.order_value_eur',
}

/**
 * The attributes of an agent leg, over the leg `l`, its journey `j`, queue `q`, agent `a`, disconnect reason `d`
 * and audio `m`.
 */
export const agentAttributes: AttributeTable = {
  ...contact,
  ...handling,
  ...audio,
  ...setup,
  ...workplace,
  ...speech,
  ...custom,
}
