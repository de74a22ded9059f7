import { toAttributeKey } from './column.ts'
import {
  type InsightLevel,
  type InsightRule,
  insightRules,
  numberPattern,
  type Severity,
} from './insight-rules.ts'

/** An issue detected on one span. */
export type Insight = Readonly<{
  tag: string
  title: string
  category: string
  severity: Severity
  /** Which way the audio went, where that matters. */
  direction?: 'inbound' | 'outbound'
  /** Path of the column observed. */
  metric: string
  observedValue: number | string
  /** The limit that was passed, in the same unit. */
  threshold: number | string
  unit: string
  recommendation: string
}>

const isNumber = new RegExp(`^(?:${numberPattern})$`)

const number = (text: string): number => (isNumber.test(text) ? Number(text) : Number.NaN)

const holds: Readonly<
  Record<InsightLevel['comparison'], (value: string, threshold: InsightLevel['threshold']) => boolean>
> = {
  above: (value, threshold) => number(value) > Number(threshold),
  below: (value, threshold) => number(value) < Number(threshold),
  equals: (value, threshold) =>
    typeof threshold === 'number' ? number(value) === threshold : value === threshold,
  present: (value, threshold) => !(Array.isArray(threshold) && threshold.includes(value)),
}

function toInsight(rule: InsightRule, value: string): Insight | undefined {
  const level = rule.levels.find(({ comparison, threshold }) => holds[comparison](value, threshold))
  if (!level) return undefined
  return {
    tag: rule.tag,
    title: rule.title,
    category: rule.category,
    severity: level.severity,
    ...(rule.direction && { direction: rule.direction }),
    metric: rule.metric,
    observedValue: Number.isNaN(number(value)) ? value : number(value),
    threshold: typeof level.threshold === 'object' ? 'no failure' : level.threshold,
    unit: rule.unit,
    recommendation: rule.recommendation,
  }
}

const rank: Readonly<Record<Severity, number>> = { terminal: 0, severe: 1, minor: 2 }

/** Sorts the worst first. */
export const worstFirst = (a: Insight, b: Insight): number => rank[a.severity] - rank[b.severity]

/** The value of a column in a span, as text: one of its attributes, or a field that stands under its own path. */
const read = (attributes: Readonly<Record<string, string>>, metric: string): string | undefined =>
  attributes[toAttributeKey(metric)?.key ?? metric]

/**
 * The issues of a span, worst first, from its attributes as texts; fields such as `Duration` may stand among them. Rules that
 * need more than one span find nothing.
 */
export function findInsights(
  attributes: Readonly<Record<string, string>>,
  rules: readonly InsightRule[] = insightRules,
): readonly Insight[] {
  return rules
    .filter(({ peers }) => !peers)
    .flatMap((rule) => {
      const value = read(attributes, rule.metric)
      const insight = value === undefined ? undefined : toInsight(rule, value)
      return insight ? [insight] : []
    })
    .sort(worstFirst)
}
