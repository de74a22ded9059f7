import type { InsightRule, Peers } from '../../catalog/insight-rules.ts'
import type { TimeRange } from '../../core/time-range.ts'
import { always, type Subject, toInner, toStruct } from './issue.ts'
import { asNumber, asText, findValue, type ReadValue, readAs } from './read-value.ts'

/** Relates the median absolute deviation to a standard deviation: the 75th percentile of the normal distribution. */
const robust = 0.6745

const dayNs = 86_400_000_000_000n
/** 1970-01-05 was the first Monday. */
const periods: Readonly<Record<Peers['period'], Readonly<{ lengthNs: bigint; startNs: bigint }>>> = {
  day: { lengthNs: dayNs, startNs: 0n },
  week: { lengthNs: 7n * dayNs, startNs: 4n * dayNs },
}

const floor = (a: bigint, b: bigint) => ((a % b) + b) % b

/** The window with the rest of the periods that it begins and ends in. */
function toWholePeriods({ startNs, endNs }: TimeRange, period: Peers['period']): TimeRange {
  const { lengthNs, startNs: first } = periods[period]
  const rest = floor(endNs - first, lengthNs)
  return {
    startNs: startNs - floor(startNs - first, lengthNs),
    endNs: rest === 0n ? endNs : endNs + lengthNs - rest,
  }
}

/** The issue of a row of which `x`, `middle`, `spread` and `peers` are known; NULL where it is no outlier. */
function toIssue(rule: InsightRule, value: ReadValue): string {
  const undo = (sql: string) => (rule.peers?.scale === 'log' ? `exp(${sql})` : sql)
  const score = `${robust} * (x - middle) / spread`
  const cases = rule.levels.map((level) => {
    const isBelow = level.comparison === 'below'
    const limit = isBelow ? -Math.abs(Number(level.threshold)) : Number(level.threshold)
    const issue = toStruct(rule, level, {
      observed: asNumber(value),
      observed_text: asText(value),
      threshold: undo(`(middle + ${limit} * spread / ${robust})`),
      score,
      peer_median: undo('middle'),
      sample_size: 'peers',
    })
    return `WHEN ${score} ${isBelow ? '<' : '>'} ${limit} THEN ${issue}`
  })
  return `CASE ${cases.join(' ')} END`
}

/**
 * SELECT of the issues that one rule of outliers finds: the peers are those of whole periods, whatever the window, so that a row
 * is an outlier in every window or in none. Undefined where no row has what the rule looks at.
 */
export function findOutlierIssues(
  { schema, relation, wanted, pick }: Subject,
  rule: InsightRule,
): string | undefined {
  const value = findValue(schema, rule.metric)
  const groups = (rule.peers?.among ?? []).flatMap((path) => findValue(schema, path) ?? [])
  if (!rule.peers || !value || groups.length < rule.peers.among.length) return undefined
  const { period, scale, minSamples } = rule.peers
  const plain = asNumber(value)
  const x = scale === 'log' ? `CASE WHEN ${plain} > 0 THEN ln(${plain}) END` : plain
  const keys = [...groups.map(({ sql }) => sql), `date_trunc('${period}', "timestamp")`]
  const names = keys.map((_, i) => `g${i}`)
  const selectKeys = keys.map((sql, i) => `${sql} AS ${names[i]}`)
  const needed = [...always, ...value.names, ...groups.flatMap((group) => group.names)]
  const columns = wanted.map((column) => readAs(schema, column))
  const selectColumns = columns.map(({ sql }, i) => `${sql} AS ${toInner(i)}`)
  const all = relation({
    ...pick,
    ...(pick.range && { range: toWholePeriods(pick.range, period) }),
    columns: new Set(needed),
  })
  const rows = relation({
    ...pick,
    columns: new Set([...needed, ...columns.flatMap((column) => column.names)]),
  })
  const issue = toIssue(rule, { ...value, sql: 'value' })
  return `SELECT ${[...columns.map((_, i) => toInner(i)), `${issue} AS issue`].join(', ')}
FROM (SELECT ${[...selectColumns, `${value.sql} AS value`, `${x} AS x`, ...selectKeys].join(', ')} FROM (${rows}))
JOIN (
SELECT ${names.join(', ')}, count(x) AS peers, median(x) AS middle, mad(x) AS spread
FROM (SELECT ${[`${x} AS x`, ...selectKeys].join(', ')} FROM (${all}))
GROUP BY ALL
HAVING count(x) >= ${minSamples} AND mad(x) > 0
) USING (${names.join(', ')})`
}
