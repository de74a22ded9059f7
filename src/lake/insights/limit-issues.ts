import type { InsightRule } from '../../catalog/insight-rules.ts'
import { toCondition } from '../level-condition.ts'
import { always, type Subject, toInner, toStruct } from './issue.ts'
import { asNumber, asText, findValue, type ReadValue, readAs } from './read-value.ts'

/** The issue that a rule finds in a row; NULL where it finds none. */
function toIssue(rule: InsightRule, value: ReadValue): string {
  const observed = { number: asNumber(value), text: asText(value) }
  const cases = rule.levels.map((level) => {
    const { threshold } = level
    const issue = toStruct(rule, level, {
      observed: observed.number,
      observed_text: observed.text,
      threshold: typeof threshold === 'number' ? `CAST(${threshold} AS DOUBLE)` : 'CAST(NULL AS DOUBLE)',
      score: 'CAST(NULL AS DOUBLE)',
      peer_median: 'CAST(NULL AS DOUBLE)',
      sample_size: 'CAST(NULL AS BIGINT)',
    })
    return `WHEN ${toCondition(observed, level)} THEN ${issue}`
  })
  return `CASE ${cases.join(' ')} END`
}

/** SELECT of the issues that rules of limits find, in one scan; undefined where no row has what they look at. */
export function findLimitIssues(
  { schema, relation, wanted, pick }: Subject,
  rules: readonly InsightRule[],
): string | undefined {
  const found = rules.flatMap((rule) => {
    const value = findValue(schema, rule.metric)
    return value ? [{ rule, value }] : []
  })
  if (found.length === 0) return undefined
  const columns = wanted.map((column) => readAs(schema, column))
  const names = [...columns, ...found.map(({ value }) => value)].flatMap((read) => read.names)
  const select = columns.map(({ sql }, i) => `${sql} AS ${toInner(i)}`)
  const issues = found.map(({ rule, value }) => toIssue(rule, value))
  return `SELECT ${select.join(', ')}, unnest([
${issues.join(',\n')}
]) AS issue
FROM (${relation({ ...pick, columns: new Set([...always, ...names]) })})`
}
