import { statusCodes } from '../catalog/span-enums.ts'
import { formatInstant } from '../core/time-range.ts'
import { toLine } from './to-line.ts'
import { toOverviewText } from './trace-overview.ts'
import type { TraceAnswer } from './traces-get.ts'

type Span = NonNullable<TraceAnswer['resourceSpans']>[number]['scopeSpans'][number]['spans'][number]
type Placed = Readonly<{ span: Span; service: string }>
type Visit = Placed & Readonly<{ depth: number }>

/** Deeper spans are indented no further; a chain of thousands would be mostly blanks. */
const deepestIndent = 20

const toPairs = (attributes: Span['attributes']) =>
  attributes.map(({ key, value }) => toLine(`${key}=${value.stringValue}`)).join('; ')

const units = [
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'µs', ns: 1e3 },
] as const

/** A length of time in the largest unit that it fills: `6.176 s`, `35 ms`, `1.2 µs`, `80 ns`. */
function toLength(ns: bigint): string {
  const fit = units.find((unit) => Number(ns) >= unit.ns)
  return fit ? `${Number((Number(ns) / fit.ns).toFixed(3))} ${fit.unit}` : `${ns} ns`
}

function toSpanLines({ span, service, depth }: Visit, startNs: bigint): readonly string[] {
  const indent = '  '.repeat(Math.min(depth, deepestIndent))
  const offset = toLength(BigInt(span.startTimeUnixNano) - startNs)
  const length = toLength(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano))
  const status = statusCodes[span.status.code ?? 0]
  const detail = (label: string, text: string) => (text ? [`${indent}    ${label}${text}`] : [])
  const message = span.status.message ? `: ${span.status.message}` : ''
  return [
    `${indent}- ${toLine(`${span.name} [${span.spanId}] ${service} +${offset} ${length} ${status}${message}`)}`,
    ...detail('', toPairs(span.attributes)),
    ...(span.events ?? []).flatMap((event) => {
      const at = toLength(BigInt(event.timeUnixNano) - startNs)
      return detail('event ', `${toLine(event.name)} +${at} ${toPairs(event.attributes)}`)
    }),
    ...(span.links ?? []).flatMap((link) =>
      detail('link ', `${link.traceId}/${link.spanId} ${toPairs(link.attributes)}`),
    ),
  ]
}

const byStart = (a: Placed, b: Placed) =>
  BigInt(a.span.startTimeUnixNano) < BigInt(b.span.startTimeUnixNano) ? -1 : 1

function placeSpans(trace: TraceAnswer): readonly Placed[] {
  const placed = (trace.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ span, service })))
  })
  return placed.sort(byStart)
}

/** Spans in tree order, however deep; those whose parents form a cycle come last, without indent. */
function walk(placed: readonly Placed[]): readonly Visit[] {
  const ids = new Set(placed.map(({ span }) => span.spanId))
  const toParent = ({ span }: Placed) =>
    span.parentSpanId && ids.has(span.parentSpanId) ? span.parentSpanId : ''
  const children = Map.groupBy(placed, toParent)
  const toVisits = (parent: string, depth: number) =>
    (children.get(parent) ?? []).map((entry) => ({ ...entry, depth })).reverse()
  const stack: Visit[] = toVisits('', 0)
  const visits: Visit[] = []
  const seen = new Set<string>()
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    if (seen.has(visit.span.spanId)) continue
    seen.add(visit.span.spanId)
    visits.push(visit)
    stack.push(...toVisits(visit.span.spanId, visit.depth + 1))
  }
  const inCycles = placed
    .filter(({ span }) => !seen.has(span.spanId))
    .map((entry) => ({ ...entry, depth: 0 }))
  return [...visits, ...inCycles]
}

function toLogLines(trace: TraceAnswer, startNs: bigint): readonly string[] {
  const records = (trace.resourceLogs ?? []).flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) => logRecords),
  )
  if (records.length === 0) return []
  const lines = records.map((record) => {
    const at = toLength(BigInt(record.timeUnixNano) - startNs)
    const head = `+${at} ${record.severityText ?? ''} [${record.spanId ?? ''}] ${record.body.stringValue}`
    return `- ${toLine(head)} ${toPairs(record.attributes)}`
  })
  return ['', `Logs (${records.length}):`, ...lines]
}

/** What each resource says of itself, once for all its spans. */
function toResourceLines(trace: TraceAnswer): readonly string[] {
  const resources = [...(trace.resourceSpans ?? []), ...(trace.resourceLogs ?? [])].map(({ resource }) =>
    toPairs(resource.attributes),
  )
  const lines = [...new Set(resources)].filter((pairs) => pairs !== '').map((pairs) => `- ${pairs}`)
  return lines.length > 0 ? ['', 'Resources:', ...lines] : []
}

/** A trace as an indented tree with all attributes, events, links, logs and resources, in a third of the JSON's characters. */
export function toTraceText(trace: TraceAnswer): string {
  const next = trace.next ? [`next: traces_get ${JSON.stringify(trace.next)}`] : []
  if (trace.overview)
    return [
      `Trace ${trace.traceId}, ${trace.detail}: ${trace.spanCount} spans from ${trace.startTime}`,
      ...(trace.notes ?? []),
      toOverviewText(trace.overview),
      ...next,
    ].join('\n')
  const placed = placeSpans(trace)
  const startNs = BigInt(placed[0]?.span.startTimeUnixNano ?? 0)
  const hidden = trace.hiddenInternalSpans ? `, ${trace.hiddenInternalSpans} internal spans hidden` : ''
  return [
    `Trace ${trace.traceId}: ${trace.spanCount} spans from ${formatInstant(startNs)}${hidden}`,
    ...(trace.notes ?? []),
    ...walk(placed).flatMap((visit) => toSpanLines(visit, startNs)),
    ...toLogLines(trace, startNs),
    ...toResourceLines(trace),
    ...next,
  ].join('\n')
}
