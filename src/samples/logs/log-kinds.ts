/**
 * One kind of log record that the legs give rise to. All but the names are SQL over
 * `l` (leg), `m` (audio, NULL where there is none) and `j` (journey).
 */
export type LogKind = Readonly<{
  event: string
  source: 'softphone' | 'ccp' | 'webrtc' | 'signalling' | 'operata'
  component: string
  severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  span: 'span_id' | 'softphone_span_id' | 'webrtc_span_id'
  /** Milliseconds since the epoch. */
  atMs: string
  /** Which legs have the record; all, when left out. */
  when?: string
  body: string
  attributes?: Readonly<Record<string, string>>
  /** Extra source of rows, joined to each leg, e.g. ticks. */
  join?: string
}>

type ContactEvent = readonly [name: string, atMs: string, when?: string]

const talked = 'l.failure IS NULL'

const contactEvents: readonly ContactEvent[] = [
  ['incoming', 'l.start_ms'],
  ['pending', 'l.start_ms + 80'],
  ['connecting', 'l.start_ms + l.ring_ms'],
  ['connected', 'l.connected_ms', talked],
  ['ended', 'l.talk_end_ms'],
  ['acw', 'l.talk_end_ms + least(40, l.acw_ms)', 'l.acw_ms > 0'],
]

const contactLogs: readonly LogKind[] = contactEvents.map(([name, atMs, when = 'TRUE']) => ({
  event: `contact.${name}`,
  source: 'ccp',
  component: 'ccp',
  severity: 'INFO',
  span: 'softphone_span_id',
  atMs,
  when,
  body: `'Contact ' || l.contact_id || ' ${name}'`,
}))

type AgentState = readonly [name: string, atMs: string, when: string]

const agentStates: readonly AgentState[] = [
  ['Busy', 'l.connected_ms', talked],
  ['AfterCallWork', 'l.talk_end_ms', 'l.acw_ms > 0'],
  ['Available', 'l.end_ms', `samples.chance(l.key, 'back', 0.35) OR l.softphone_error IS NOT NULL`],
]

const stateLogs: readonly LogKind[] = agentStates.map(([name, atMs, when]) => ({
  event: 'agent.state_change',
  source: 'ccp',
  component: 'ccp',
  severity: 'INFO',
  span: 'span_id',
  atMs,
  when,
  body: `'Agent ' || l.username || ' is now ${name}'`,
  attributes: { 'agent.state': `'${name}'` },
}))

const mediaLogs: readonly LogKind[] = [
  {
    event: 'ice_connection_state',
    source: 'webrtc',
    component: 'webrtc',
    severity: 'INFO',
    span: 'webrtc_span_id',
    atMs: 'l.connected_ms - l.handshake_ms',
    when: `l.channel = 'VOICE' AND ${talked}`,
    body: `'ICE connection state: connected'`,
    attributes: { 'ice.collection_ms': 'l.ice_ms' },
  },
  {
    event: 'signalling.invite',
    source: 'signalling',
    component: 'signalling',
    severity: 'DEBUG',
    span: 'softphone_span_id',
    atMs: 'l.start_ms + l.ring_ms + l.gum_ms',
    when: `l.channel = 'VOICE' AND samples.chance(l.key, 'invite', 0.3)`,
    body: `'INVITE sent after ' || l.gum_ms || ' ms'`,
  },
  {
    event: 'softphone_error',
    source: 'softphone',
    component: 'softphone',
    severity: 'ERROR',
    span: 'softphone_span_id',
    atMs: 'l.connected_ms - l.handshake_ms // 2',
    when: 'l.softphone_error IS NOT NULL',
    body: `'Softphone error: ' || l.softphone_error`,
    attributes: { 'error.type': 'l.softphone_error' },
  },
  {
    event: 'softphone_recovered',
    source: 'softphone',
    component: 'softphone',
    severity: 'WARN',
    span: 'softphone_span_id',
    atMs: 'l.connected_ms',
    when: `l.softphone_error IS NOT NULL AND ${talked}`,
    body: `'Connected after retry: ' || l.softphone_error`,
    attributes: { 'error.type': 'l.softphone_error' },
  },
  {
    event: 'webrtc.no_inbound_packets',
    source: 'webrtc',
    component: 'webrtc',
    severity: 'ERROR',
    span: 'webrtc_span_id',
    atMs: 'l.connected_ms + 5000',
    when: 'l.zero_inbound',
    body: `'No inbound audio packets for 5 s'`,
  },
  {
    event: 'webrtc.quality_warning',
    source: 'webrtc',
    component: 'webrtc',
    severity: 'WARN',
    span: 'span_id',
    atMs: 'l.connected_ms + t.tick * 40000',
    when: 'm.mos_score < 3.6 AND l.connected_ms + t.tick * 40000 < l.talk_end_ms',
    body: `'Poor audio: jitter ' || m.jitter_ms || ' ms, round trip ' || m.rtt_ms || ' ms'`,
    attributes: { jitter_ms: 'm.jitter_ms', rtt_ms: 'm.rtt_ms' },
    join: 'CROSS JOIN range(1, 11) AS t(tick)',
  },
  {
    event: 'capture.completed',
    source: 'operata',
    component: 'collector',
    severity: 'DEBUG',
    span: 'softphone_span_id',
    atMs: 'l.end_ms',
    when: `samples.chance(l.key, 'capture', 0.25)`,
    body: `'Session data captured'`,
  },
]

/** Every kind of record, about 9 per leg. */
export const logKinds: readonly LogKind[] = [...contactLogs, ...stateLogs, ...mediaLogs]
