import { endOf, type SpanOutline, type TraceTree } from './outline.ts'
import { toSelfTime } from './self-time.ts'

/** One line of a tree: a span, or siblings of one name and service that were folded. Times in ms. */
export type TreeLine = Readonly<{
  depth: number
  name: string
  service: string
  /** Of a single span, or of the longest of those folded. */
  spanId: string
  /** From the start of the trace; of the first. */
  startMs: number
  /** Of the single span, or of all together. */
  durationMs: number
  selfMs: number
  /** Spans that ended in an error, of this line alone. */
  errors?: number
  /** How many siblings stand in this line, with percentiles of their durations. */
  count?: number
  p50Ms?: number
  p95Ms?: number
  maxMs?: number
  /** Spans below the folded ones, which are not shown. */
  below?: number
}>

/** Fewer siblings of one name are shown one by one. */
const fewestFolded = 4

const toMs = (ns: number) => Number((ns / 1e6).toPrecision(6))

/** Nearest-rank percentile of sorted numbers. */
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0

function countBelow(tree: TraceTree, spans: readonly SpanOutline[]): number {
  let count = 0
  const open = spans.flatMap((span) => tree.childrenOf(span))
  for (let span = open.pop(); span; span = open.pop()) {
    count++
    for (const child of tree.childrenOf(span)) open.push(child)
  }
  return count
}

function toFolded(tree: TraceTree, spans: readonly SpanOutline[], depth: number): TreeLine {
  const durations = spans.map(({ durationNs }) => durationNs).sort((a, b) => a - b)
  const longest = spans.reduce((a, b) => (b.durationNs > a.durationNs ? b : a))
  const errors = spans.filter(({ isError }) => isError).length
  const below = countBelow(tree, spans)
  return {
    depth,
    name: longest.name,
    service: longest.service,
    spanId: longest.id,
    startMs: toMs(spans.reduce((least, { startNs }) => Math.min(least, startNs), Number.POSITIVE_INFINITY)),
    durationMs: toMs(durations.reduce((a, b) => a + b, 0)),
    selfMs: toMs(spans.reduce((sum, span) => sum + toSelfTime(span, tree.childrenOf(span)), 0)),
    ...(errors > 0 && { errors }),
    count: spans.length,
    p50Ms: toMs(percentile(durations, 0.5)),
    p95Ms: toMs(percentile(durations, 0.95)),
    maxMs: toMs(durations.at(-1) ?? 0),
    ...(below > 0 && { below }),
  }
}

const toSingle = (tree: TraceTree, span: SpanOutline, depth: number): TreeLine => ({
  depth,
  name: span.name,
  service: span.service,
  spanId: span.id,
  startMs: toMs(span.startNs),
  durationMs: toMs(span.durationNs),
  selfMs: toMs(toSelfTime(span, tree.childrenOf(span))),
  ...(span.isError && { errors: 1 }),
})

type Entry = Readonly<{ spans: readonly SpanOutline[]; depth: number }>

/** Siblings as lines to come: those of one name and service together, where there are many. */
function group(siblings: readonly SpanOutline[], depth: number): readonly Entry[] {
  const same = Map.groupBy(siblings, ({ name, service }) => JSON.stringify([name, service]))
  return [...same.values()]
    .flatMap((spans): readonly Entry[] =>
      spans.length >= fewestFolded ? [{ spans, depth }] : spans.map((span) => ({ spans: [span], depth })),
    )
    .sort((a, b) => (a.spans[0]?.startNs ?? 0) - (b.spans[0]?.startNs ?? 0))
}

/** The trace as lines, depth first. Of siblings that are alike one line tells, and nothing below them is shown. */
export function foldTree(tree: TraceTree): readonly TreeLine[] {
  const lines: TreeLine[] = []
  const open = [...group(tree.tops, 0)].reverse()
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { spans, depth } = entry
    const [span] = spans
    if (!span) continue
    if (spans.length > 1) lines.push(toFolded(tree, spans, depth))
    else {
      lines.push(toSingle(tree, span, depth))
      for (const below of [...group(tree.childrenOf(span), depth + 1)].reverse()) open.push(below)
    }
  }
  return lines
}

/** Where the time of a trace went: self time by service and name, the longest first. */
export type TimeShare = Readonly<{
  name: string
  service: string
  spans: number
  selfMs: number
  /** Of the sum of all self times. */
  share: number
  errors: number
}>

export function listTimeShares(tree: TraceTree): readonly TimeShare[] {
  const timed = tree.spans.map((span) => ({ span, self: toSelfTime(span, tree.childrenOf(span)) }))
  const all = timed.reduce((sum, { self }) => sum + self, 0)
  const groups = Map.groupBy(timed, ({ span: { name, service } }) => JSON.stringify([name, service]))
  return [...groups.values()]
    .map((same) => {
      const self = same.reduce((sum, entry) => sum + entry.self, 0)
      const { name, service } = (same[0] as (typeof same)[number]).span
      return {
        name,
        service,
        spans: same.length,
        selfMs: toMs(self),
        share: all > 0 ? Number((self / all).toFixed(4)) : 0,
        errors: same.filter(({ span }) => span.isError).length,
      }
    })
    .sort((a, b) => b.selfMs - a.selfMs || (a.name < b.name ? -1 : 1))
}

/** How long the whole trace took, from its first start to its last end, in ms. */
export const toDurationMs = (tree: TraceTree): number =>
  toMs(tree.spans.reduce((most, span) => Math.max(most, endOf(span)), 0))
