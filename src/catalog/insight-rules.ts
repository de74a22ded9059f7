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

/** What a value is held against: those of the same group in the same period. */
export type Peers = Readonly<{
  /** Paths of the columns whose values a group has in common. */
  among: readonly string[]
  /** Calendar period, in UTC, whose rows are compared. */
  period: 'day' | 'week'
  /** Smaller groups are passed over. */
  minSamples: number
  /** `log` for what is skewed to the right, such as most durations. */
  scale: 'linear' | 'log'
}>

/**
 * One detectable issue of a row: which column is looked at, its limits with the worst first, and what to do next. Limits are of
 * the value itself, or, with `peers`, of its distance from the median of its peers in robust standard deviations
 * (0.6745 times the distance by the median absolute deviation). Thresholds: Operata's published insight conditions for
 * jitter, packet loss, connection time and computer capacity; RTT's lower and MOS's two limits are ours. Outliers: Iglewicz and
 * Hoaglin, How to Detect and Handle Outliers, 1993, who take 3.5.
 */
export type InsightRule = Readonly<{
  tag: string
  title: string
  category: string
  /** Service whose rows are looked at. */
  service: string
  direction?: 'inbound' | 'outbound' | undefined
  /** Path of the column observed. */
  metric: string
  unit: string
  levels: readonly InsightLevel[]
  peers?: Peers | undefined
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

/** The rules of a value's own limits: the lake counts by them. */
export const insightRules: readonly InsightRule[] = [
  {
    tag: 'high_jitter',
    title: 'High jitter',
    category: 'network',
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.audio.jitter_ms',
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
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.audio.packet_loss_inbound_pct',
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
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.audio.packet_loss_outbound_pct',
    unit: '%',
    levels: above(1, 2.5),
    recommendation: "The customer hears gaps. Look at the agent's uplink: Wi-Fi, VPN, other uploads.",
  },
  {
    tag: 'high_rtt',
    title: 'High round-trip time',
    category: 'network',
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.audio.rtt_ms',
    unit: 'ms',
    levels: above(300, 500),
    recommendation:
      'Talkers interrupt each other. Check VPN routing and the region of Attributes.cx.webrtc.media.endpoint.',
  },
  {
    tag: 'low_mos',
    title: 'Low audio quality (MOS)',
    category: 'network',
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.audio.mos_score',
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
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.audio.packets_received',
    unit: 'packets',
    levels: [{ severity: 'terminal', comparison: 'equals', threshold: 0 }],
    recommendation:
      'One-way or no audio. Check firewall rules for UDP 3478 and the media ports, and the ICE logs of the softphone span.',
  },
  {
    tag: 'setup_failure',
    title: 'Call set-up failed',
    category: 'signalling',
    service: 'agent_interaction',
    metric: 'Attributes.cx.webrtc.failure',
    unit: '',
    levels: [{ severity: 'terminal', comparison: 'present', threshold: ['', 'none'] }],
    recommendation:
      'Read the softphone logs of this leg (traces_span_logs) and count failures by agent, browser and network.',
  },
  {
    tag: 'slow_agent_connect',
    title: 'Long ring time',
    category: 'agent',
    service: 'agent_interaction',
    metric: 'Attributes.cx.agent.connect_ms',
    unit: 'ms',
    levels: above(10_000, 15_000),
    recommendation:
      'Compare Attributes.cx.agent.connect_ms by agent and team; check auto-accept and missed-call settings.',
  },
  {
    tag: 'high_cpu',
    title: 'CPU overloaded',
    category: 'device',
    service: 'agent_interaction',
    metric: 'Attributes.cx.machine.cpu_used_pct',
    unit: '%',
    levels: above(80, 90),
    recommendation:
      'Compare Attributes.cx.machine.cpu_used_pct by agent; close other programs or replace the workstation.',
  },
  {
    tag: 'high_memory',
    title: 'Memory nearly full',
    category: 'device',
    service: 'agent_interaction',
    metric: 'Attributes.cx.machine.memory_used_pct',
    unit: '%',
    levels: above(80, 90),
    recommendation:
      'Compare Attributes.cx.machine.memory_used_pct by agent; close other programs or add memory.',
  },
  {
    tag: 'flow_node_error',
    title: 'Flow node failed',
    category: 'flow',
    service: 'node_interaction',
    metric: 'Attributes.cx.flow.node.error',
    unit: '',
    levels: [{ severity: 'severe', comparison: 'equals', threshold: 'true' }],
    recommendation:
      'Compare the error rate of this node by Attributes.cx.flow.version and hour; a step at a release points to it.',
  },
  {
    tag: 'slow_external_call',
    title: 'Slow external call of a flow node',
    category: 'flow',
    service: 'node_interaction',
    metric: 'Attributes.cx.flow.node.external_latency_ms',
    unit: 'ms',
    levels: above(3_000, 8_000),
    recommendation: 'Look at the Lambda or HTTP service behind the node; contact flows give up after 8 s.',
  },
  {
    tag: 'bot_failure',
    title: 'Bot conversation failed',
    category: 'bot',
    service: 'ai_interaction',
    metric: 'Attributes.cx.ai.end_state',
    unit: '',
    levels: [{ severity: 'severe', comparison: 'equals', threshold: 'Failure' }],
    recommendation:
      'Group Attributes.cx.ai.end_state by intent and bot version, and read the turns of this conversation with traces_get.',
  },
]

const week = { period: 'week', minSamples: 30, scale: 'log' } as const

/** The rules that hold a value against its peers; they need more than one row, so that they are found when they are asked for. */
const outlierRules: readonly InsightRule[] = [
  {
    tag: 'unusual_handle_time',
    title: 'Unusually long for its queue',
    category: 'agent',
    service: 'agent_interaction',
    metric: 'Attributes.cx.interaction.total_ms',
    unit: 'ms',
    levels: above(3.5, 5),
    peers: { ...week, among: ['Attributes.cx.queue.name'] },
    recommendation:
      'Read the leg with traces_get; compare holds and after-call work with other legs of the queue.',
  },
  {
    tag: 'unusual_ring_time',
    title: 'Unusually slow to answer for this agent',
    category: 'agent',
    service: 'agent_interaction',
    metric: 'Attributes.cx.agent.connect_ms',
    unit: 'ms',
    levels: above(3.5, 5),
    peers: { ...week, among: ['Attributes.cx.agent.username'] },
    recommendation:
      'See whether the workstation was busy at that time: Attributes.cx.machine.cpu_used_pct, and the softphone logs of the leg.',
  },
  {
    tag: 'slow_operation',
    title: 'Unusually slow operation',
    category: 'operation',
    service: 'spans',
    metric: 'Duration',
    unit: 'ns',
    levels: above(5, 8),
    peers: { ...week, among: ['ServiceName', 'SpanName'] },
    recommendation: 'Look at the critical path of its trace (traces_get, detail critical_path).',
  },
]

/** Every rule that comes with Parquetry. */
export const bundledRules: readonly InsightRule[] = [...insightRules, ...outlierRules]
