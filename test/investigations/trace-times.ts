import type { Cell } from './investigation.ts'

/** A raw span by its place; times in nanoseconds since the trace began. */
export type TimedSpan = Readonly<{
  id: string
  parent: string
  name: string
  service: string
  isError: boolean
  start: number
  end: number
}>

/** SELECT of what `toTimedSpans` reads, of a trace without its internal spans. */
export const selectTimedSpans = (traceId: string): string => `SELECT
  SpanId, ParentSpanId, SpanName, ServiceName, StatusCode = 'Error' AS failed,
  CAST(epoch_ns("Timestamp") AS VARCHAR) AS start, CAST(Duration AS VARCHAR) AS duration
  FROM spans WHERE TraceId = '${traceId}' AND SpanName NOT LIKE 'operata.%' ORDER BY "Timestamp", SpanId`

export function toTimedSpans(rows: readonly (readonly Cell[])[]): readonly TimedSpan[] {
  const began = BigInt(String(rows[0]?.[5]))
  return rows.map(([id, parent, name, service, isError, at, duration]) => {
    const start = Number(BigInt(String(at)) - began)
    return {
      id: String(id),
      parent: String(parent),
      name: String(name),
      service: String(service),
      isError: isError === true,
      start,
      end: start + Number(duration),
    }
  })
}

const childrenOf = (spans: readonly TimedSpan[], { id }: TimedSpan) =>
  spans.filter(({ parent }) => parent === id)

/** Time of a span in which none of its children runs, moment by moment. */
export function toSelfTime(spans: readonly TimedSpan[], span: TimedSpan): number {
  const children = childrenOf(spans, span)
  const moments = [span, ...children].flatMap(({ start, end }) => [start, end])
  const inside = [...new Set(moments)]
    .filter((at) => at >= span.start && at <= span.end)
    .sort((a, b) => a - b)
  let self = 0
  for (const [i, from] of inside.entries()) {
    const to = inside[i + 1] ?? from
    if (!children.some(({ start, end }) => start <= from && end >= to)) self += to - from
  }
  return self
}

type Segment = Readonly<{ id: string; from: number; to: number }>

/** What the end of a span waited for: before each moment the child that ended last, else the span itself. */
export function findPath(spans: readonly TimedSpan[], span: TimedSpan): readonly Segment[] {
  const parts: Segment[] = []
  let until = span.end
  for (;;) {
    const last = childrenOf(spans, span)
      .map((child) => ({
        ...child,
        start: Math.max(child.start, span.start),
        end: Math.min(child.end, span.end),
      }))
      .filter(({ start, end }) => end > start && end <= until)
      .reduce<TimedSpan | undefined>(
        (best, child) =>
          !best || child.end > best.end || (child.end === best.end && child.start > best.start)
            ? child
            : best,
        undefined,
      )
    parts.unshift({ id: span.id, from: last?.end ?? span.start, to: until })
    if (!last) return parts.filter(({ from, to }) => to > from)
    parts.unshift(...findPath(spans, last))
    until = last.start
  }
}
