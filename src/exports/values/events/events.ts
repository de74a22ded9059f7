import { eventList, linkList } from '../../canonical.ts'
import { isUsableTime } from '../times.ts'

export const noEvents = `CAST([] AS ${eventList})`
export const noLinks = `CAST([] AS ${linkList})`

/** SQL over one element `e` of a list: its parts, canonical. */
export type EventParts = Readonly<{ time: string; name: string; attributes: string }>
export type LinkParts = Readonly<{ traceId: string; spanId: string; traceState: string; attributes: string }>

/**
 * SQL for a span's events out of any list, given each element's parts. An event without a usable time of its own is taken
 * to have happened when its span began.
 */
export const toEvents = (list: string, start: string, { time, name, attributes }: EventParts): string =>
  `coalesce(list_transform(${list}, lambda e: struct_pack(
    "timestamp" := CASE WHEN ${isUsableTime(time)} THEN ${time} ELSE ${start} END,
    "name" := coalesce(${name}, ''),
    "attributes" := ${attributes}
  )), ${noEvents})`

/** SQL for a span's links out of any list, given each element's parts. */
export const toLinks = (list: string, { traceId, spanId, traceState, attributes }: LinkParts): string =>
  `coalesce(list_transform(${list}, lambda e: struct_pack(
    "trace_id" := coalesce(${traceId}, ''),
    "span_id" := coalesce(${spanId}, ''),
    "trace_state" := ${traceState},
    "attributes" := ${attributes}
  )), ${noLinks})`
