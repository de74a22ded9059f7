import type { Insight } from '../catalog/find-insights.ts'
import { type InsightRule, severities } from '../catalog/insight-rules.ts'
import { insights } from '../catalog/services/insights.ts'
import type { Row } from '../engine/engine.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'
import { selectOfSpan } from '../query/trace-statements.ts'
import type { ToolContext } from './tool.ts'

const toNumber = (value: unknown) => Number(Number(value).toPrecision(6))

function toInsight(row: Row, rules: readonly InsightRule[]): readonly Insight[] {
  const rule = rules.find(({ tag }) => tag === row['insight_tag'])
  const severity = severities.find((name) => name === row['insight_severity'])
  if (!rule || !severity) return []
  const { tag, title, category, metric, unit, direction, recommendation, peers } = rule
  const told = `${peers?.among.join(' and ')} in the same ${peers?.period}`
  return [
    {
      tag,
      title,
      category,
      severity,
      ...(direction && { direction }),
      metric,
      observedValue: Number(row['insight_observed']),
      threshold: toNumber(row['insight_threshold']),
      unit,
      recommendation: `${toNumber(row['insight_score'])} robust standard deviations from the median ${toNumber(row['insight_peer_median'])} of ${row['insight_sample_size']} rows with the same ${told}. ${recommendation}`,
    },
  ]
}

/** The issues of a span that only its peers show. `startNs` is the span's start. */
export async function findOutliers(
  snapshot: LakeSnapshot,
  span: Readonly<{ traceId: string; spanId: string; startNs: bigint }>,
  rules: readonly InsightRule[],
  { runtime, signal }: ToolContext,
): Promise<readonly Insight[]> {
  const outliers = rules.filter(({ peers }) => peers)
  if (outliers.length === 0) return []
  const { traceId, spanId, startNs } = span
  const range = { startNs, endNs: startNs + 1n }
  const columns = new Set(
    insights.columns.flatMap(({ path, name }) => (path.startsWith('Insight.') ? name : [])),
  )
  const relation = snapshot.relation(insights, { range, rules: outliers, columns })
  const rows = await runtime.engine.run(selectOfSpan(relation, traceId, spanId), signal)
  return rows.flatMap((row) => toInsight(row, rules))
}
