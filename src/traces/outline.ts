/** A span as far as its place and its time go. Times are nanoseconds since the trace's first span began. */
export type SpanOutline = Readonly<{
  id: string
  /** Empty for a root. */
  parentId: string
  name: string
  service: string
  startNs: number
  durationNs: number
  isError: boolean
  /** What the status says; empty for none. */
  message: string
}>

export const endOf = ({ startNs, durationNs }: SpanOutline): number => startNs + durationNs

/** The spans of a trace as a forest, with all that is odd about it. */
export type TraceTree = Readonly<{
  spans: readonly SpanOutline[]
  /** Where trees begin: spans without a parent, those whose parent is missing, and one of each cycle, in order of start. */
  tops: readonly SpanOutline[]
  /** In order of start. */
  childrenOf(span: SpanOutline): readonly SpanOutline[]
  /** Without a parent. */
  roots: number
  /** With a parent that the trace lacks. */
  orphans: number
  /** Whose parents lead back to themselves. */
  inCycles: number
  /** That begin before their parent or end after it, and by how much at most. */
  outside: Readonly<{ spans: number; mostNs: number }>
}>

const byStart = (a: SpanOutline, b: SpanOutline) => a.startNs - b.startNs || (a.id < b.id ? -1 : 1)

/** Marks what can be reached from the tops. */
function reach(
  tops: readonly SpanOutline[],
  childrenOf: (id: string) => readonly SpanOutline[],
  seen: Set<string>,
): void {
  const open = [...tops]
  for (let span = open.pop(); span; span = open.pop()) {
    if (seen.has(span.id)) continue
    seen.add(span.id)
    for (const child of childrenOf(span.id)) open.push(child)
  }
}

/** Spans in any order as a forest. A cycle is cut where its earliest span begins, so that each span stands in it once. */
export function toTree(spans: readonly SpanOutline[]): TraceTree {
  const sorted = spans.toSorted(byStart)
  const byId = new Map(sorted.map((span) => [span.id, span]))
  const hasParent = ({ id, parentId }: SpanOutline) =>
    parentId !== '' && parentId !== id && byId.has(parentId)
  const children = Map.groupBy(sorted.filter(hasParent), ({ parentId }) => parentId)
  const listChildren = (id: string) => children.get(id) ?? []
  const tops = sorted.filter((span) => !hasParent(span))
  const seen = new Set<string>()
  reach(tops, listChildren, seen)
  const inCycles = sorted.length - seen.size
  const cut = new Set<string>()
  for (const span of sorted) {
    if (seen.has(span.id)) continue
    tops.push(span)
    cut.add(span.id)
    reach([span], listChildren, seen)
  }
  let outside = 0
  let mostNs = 0
  for (const span of sorted) {
    const parent = hasParent(span) && !cut.has(span.id) ? byId.get(span.parentId) : undefined
    if (!parent) continue
    const beyond = Math.max(parent.startNs - span.startNs, endOf(span) - endOf(parent))
    if (beyond > 0) outside++
    mostNs = Math.max(mostNs, beyond)
  }
  const isRoot = ({ id, parentId }: SpanOutline) => parentId === '' || parentId === id
  return {
    spans: sorted,
    tops: tops.toSorted(byStart),
    childrenOf: ({ id }) => listChildren(id).filter((child) => !cut.has(child.id)),
    roots: sorted.filter(isRoot).length,
    orphans: sorted.filter((span) => !isRoot(span) && !byId.has(span.parentId)).length,
    inCycles,
    outside: { spans: outside, mostNs },
  }
}

const toMs = (ns: number) => Number((ns / 1e6).toPrecision(4))

/** What a reader of the trace must know of its shape, in sentences. */
export function describeShape({ roots, orphans, inCycles, outside }: TraceTree): readonly string[] {
  return [
    ...(roots > 1 ? [`The trace has ${roots} roots.`] : []),
    ...(roots === 0 ? ['The trace has no root span.'] : []),
    ...(orphans > 0
      ? [`${orphans} spans are orphans: their parents are not in the trace; they stand at the top level.`]
      : []),
    ...(inCycles > 0
      ? [`${inCycles} spans are in or below a cycle of parents, which is cut at its earliest span.`]
      : []),
    ...(outside.spans > 0
      ? [
          `${outside.spans} spans lie outside of their parents' time, by up to ${toMs(outside.mostNs)} ms: asynchronous work, or clocks that differ.`,
        ]
      : []),
  ]
}
