import { z } from 'zod'
import { foldTree, listTimeShares, type TimeShare, type TreeLine, toDurationMs } from '../traces/fold-tree.ts'
import { describeShape, endOf, type SpanOutline, type TraceTree, toTree } from '../traces/outline.ts'
import { findCriticalPath, type Segment } from '../traces/self-time.ts'
import { toTextRows } from './text-rows.ts'
import { toLine } from './to-line.ts'

/** Ways to read a trace without its attributes: by what it says as a whole, and line by line. */
export const overviewDetails = ['summary', 'tree', 'critical_path', 'errors'] as const
export type OverviewDetail = (typeof overviewDetails)[number]

const cell = z.union([z.string(), z.number(), z.null()])

/** Lines of an overview, as a table. */
export const overviewSchema = z.object({
  durationMs: z.number(),
  errors: z.number(),
  columns: z.array(z.string()),
  rows: z.array(z.array(cell)),
  totalRows: z.number().optional(),
})
export type Overview = z.infer<typeof overviewSchema>

type Table = Readonly<{ columns: readonly string[]; rows: readonly (readonly (string | number | null)[])[] }>

const toMs = (ns: number) => Number((ns / 1e6).toPrecision(6))

const shareColumns = ['span', 'service', 'spans', 'self [ms]', 'share of self time', 'errors']

const toShareRow = ({ name, service, spans, selfMs, share, errors }: TimeShare) => [
  name,
  service,
  spans,
  selfMs,
  share,
  errors,
]

const treeColumns = [
  'span',
  'service',
  'span id (of the longest)',
  'start [ms]',
  'duration [ms]',
  'self [ms]',
  'errors',
  'count',
  'p50 [ms]',
  'p95 [ms]',
  'max [ms]',
  'spans below',
]

const deepestIndent = 20

const toTreeRow = (line: TreeLine) => [
  `${'· '.repeat(Math.min(line.depth, deepestIndent))}${line.name}`,
  line.service,
  line.spanId,
  line.startMs,
  line.durationMs,
  line.selfMs,
  line.errors ?? 0,
  line.count ?? 1,
  line.p50Ms ?? null,
  line.p95Ms ?? null,
  line.maxMs ?? null,
  line.below ?? null,
]

const pathColumns = ['span', 'service', 'span id', 'from [ms]', 'to [ms]', 'took [ms]', 'share']

const toPathRows = (segments: readonly Segment[]) => {
  const all = segments.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0)
  return segments.map(({ span, startNs, endNs }) => [
    span.name,
    span.service,
    span.id,
    toMs(startNs),
    toMs(endNs),
    toMs(endNs - startNs),
    all > 0 ? Number(((endNs - startNs) / all).toFixed(4)) : 0,
  ])
}

const errorColumns = ['span', 'service', 'span id', 'start [ms]', 'duration [ms]', 'message']

const toErrorRow = (span: SpanOutline) => [
  span.name,
  span.service,
  span.id,
  toMs(span.startNs),
  toMs(span.durationNs),
  span.message,
]

/** The tree whose end comes last: what the trace waited for. */
const findLongestTop = ({ tops }: TraceTree) =>
  tops.reduce<SpanOutline | undefined>(
    (best, top) => (!best || endOf(top) > endOf(best) ? top : best),
    undefined,
  )

function toTable(tree: TraceTree, detail: OverviewDetail): Table {
  if (detail === 'summary') return { columns: shareColumns, rows: listTimeShares(tree).map(toShareRow) }
  if (detail === 'tree') return { columns: treeColumns, rows: foldTree(tree).map(toTreeRow) }
  if (detail === 'errors')
    return { columns: errorColumns, rows: tree.spans.filter(({ isError }) => isError).map(toErrorRow) }
  const top = findLongestTop(tree)
  return { columns: pathColumns, rows: top ? toPathRows(findCriticalPath(tree, top)) : [] }
}

/** Names and messages may be of any length. */
const longestText = 200
const cutLong = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text)

/** What a trace says without its attributes, with sentences on its shape. */
export function toOverview(
  spans: readonly SpanOutline[],
  detail: OverviewDetail,
): Readonly<{ overview: Overview; notes: readonly string[] }> {
  const tree = toTree(spans)
  const { columns, rows } = toTable(tree, detail)
  return {
    overview: {
      durationMs: toDurationMs(tree),
      errors: spans.filter(({ isError }) => isError).length,
      columns: [...columns],
      rows: rows.map((row) => row.map((value) => (typeof value === 'string' ? cutLong(value) : value))),
    },
    notes: describeShape(tree),
  }
}

/** The same as text. */
export const toOverviewText = ({ durationMs, errors, columns, rows }: Overview): string =>
  [
    `${durationMs} ms, ${errors} ${errors === 1 ? 'span' : 'spans'} with errors`,
    toTextRows(
      'table',
      columns.map((name) => ({ name, type: '' })),
      rows.map((row) => row.map((value) => (typeof value === 'string' ? toLine(value) : value))),
    ),
  ].join('\n')
