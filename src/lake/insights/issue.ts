import type { Column } from '../../catalog/column.ts'
import type { InsightLevel, InsightRule } from '../../catalog/insight-rules.ts'
import type { Service } from '../../catalog/service.ts'
import { quoteText } from '../../core/sql-text.ts'
import type { ColumnPick, PartitionPick } from '../partition-pick.ts'
import type { ServiceSchema } from '../service-schema.ts'

/** Where issues are looked for: the rows of one service, and the columns wanted beside each issue. */
export type Subject = Readonly<{
  schema: ServiceSchema
  relation(pick: PartitionPick & ColumnPick): string
  wanted: readonly Column[]
  pick: PartitionPick
}>

/** What sources give: services with their schemas and rows. */
export type InsightSources = Readonly<{
  schema(service: Service): ServiceSchema
  relation(service: Service, pick: PartitionPick & ColumnPick): string
}>

/** Columns that every relation gives. */
export const always: readonly string[] = ['trace_id', 'span_id', 'timestamp']

/** The name under which a wanted column goes through a statement. */
export const toInner = (i: number): string => `r${i}`

const text = (value: string | undefined) => (value === undefined ? 'CAST(NULL AS VARCHAR)' : quoteText(value))

/** What differs from issue to issue, as SQL. */
export type Findings = Readonly<{
  observed: string
  observed_text: string
  threshold: string
  score: string
  peer_median: string
  sample_size: string
}>

/** One issue as a struct whose fields are the columns `Insight.*`. */
export function toStruct(rule: InsightRule, { severity }: InsightLevel, findings: Findings): string {
  const fields = {
    tag: quoteText(rule.tag),
    title: quoteText(rule.title),
    category: quoteText(rule.category),
    severity: quoteText(severity),
    direction: text(rule.direction),
    service: quoteText(rule.service),
    metric: quoteText(rule.metric),
    unit: quoteText(rule.unit),
    ...findings,
  }
  return `{${Object.entries(fields)
    .map(([name, sql]) => `'${name}': ${sql}`)
    .join(', ')}}`
}
