import { endOf, type SpanOutline, type TraceTree } from './outline.ts'

/** How much of a span's time no child of it covers, in ns: children at the same time count once. */
export function toSelfTime(span: SpanOutline, children: readonly SpanOutline[]): number {
  const end = endOf(span)
  let covered = 0
  let reached = span.startNs
  for (const child of children.toSorted((a, b) => a.startNs - b.startNs)) {
    const from = Math.max(child.startNs, reached)
    const to = Math.min(endOf(child), end)
    if (to <= from) continue
    covered += to - from
    reached = to
  }
  return span.durationNs - covered
}

/** A part of the time that decided how long the trace took, in ns. */
export type Segment = Readonly<{ span: SpanOutline; startNs: number; endNs: number }>

type Frame = { span: SpanOutline; at: number; pending: SpanOutline[] }

/** The part of a span that lies within another's time; undefined for none. */
function clip(span: SpanOutline, startNs: number, endNs: number): SpanOutline | undefined {
  const from = Math.max(span.startNs, startNs)
  const to = Math.min(endOf(span), endNs)
  return to > from ? { ...span, startNs: from, durationNs: to - from } : undefined
}

/**
 * The critical path below a span, in order of time: at each moment the span that the end was waiting for. Walking back from
 * the end, that is the child that ended last before, and otherwise the span itself; a child that was still running then was
 * not waited for. Children count as far as they lie within their parent. The segments add up to the span's time.
 * Source: the algorithm of CRISP (Zhang et al., USENIX ATC 2022), as Jaeger has it.
 */
export function findCriticalPath(tree: TraceTree, top: SpanOutline): readonly Segment[] {
  const open = (span: SpanOutline): Frame => ({
    span,
    at: endOf(span),
    pending: tree
      .childrenOf(span)
      .flatMap((child) => clip(child, span.startNs, endOf(span)) ?? [])
      .sort((a, b) => endOf(a) - endOf(b) || a.startNs - b.startNs),
  })
  const segments: Segment[] = []
  const add = (span: SpanOutline, startNs: number, endNs: number) => {
    if (endNs > startNs) segments.push({ span, startNs, endNs })
  }
  const stack = [open(top)]
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const child = frame.pending.pop()
    if (!child) {
      add(frame.span, frame.span.startNs, frame.at)
      stack.pop()
    } else if (endOf(child) <= frame.at) {
      add(frame.span, endOf(child), frame.at)
      frame.at = child.startNs
      stack.push(open(child))
    }
  }
  return segments.reverse()
}
