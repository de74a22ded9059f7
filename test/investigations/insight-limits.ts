/** Limits as `docs-corpus/data/insights.md` tells them: tag, attribute, minor, severe; values above them count. */
const upper: readonly (readonly [string, string, number, number])[] = [
  ['high_jitter', 'cx.webrtc.audio.jitter_ms', 30, 60],
  ['high_packet_loss_inbound', 'cx.webrtc.audio.packet_loss_inbound_pct', 1, 2.5],
  ['high_packet_loss_outbound', 'cx.webrtc.audio.packet_loss_outbound_pct', 1, 2.5],
  ['high_rtt', 'cx.webrtc.audio.rtt_ms', 300, 500],
  ['slow_agent_connect', 'cx.agent.connect_ms', 10_000, 15_000],
  ['high_cpu', 'cx.machine.cpu_used_pct', 80, 90],
  ['high_memory', 'cx.machine.memory_used_pct', 80, 90],
]

type Limited = Readonly<{ tag: string; severity: string; observedValue: number }>

/** The measured values of an agent leg that are out of bounds, the severe ones first. */
export function findOutOfBounds(attributes: Readonly<Record<string, string>>): readonly Limited[] {
  const value = (key: string) => Number(attributes[key] ?? Number.NaN)
  const high = upper.flatMap(([tag, key, minor, severe]) =>
    value(key) > minor
      ? [{ tag, severity: value(key) > severe ? 'severe' : 'minor', observedValue: value(key) }]
      : [],
  )
  const mos = value('cx.webrtc.audio.mos_score')
  const low =
    mos < 3.6 ? [{ tag: 'low_mos', severity: mos < 3 ? 'severe' : 'minor', observedValue: mos }] : []
  const silent = value('cx.webrtc.audio.packets_received') === 0
  const dead = silent ? [{ tag: 'zero_inbound_packets', severity: 'terminal', observedValue: 0 }] : []
  const rank = ['terminal', 'severe', 'minor']
  return [...dead, ...high, ...low].sort((a, b) => rank.indexOf(a.severity) - rank.indexOf(b.severity))
}
