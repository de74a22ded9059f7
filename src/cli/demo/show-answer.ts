import type { JsonValue } from '../../core/json-value.ts'
import { formatMs } from '../terminal.ts'

type Json = Readonly<Record<string, JsonValue>>

const asObject = (value: JsonValue | undefined): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
const asList = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : [])

function toCell(value: JsonValue | undefined, unit: string): string {
  if (value === null || value === undefined) return '(none)'
  if (typeof value !== 'number') return String(value)
  if (unit.startsWith('share')) return `${(value * 100).toFixed(2)} %`
  return Number.isInteger(value) ? value.toLocaleString('en-GB') : value.toFixed(2)
}

/** Cells in columns: texts to the left, numbers to the right. */
function align(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)))
  const isNumber = header.map((_, i) => rows.every((row) => /^[\d,.]+( %)?$/.test(row[i] ?? '')))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('   ')
      .trimEnd()
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)]
}

/** The last word of a path and its unit: `Attributes.cx.queue.name` is shown as `queue name`. */
const toTitle = (name: string, unit: string) => {
  const plain = name.startsWith('Attributes.')
    ? name.split('.').slice(-2).join(' ')
    : name.replaceAll('_', ' ')
  return unit && !unit.startsWith('share') && !unit.startsWith('MOS') && unit !== 'rows' && unit !== plain
    ? `${plain} [${unit}]`
    : plain
}

/** Shows the rows of one query of `traces_query`. */
export const showRows =
  (key: string) =>
  (answer: Json): readonly string[] => {
    const result = asObject(asObject(answer['results'])[key])
    const columns = asList(result['columns']).map((column) => {
      const { name = '', unit = '' } = asObject(column)
      return { name: String(name), unit: String(unit) }
    })
    const rows = asList(result['rows']).map((row) =>
      asList(row).map((value, i) => toCell(value, columns[i]?.unit ?? '')),
    )
    if (rows.length === 0)
      return [String(result['note'] ?? asObject(result['error'])['message'] ?? 'no rows')]
    return align(
      columns.map(({ name, unit }) => toTitle(name, unit)),
      rows,
    )
  }

const attributesOf = (span: Json): ReadonlyMap<string, string> =>
  new Map(
    asList(span['attributes']).map((pair) => {
      const { key, value } = asObject(pair)
      return [String(key), String(asObject(value)['stringValue'] ?? '')]
    }),
  )

const spanWords: readonly string[] = [
  'cx.flow.node.name',
  'cx.ai.intent.primary',
  'cx.ai.outcome',
  'cx.queue.name',
  'cx.agent.username',
  'cx.webrtc.audio.mos_score',
  'cx.contact.disconnect_reason',
]

const spanNames = new Set([
  'cx.flow.node',
  'cx.ai.conversation',
  'cx.queue.wait',
  'cx.interaction.agent',
  'cx.hold',
  'cx.acw',
])

const ms = (from: JsonValue | undefined, to: JsonValue | undefined) =>
  Number((BigInt(String(to)) - BigInt(String(from))) / 1_000_000n)

/** Shows a trace as its story: the steps of the journey in order, with what matters of each. */
export function showTrace(answer: Json): readonly string[] {
  const all = asList(answer['resourceSpans']).flatMap((resource) =>
    asList(asObject(resource)['scopeSpans']).flatMap((scope) =>
      asList(asObject(scope)['spans']).map(asObject),
    ),
  )
  const steps = all.filter((span) => spanNames.has(String(span['name'])) || all.length < 12)
  const ordered = steps.toSorted((a, b) =>
    BigInt(String(a['startTimeUnixNano'])) < BigInt(String(b['startTimeUnixNano'])) ? -1 : 1,
  )
  const first = ordered[0]?.['startTimeUnixNano']
  const rows = ordered.map((span) => {
    const attributes = attributesOf(span)
    const words = spanWords.flatMap((key) => {
      const value = attributes.get(key)
      return value ? [key.endsWith('mos_score') ? `MOS ${value}` : value] : []
    })
    return [
      `+${formatMs(ms(first, span['startTimeUnixNano']))}`,
      String(span['name']),
      formatMs(ms(span['startTimeUnixNano'], span['endTimeUnixNano'])),
      words.slice(0, 4).join(', '),
    ]
  })
  return [
    `Trace ${answer['traceId']}, ${all.length} spans; its steps:`,
    ...align(['at', 'step', 'length', 'what'], rows),
  ]
}

/** Shows the insights of a span with their evidence. */
export function showInsights(answer: Json): readonly string[] {
  const insights = asList(answer['insights']).map(asObject)
  if (insights.length === 0) return ['No insights: every observed value is within its limits.']
  return insights.flatMap((insight) => [
    `${insight['severity']}: ${insight['title']}, ${insight['observedValue']} ${insight['unit']} (limit ${insight['threshold']})`,
    `   ${insight['recommendation']}`,
  ])
}

const shortest = (text: string, limit: number) =>
  text.length > limit ? `${text.slice(0, limit).replace(/\s+\S*$/, '')} ...` : text

/** Shows the best passages, each with the place it can be looked up at. */
export function showHits(answer: Json): readonly string[] {
  return asList(answer['passages'])
    .slice(0, 3)
    .map(asObject)
    .flatMap((passage) => [
      `${asList(passage['headingPath']).join(' > ')}  (${passage['citation']})`,
      ...shortest(String(passage['text']), 360)
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('#'))
        .map((line) => `   ${line}`),
    ])
}

/** What `knowledge` says where it has no certain answer, and the first passage all the same. */
export function showDoubts(answer: Json): readonly string[] {
  const [first] = asList(answer['passages']).map(asObject)
  return [
    `answerable: ${answer['answerable']}`,
    ...asList(answer['notes']).map(String),
    ...(first
      ? [`first of the passages: ${asList(first['headingPath']).join(' > ')}  (${first['citation']})`]
      : []),
  ]
}
