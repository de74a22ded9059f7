import { formatInstant, type TimeRange } from '../core/time-range.ts'
import { formatInZone } from '../core/zone.ts'

/** A window, and the time zone that it was asked for in. */
export type Window = Readonly<{ range: TimeRange; zone: string }>

export type WindowAnswer = Readonly<{
  startTime: string
  endTime: string
  timezone?: string | undefined
  localStart?: string | undefined
  localEnd?: string | undefined
}>

const toMs = (ns: bigint) => Number(ns / 1_000_000n)

/** A window as an answer repeats it: in UTC, and in its zone where that is another. */
export const describeWindow = ({ range: { startNs, endNs }, zone }: Window): WindowAnswer => ({
  startTime: formatInstant(startNs),
  endTime: formatInstant(endNs),
  ...(zone !== 'UTC' && {
    timezone: zone,
    localStart: formatInZone(toMs(startNs), zone),
    localEnd: formatInZone(toMs(endNs), zone),
  }),
})

export const toWindowText = ({ startTime, endTime, timezone, localStart, localEnd }: WindowAnswer): string =>
  `${startTime} to ${endTime} (UTC)${timezone === undefined ? '' : `\n${localStart} to ${localEnd} (${timezone})`}`
