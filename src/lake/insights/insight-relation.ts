import type { Column } from '../../catalog/column.ts'
import type { InsightRule } from '../../catalog/insight-rules.ts'
import type { Service } from '../../catalog/service.ts'
import { quoteName } from '../../core/sql-text.ts'
import type { ColumnPick, PartitionPick } from '../partition-pick.ts'
import { sqlTypes } from '../tables/typed-columns.ts'
import { always, type InsightSources, toInner } from './issue.ts'
import { findLimitIssues } from './limit-issues.ts'
import { findOutlierIssues } from './outlier-issues.ts'

/** The rules by which issues are found; where a query asks for some tags only, others need not be looked for. */
export type InsightRules = Readonly<{ rules: readonly InsightRule[] }>

const isField = ({ path }: Column) => path.startsWith('Insight.')

/** The columns of issues: their own, those of spans, and those that services have; of two with one path the first counts. */
export function toInsightColumns(
  service: Service,
  sources: readonly Service[],
  schemaOf: InsightSources['schema'],
): readonly Column[] {
  const columns = [...service.columns, ...sources.flatMap((source) => schemaOf(source).columns)]
  const byName = new Map(columns.toReversed().map((column) => [column.name, column]))
  return [...new Set(columns.map(({ name }) => name))].flatMap((name) => byName.get(name) ?? [])
}

/**
 * SELECT of the issues that the rules find on the rows of some services: one row per issue, with its fields and the columns
 * wanted of its row.
 */
export function toInsightRelation(
  sources: InsightSources,
  services: readonly Service[],
  all: readonly Column[],
  { rules, columns, ...pick }: PartitionPick & ColumnPick & InsightRules,
): string {
  const chosen = all.filter(({ name }) => !columns || columns.has(name) || always.includes(name))
  const fields = chosen.filter(isField)
  const wanted = chosen.filter((column) => !isField(column))
  const selects = services.flatMap((service) => {
    const own = rules.filter((rule) => rule.service === service.name)
    const subject = {
      schema: sources.schema(service),
      relation: (part: PartitionPick & ColumnPick) => sources.relation(service, part),
      wanted,
      pick,
    }
    const limits = findLimitIssues(
      subject,
      own.filter(({ peers }) => !peers),
    )
    const outliers = own.filter(({ peers }) => peers).map((rule) => findOutlierIssues(subject, rule))
    return [limits, ...outliers].filter((select) => select !== undefined)
  })
  if (selects.length === 0) {
    const nothing = chosen.map(({ name, type }) => `CAST(NULL AS ${sqlTypes[type]}) AS ${quoteName(name)}`)
    return `SELECT ${nothing.join(', ')} WHERE FALSE`
  }
  const shown = [
    ...wanted.map(({ name }, i) => `${toInner(i)} AS ${quoteName(name)}`),
    ...fields.map(({ path, name }) => `issue.${path.slice('Insight.'.length)} AS ${quoteName(name)}`),
  ]
  return selects
    .map((select) => `SELECT ${shown.join(', ')} FROM (${select}) WHERE issue IS NOT NULL`)
    .join('\nUNION ALL\n')
}
