/** Severities, mildest first. */
export const severities = ['minor', 'severe', 'terminal'] as const

export type Severity = (typeof severities)[number]

/** One limit of a rule: the observed value against a threshold. */
export type InsightLevel = Readonly<{
  severity: Severity
  comparison: 'above' | 'below' | 'equals' | 'present'
  /** The limit; for `present` the texts that do not count as a value. */
  threshold: number | string | readonly string[]
}>

/**
 * One detectable issue of a span: which attribute is looked at, its limits with the worst first,
 * and what to do next. Thresholds: Operata's published insight conditions for jitter, packet loss,
 * connection time and computer capacity; RTT's lower and MOS's two limits are ours.
 */
export type InsightRule = Readonly<{
  tag: string
  title: string
  category: 'network' | 'device' | 'agent' | 'signalling' | 'flow' | 'bot'
  direction?: 'inbound' | 'outbound'
  /** Key of the span attribute observed. */
  metric: string
  unit: string
  levels: readonly InsightLevel[]
  recommendation: string
}>

const above = (minor: number, severe: number): readonly InsightLevel[] => [
  { severity: 'severe', comparison: 'above', threshold: severe },
  { severity: 'minor', comparison: 'above', threshold: minor },
]

const below = (minor: number, severe: number): readonly InsightLevel[] => [
  { severity: 'severe', comparison: 'below', threshold: severe },
  { severity: 'minor', comparison: 'below', threshold: minor },
]

/** How a number is written, as a regular expression for a whole text: decimal, finite whatever its digits. */
export const numberPattern = '-?(0|[1-9][0-9]{0,99})([.][0-9]{1,99})?([eE][+-]?[0-9]{1,2})?'

/** The rules, as data: the lake counts by them and `traces_span_insights` explains by them. */
export const insightRules: readonly InsightRule[] = [
  {
    tag: 'high_jitter',
    title: 'High jitter',
    category: 'network',
    metric: 'cx.webrtc.audio.jitter_ms',
    unit: 'ms',
    levels: above(30, 60),
    recommendation:
      'Compare jitter by Attributes.cx.network.isp, .city and .type for the same hours; one provider or Wi-Fi standing out is the usual cause.',
  },
  {
    tag: 'high_packet_loss_inbound',
    title: 'High inbound packet loss',
    category: 'network',
    direction: 'inbound',
    metric: 'cx.webrtc.audio.packet_loss_inbound_pct',
    unit: '%',
    levels: above(1, 2.5),
    recommendation:
      'The agent hears gaps. Compare loss by ISP and network type; check the path between media server and agent.',
  },
  {
    tag: 'high_packet_loss_outbound',
    title: 'High outbound packet loss',
    category: 'network',
    direction: 'outbound',
    metric: 'cx.webrtc.audio.packet_loss_outbound_pct',
    unit: '%',
    levels: above(1, 2.5),
    recommendation: "The customer hears gaps. Look at the agent's uplink: Wi-Fi, VPN, other uploads.",
  },
  {
    tag: 'high_rtt',
    title: 'High round-trip time',
    category: 'network',
    metric: 'cx.webrtc.audio.rtt_ms',
    unit: 'ms',
    levels: above(300, 500),
    recommendation:
      'Talkers interrupt each other. Check VPN routing and the region of Attributes.cx.webrtc.media.endpoint.',
  },
  {
    tag: 'low_mos',
    title: 'Low audio quality (MOS)',
    category: 'network',
    metric: 'cx.webrtc.audio.mos_score',
    unit: 'MOS',
    levels: below(3.6, 3),
    recommendation:
      'See which of jitter, loss and round-trip time is out of range on this span, then group MOS by ISP, city and agent.',
  },
  {
    tag: 'zero_inbound_packets',
    title: 'No inbound audio packets',
    category: 'network',
    direction: 'inbound',
    metric: 'cx.webrtc.audio.packets_received',
    unit: 'packets',
    levels: [{ severity: 'terminal', comparison: 'equals', threshold: 0 }],
    recommendation:
      'One-way or no audio. Check firewall rules for UDP 3478 and the media ports, and the ICE logs of the softphone span.',
  },
  {
    tag: 'setup_failure',
    title: 'Call set-up failed',
    category: 'signalling',
    metric: 'cx.webrtc.failure',
    unit: '',
    levels: [{ severity: 'terminal', comparison: 'present', threshold: ['', 'none'] }],
    recommendation:
      'Read the softphone logs of this leg (traces_span_logs) and count failures by agent, browser and network.',
  },
  {
    tag: 'slow_agent_connect',
    title: 'Long ring time',
    category: 'agent',
    metric: 'cx.agent.connect_ms',
    unit: 'ms',
    levels: above(10_000, 15_000),
    recommendation:
      'Compare Attributes.cx.agent.connect_ms by agent and team; check auto-accept and missed-call settings.',
  },
  {
    tag: 'high_cpu',
    title: 'CPU overloaded',
    category: 'device',
    metric: 'cx.machine.cpu_used_pct',
    unit: '%',
    levels: above(80, 90),
    recommendation:
      'Compare Attributes.cx.machine.cpu_used_pct by agent; close other programs or replace the workstation.',
  },
  {
    tag: 'high_memory',
    title: 'Memory nearly full',
    category: 'device',
    metric: 'cx.machine.memory_used_pct',
    unit: '%',
    levels: above(80, 90),
    recommendation:
      'Compare Attributes.cx.machine.memory_used_pct by agent; close other programs or add memory.',
  },
  {
    tag: 'flow_node_error',
    title: 'Flow node failed',
    category: 'flow',
    metric: 'cx.flow.node.error',
    unit: '',
    levels: [{ severity: 'severe', comparison: 'equals', threshold: 'true' }],
    recommendation:
      'Compare the error rate of this node by Attributes.cx.flow.version and hour; a step at a release points to it.',
  },
  {
    tag: 'slow_external_call',
    title: 'Slow external call of a flow node',
    category: 'flow',
    metric: 'cx.flow.node.external_latency_ms',
    unit: 'ms',
    levels: above(3_000, 8_000),
    recommendation: 'Look at the Lambda or HTTP service behind the node; contact flows give up after 8 s.',
  },
  {
    tag: 'bot_failure',
    title: 'Bot conversation failed',
    category: 'bot',
    metric: 'cx.ai.end_state',
    unit: '',
    levels: [{ severity: 'severe', comparison: 'equals', threshold: 'Failure' }],
    recommendation:
      'Group Attributes.cx.ai.end_state by intent and bot version, and read the turns of this conversation with traces_get.',
  },
]
