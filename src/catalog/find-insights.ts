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
  category: InsightRule['category']
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
    metric: `Attributes.${rule.metric}`,
    observedValue: Number.isNaN(number(value)) ? value : number(value),
    threshold: typeof level.threshold === 'object' ? 'no failure' : level.threshold,
    unit: rule.unit,
    recommendation: rule.recommendation,
  }
}

const rank: Readonly<Record<Severity, number>> = { terminal: 0, severe: 1, minor: 2 }

/** The issues of a span, worst first, from its attributes as texts. */
export function findInsights(attributes: Readonly<Record<string, string>>): readonly Insight[] {
  return insightRules
    .flatMap((rule) => {
      const value = attributes[rule.metric]
      const insight = value === undefined ? undefined : toInsight(rule, value)
      return insight ? [insight] : []
    })
    .sort((a, b) => rank[a.severity] - rank[b.severity])
}
