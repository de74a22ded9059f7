import { toAttributeKey } from '../../catalog/column.ts'
import {
  type InsightLevel,
  type InsightRule,
  insightRules,
  numberPattern,
  type Severity,
  severities,
} from '../../catalog/insight-rules.ts'
import { quoteText } from '../../core/sql-text.ts'
import { toCondition } from '../level-condition.ts'

const value = ({ metric }: InsightRule) => `attributes[${quoteText(toAttributeKey(metric)?.key ?? '')}]`

const toNumber = (text: string) =>
  `CASE WHEN regexp_full_match(${text}, '${numberPattern}') THEN CAST(${text} AS DOUBLE) END`

const condition = (rule: InsightRule, level: InsightLevel) => {
  const text = value(rule)
  return toCondition({ number: toNumber(text), text }, level)
}

const anyLevel = (rule: InsightRule) => `(${rule.levels.map((level) => condition(rule, level)).join(' OR ')})`

/** SQL for the tags of the rules that a span breaks, in the order of the rules. Must agree with `findInsights`. */
export const insightTags = `list_filter([
  ${insightRules.map((rule) => `CASE WHEN ${anyLevel(rule)} THEN ${quoteText(rule.tag)} END`).join(',\n  ')}
], lambda tag: tag IS NOT NULL)`

const hasSeverity = (severity: Severity) =>
  insightRules
    .flatMap((rule) => {
      const at = rule.levels.findIndex((level) => level.severity === severity)
      if (at < 0) return []
      return [condition(rule, rule.levels[at] as InsightLevel)]
    })
    .map((sql) => `coalesce(${sql}, FALSE)`)
    .join(' OR ')

/** SQL for the worst severity that a span reaches, NULL where it breaks no rule. */
export const insightSeverity = `CASE
  ${severities
    .toReversed()
    .map((severity) => `WHEN ${hasSeverity(severity)} THEN '${severity}'`)
    .join('\n  ')}
END`
