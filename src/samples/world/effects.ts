import { type Period, toDayStartMs } from '../calendar.ts'

/**
 * What went wrong in the period: the findings that questions about the sample should lead to.
 * Lasting habits stand with their owner instead: agents (holds, wrap-up, transfers, laptop) and intents (escalation).
 */
const outage = { isp: 'Cabo Telecom', city: 'Lisbon', firstDay: 12, lastDay: 13 }
const release = { flow: 'Main Inbound', node: 'LookupCustomer', before: '42', after: '43', day: 18, hour: 14 }

/** Share of legs that fail to set up, and of legs that connect but receive no audio packet. */
export const failureRates = { setup: 0.003, zeroInbound: 0.002 } as const

/** Queue waits are `wait_factor` times as long in these hours (UTC) of these weekdays. */
export const rushes = [{ weekday: 1, from_hour: 9, until_hour: 11, wait_factor: 5 }] as const

/** Two days on which one provider degrades in one city: days 12 and 13, or the last two of a shorter period. */
export function listOutages(period: Period) {
  const lastDay = Math.min(outage.lastDay, period.days)
  const firstDay = Math.max(1, lastDay - (outage.lastDay - outage.firstDay))
  return [
    {
      isp: outage.isp,
      city: outage.city,
      from_ms: toDayStartMs(period, firstDay),
      until_ms: toDayStartMs(period, lastDay + 1),
      jitter_from_ms: 40,
      jitter_until_ms: 55,
      added_rtt_ms: 250,
    },
  ]
}

/**
 * The flow release after which a lookup fails: day 18, 14:00 UTC, or 60% into a period that ends before.
 * `failure_rate` is that of the node, `misrouted_share` the share of its failures that end in Technical Support.
 */
export function listReleases(period: Period) {
  const planned = release.day + release.hour / 24
  const day = planned < period.days + 1 ? planned : 1 + 0.6 * period.days
  const releasedMs = Math.round(toDayStartMs(period, day))
  const { flow, node } = release
  return [
    {
      flow,
      node,
      version: release.before,
      from_ms: 0,
      until_ms: releasedMs,
      failure_rate: 0.005,
      misrouted_share: 0.6,
    },
    {
      flow,
      node,
      version: release.after,
      from_ms: releasedMs,
      until_ms: 8.64e15,
      failure_rate: 0.22,
      misrouted_share: 0.6,
    },
  ]
}
