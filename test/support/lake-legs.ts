import { at, type LogRow, type SpanRow, spanId, traceId } from './lake-rows.ts'

const day = 86_400_000_000_000n
const start = at('2026-05-01T22:00:00Z')

/** How many legs an export of `toLegs` has, over how many traces and days. */
const legsPerFile = 40
const traces = 10
const days = 2

/** Agent legs of traces that no other file has, each with the number of its file: a trace has four, all on one day. */
export const toLegs = (file: number): readonly SpanRow[] =>
  Array.from({ length: legsPerFile }, (_, i) => ({
    traceId: traceId(file * 100 + (i % traces)),
    spanId: spanId(file * 100 + i),
    ns: start + BigInt((i % traces) % days) * day + BigInt(i) * 1_000_000_000n,
    durationNs: 1_000_000n,
    name: 'cx.interaction.agent',
    attributes: { file: String(file), 'cx.agent.username': `agent ${i % 3}` },
  }))

/** Log records of the same days. */
export const toLegLogs = (file: number): readonly LogRow[] =>
  Array.from({ length: days }, (_, i) => ({ ns: start + BigInt(i) * day, body: `file ${file}, day ${i}` }))

/** What `countState` gives where exactly these files of legs, and their logs, are in the lake. */
export const toLegCounts = (files: readonly number[], logs: number) => ({
  spans: files
    .map(String)
    .sort()
    .map((file) => `${file}:${legsPerFile}`)
    .join(' '),
  traces: files.length * traces,
  spansOfTraces: files.length * legsPerFile,
  legs: files.length * legsPerFile,
  journeys: files.length * traces,
  logs: logs * days,
})
