import { z } from 'zod'
import { findInsights, type Insight, worstFirst } from '../catalog/find-insights.ts'
import { spanColumns } from '../catalog/services/span-columns.ts'
import type { Row } from '../engine/engine.ts'
import { fitItems, maxTokensSchema, measure, toCharacters } from './budget.ts'
import { checkHasData, toImportNotes } from './data-notes.ts'
import { defineTool } from './define-tool.ts'
import { findOutliers } from './find-outliers.ts'
import { findTrace } from './find-trace.ts'
import { parseSpanPlace, spanIdSchema, traceIdSchema } from './ids.ts'
import { getSpan, readSpans, toAttributes } from './read-trace.ts'
import { toLine } from './to-line.ts'

const insightSchema = z.object({
  tag: z.string(),
  title: z.string(),
  category: z.string(),
  severity: z.string().describe('minor, severe or terminal'),
  direction: z.string().optional(),
  metric: z.string().describe('Path of the column observed'),
  observedValue: z.union([z.number(), z.string()]),
  threshold: z.union([z.number(), z.string()]).describe('Limit that was passed'),
  unit: z.string(),
  recommendation: z.string(),
})

const output = z.object({
  traceId: z.string(),
  spanId: z.string(),
  spanName: z.string(),
  insights: z.array(insightSchema),
  otherSpans: z
    .array(z.object({ spanId: z.string(), spanName: z.string(), insights: z.array(z.string()) }))
    .optional()
    .describe('Other spans of this trace that have insights: their tags with severity'),
  notes: z.array(z.string()).optional(),
})

const toInsightLine = (insight: z.infer<typeof insightSchema>) =>
  `- ${insight.severity}: ${insight.title} (${insight.tag}): ${insight.metric} = ${toLine(String(insight.observedValue))}${insight.unit && ` ${insight.unit}`}, limit ${insight.threshold}. ${insight.recommendation}`

/** What rules may look at: a span's attributes, and its own fields under their paths. */
const toValues = (row: Row): Readonly<Record<string, string>> => {
  const fields = spanColumns.map(({ path, name }) => [path, row[name]] as const)
  const given = fields.filter(([, value]) => value !== null && value !== undefined)
  return {
    ...Object.fromEntries(given.map(([path, value]) => [path, String(value)])),
    ...toAttributes(row),
  }
}

const toTag = ({ tag, severity }: Insight) => `${tag} (${severity})`

const longestName = 500

const toText = ({ spanName, spanId, insights, otherSpans, notes }: z.infer<typeof output>): string =>
  [
    insights.length > 0
      ? `${insights.length} insights on ${toLine(spanName)} [${spanId}]`
      : `No insights on ${toLine(spanName)} [${spanId}]: every observed value is within its limits.`,
    ...insights.map(toInsightLine),
    ...(otherSpans
      ? [
          'Other spans of this trace:',
          ...otherSpans.map((s) => `- ${toLine(s.spanName)} [${s.spanId}]: ${s.insights.join(', ')}`),
        ]
      : []),
    ...(notes ?? []),
  ].join('\n')

export const tracesSpanInsights = defineTool({
  name: 'traces_span_insights',
  title: 'Insights of a span',
  description: `Get insights (detected issues and anomalies) of one span within a trace, worst first: observed value, threshold, unit, severity (minor, severe, terminal) and what to do next. Rules cover jitter, packet loss, round-trip time, MOS, ring time, CPU and memory, set-up failures, missing audio, failing flow nodes and bots, and values far from those of the same queue, agent or operation.
Also names the other spans of the trace that have insights.`,
  input: z.strictObject({ traceId: traceIdSchema, spanId: spanIdSchema, max_tokens: maxTokensSchema }),
  output,
  run: async (input, context) => {
    const { traceId, spanId } = parseSpanPlace(input)
    const snapshot = await context.runtime.lake.snapshot()
    checkHasData(snapshot, context.runtime.config)
    const place = await findTrace(snapshot, traceId, context)
    const rows = await readSpans(snapshot, place, context, spanId)
    const span = getSpan(rows, traceId, spanId)
    const rules = await context.runtime.definitions.rules()
    const startNs = BigInt(String(span['start_ns']))
    const outliers = await findOutliers(snapshot, { traceId, spanId, startNs }, rules, context)
    const otherSpans = rows
      .filter((row) => row !== span)
      .map((row) => ({
        spanId: String(row['span_id']),
        spanName: String(row['span_name'] ?? '').slice(0, longestName),
        insights: findInsights(toValues(row), rules).map(toTag),
      }))
      .filter(({ insights }) => insights.length > 0)
    const own = {
      traceId,
      spanId,
      spanName: String(span['span_name'] ?? '').slice(0, longestName),
      insights: [...findInsights(toValues(span), rules), ...outliers].sort(worstFirst),
    }
    const make = (count: number) => {
      const left = otherSpans.length - count
      const notes = [
        ...toImportNotes(snapshot),
        ...(left > 0 ? [`${left} more spans of the trace have insights; raise max_tokens to see them.`] : []),
      ]
      return {
        ...own,
        ...(count > 0 && { otherSpans: otherSpans.slice(0, count) }),
        ...(notes.length > 0 && { notes }),
      }
    }
    const sizeOf = (answer: z.infer<typeof output>) => measure(answer, toText(answer))
    return fitItems(otherSpans.length, make, sizeOf, toCharacters(input.max_tokens))
  },
  toText,
})
